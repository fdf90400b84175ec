import Foundation
import Git

/// A real `sshd` on a loopback port, for one test; it ends with the value.
final class SSHServer {
  let port: UInt16
  private let child: Child
  private let sandbox: Sandbox

  /// Answers nil, and prints why, when there is no `sshd`.
  static func start(in sandbox: Sandbox, hostKeys: [String] = ["ed25519"]) throws -> SSHServer? {
    guard FileManager.default.isExecutableFile(atPath: "/usr/sbin/sshd") else {
      print("skipped: /usr/sbin/sshd is not installed")
      return nil
    }
    if geteuid() == 0 { mkdir("/run/sshd", 0o755) }
    return try SSHServer(sandbox, hostKeys)
  }

  private init(_ sandbox: Sandbox, _ hostKeys: [String]) throws {
    self.sandbox = sandbox
    port = try freePort()
    for type in hostKeys { try sandbox.makeKey("host_\(type)", type: type) }
    for type in ["ed25519", "ecdsa", "rsa"] { try sandbox.makeKey("user_\(type)", type: type) }
    try sandbox.makeKey("stranger", type: "ed25519")
    try sandbox.makeKey("locked", type: "ed25519", passphrase: "sesame")
    let keys = try ["user_ed25519", "user_ecdsa", "user_rsa", "locked"].map {
      try String(contentsOfFile: "\(sandbox.path)/\($0).pub", encoding: .utf8)
    }
    try sandbox.write(keys.joined(), to: "\(sandbox.path)/authorized_keys")
    let settings =
      hostKeys.map { "HostKey \(sandbox.path)/host_\($0)" } + [
        "Port \(port)", "ListenAddress 127.0.0.1", "PidFile none", "UsePAM no", "StrictModes no",
        "AuthorizedKeysFile \(sandbox.path)/authorized_keys", "PasswordAuthentication no",
        "KbdInteractiveAuthentication no", "PermitRootLogin prohibit-password",
      ]
    try sandbox.write(settings.joined(separator: "\n") + "\n", to: "\(sandbox.path)/sshd_config")
    child = try Child(
      "/usr/sbin/sshd",
      ["-D", "-e", "-f", "\(sandbox.path)/sshd_config"],
      in: sandbox.path
    )
    _ = try child.read(until: "Server listening")
  }

  deinit { child.stop() }

  func url(_ path: String) throws -> RemoteURL {
    try RemoteURL("ssh://\(NSUserName())@localhost:\(port)\(path)")
  }

  func knownHosts(_ type: String = "ed25519", marker: String = "") throws -> KnownHosts {
    let key = try String(contentsOfFile: "\(sandbox.path)/host_\(type).pub", encoding: .utf8)
    return KnownHosts(text: "\(marker)[localhost]:\(port) \(key)")
  }

  func key(_ name: String) -> Credentials.PrivateKey { .file("\(sandbox.path)/\(name)") }
}

extension Sandbox {
  func makeKey(_ name: String, type: String, passphrase: String = "") throws {
    let arguments = ["-q", "-t", type, "-N", passphrase, "-C", "test", "-f", "\(path)/\(name)"]
    try run("/usr/bin/ssh-keygen", arguments)
  }
}

/// Asks the system for a port that nobody listens on.
func freePort() throws -> UInt16 {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  defer { close(descriptor) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  let status = withUnsafeMutablePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
    }
  }
  guard status else { throw Unexpected("no free port") }
  return UInt16(bigEndian: address.sin_port)
}
