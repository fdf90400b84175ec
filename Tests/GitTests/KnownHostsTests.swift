import Foundation
import Git
import Testing

@Suite struct KnownHostsTests {
  private let ed25519 = Self.key("ssh-ed25519", 1)
  private let other = Self.key("ssh-ed25519", 2)
  private let ecdsa = Self.key("ecdsa-sha2-nistp256", 3)

  @Test func trustsOnlyWhatIsListed() {
    let hosts = KnownHosts(
      text: """
        # comment
        example.org,192.0.2.1 ssh-ed25519 \(text(ed25519)) a comment
        [example.org]:2222 ssh-ed25519 \(text(other))
        *.internal,!bad.internal ssh-ed25519 \(text(ed25519))
        nonsense
        example.net ssh-rsa \(text(ed25519))
        @cert-authority example.com ssh-ed25519 \(text(ed25519))
        """
    )
    #expect(hosts.verdict(host: "example.org", port: 22, key: ed25519) == .trusted)
    #expect(hosts.verdict(host: "EXAMPLE.ORG", port: 22, key: ed25519) == .trusted)
    #expect(hosts.verdict(host: "192.0.2.1", port: 22, key: ed25519) == .trusted)
    #expect(
      hosts.verdict(host: "example.org", port: 22, key: other) == .different(types: ["ssh-ed25519"])
    )
    #expect(hosts.verdict(host: "example.org", port: 2222, key: other) == .trusted)
    #expect(hosts.verdict(host: "example.org", port: 2223, key: other) == .unknown)
    #expect(hosts.verdict(host: "a.internal", port: 22, key: ed25519) == .trusted)
    #expect(hosts.verdict(host: "bad.internal", port: 22, key: ed25519) == .unknown)
    #expect(hosts.verdict(host: "example.net", port: 22, key: ed25519) == .unknown)
    #expect(hosts.verdict(host: "example.com", port: 22, key: ed25519) == .unknown)
    #expect(KnownHosts().verdict(host: "example.org", port: 22, key: ed25519) == .unknown)
  }

  @Test func refusesRevokedKeysEvenWhenListed() {
    let hosts = KnownHosts(
      text: """
        example.org ssh-ed25519 \(text(ed25519))
        example.org ecdsa-sha2-nistp256 \(text(ecdsa))
        @revoked * ssh-ed25519 \(text(ed25519))
        """
    )
    #expect(hosts.verdict(host: "example.org", port: 22, key: ed25519) == .revoked)
    #expect(hosts.verdict(host: "example.org", port: 22, key: ecdsa) == .trusted)
  }

  @Test func readsNamesThatSSHKeygenHashed() throws {
    let sandbox = try Sandbox()
    let file = "\(sandbox.path)/known_hosts"
    let lines = [
      "example.org ssh-ed25519 \(text(ed25519))", "[example.org]:2222 ssh-ed25519 \(text(other))",
    ]
    try sandbox.write(lines.joined(separator: "\n") + "\n", to: file)
    try sandbox.run("/usr/bin/ssh-keygen", ["-H", "-f", file])
    #expect(try !String(contentsOfFile: file, encoding: .utf8).contains("example"))
    let hosts = try KnownHosts(contentsOf: file)
    #expect(hosts.verdict(host: "example.org", port: 22, key: ed25519) == .trusted)
    #expect(hosts.verdict(host: "example.org", port: 2222, key: other) == .trusted)
    #expect(hosts.verdict(host: "example.net", port: 22, key: ed25519) == .unknown)
  }

  @Test func namesAMissingFile() throws {
    let error = try gitError { _ = try KnownHosts(contentsOf: "/nonexistent/known_hosts") }
    #expect(error.code == .notFound)
  }

  private static func key(_ type: String, _ filler: UInt8) -> [UInt8] {
    [0, 0, 0, UInt8(type.utf8.count)] + Array(type.utf8) + [0, 0, 0, 32]
      + Array(repeating: filler, count: 32)
  }

  private func text(_ key: [UInt8]) -> String { Data(key).base64EncodedString() }
}
