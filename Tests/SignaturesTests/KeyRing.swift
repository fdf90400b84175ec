import Foundation
import Resources
import Signatures
import TestSupport

/// Keys and signatures made by the real `ssh-keygen`.
final class KeyRing {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Runs `ssh-keygen`; the exit status and everything that it printed.
  @discardableResult
  func sshKeygen(_ arguments: [String], input: String = "/dev/null") throws -> (Int32, String) {
    let child = try ChildProcess(
      "ssh-keygen", arguments, in: directory.path, input: input,
      environment: ["PATH": "/usr/bin:/bin", "TZ": "UTC"])
    let output = try child.readToEnd()
    return (child.wait(), output)
  }

  /// Makes a key pair; the public key as a line of `ssh-keygen`.
  func make(_ name: String, type: String = "ed25519", bits: Int? = nil) throws -> String {
    let (status, output) = try sshKeygen(
      ["-q", "-t", type, "-N", "", "-C", name, "-f", directory.path(name)]
        + (bits.map { ["-b", "\($0)"] } ?? []))
    guard status == 0 else { throw FixtureError("ssh-keygen: \(output)") }
    return try line(name)
  }

  func line(_ name: String) throws -> String {
    String(decoding: try directory.read(name + ".pub"), as: UTF8.self)
      .trimmingCharacters(in: .newlines)
  }

  /// Signs `message` as git does.
  func sign(
    _ message: [UInt8], by name: String, namespace: String = "git", options: [String] = [],
  ) throws -> [UInt8] {
    let file = "message-\(UUID().uuidString)"
    try directory.write(message, to: file)
    let (status, output) = try sshKeygen(
      ["-q", "-Y", "sign", "-f", directory.path(name), "-n", namespace]
        + options.flatMap { ["-O", $0] } + [directory.path(file)])
    guard status == 0 else { throw FixtureError("ssh-keygen: \(output)") }
    return try directory.read(file + ".sig")
  }

  /// Whether the real `ssh-keygen` takes the signature for one of `principal`.
  func accepts(
    _ signature: [UInt8], of message: [UInt8], principal: String, allowed: String,
    options: [String] = [],
  ) throws -> Bool {
    try directory.write(allowed, to: "allowed")
    try directory.write(signature, to: "signature")
    try directory.write(message, to: "message")
    let (status, _) = try sshKeygen(
      [
        "-Y", "verify", "-f", directory.path("allowed"), "-I", principal, "-n", "git", "-s",
        directory.path("signature"),
      ] + options.flatMap { ["-O", $0] }, input: directory.path("message"))
    return status == 0
  }
}

extension SSHTrust {
  /// Trust in the signers of a file that must have no mistake.
  static func of(_ allowed: String, revoked: String = "") throws -> SSHTrust {
    let signers = AllowedSigners.read(Array(allowed.utf8), file: "allowed")
    let keys = RevokedKeys.read(Array(revoked.utf8), file: "revoked")
    guard signers.diagnostics.isEmpty, keys.diagnostics.isEmpty else {
      throw FixtureError("\(signers.diagnostics + keys.diagnostics)")
    }
    return SSHTrust(allowed: signers.signers, revoked: keys.keys)
  }

  func verdict(
    _ signature: [UInt8], of payload: [UInt8], at time: String = "2026-06-01T00:00:00Z",
  ) throws -> CommitVerdict {
    verdict(
      of: SignedCommit(signature: signature, payload: payload), at: try Timestamp(parsing: time))
  }
}
