import Foundation
import Git
import Testing

@Suite struct FetchSSHTests {
  private let sandbox: Sandbox
  private let upstream: String
  private let commit: ObjectID

  init() throws {
    sandbox = try Sandbox()
    upstream = try sandbox.makeRepository("upstream")
    commit = try sandbox.commit(["a": "1"], in: upstream)
  }

  @Test func fetchesWithEachUsableKey() throws {
    guard let server = try SSHServer.start(in: sandbox) else { return }
    let trust = try Trust(knownHosts: server.knownHosts())
    let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: "\(sandbox.path)/user_ed25519")))
    let all = [
      Credentials(privateKey: server.key("user_ed25519")),
      Credentials(privateKey: server.key("user_ecdsa")),
      Credentials(privateKey: .bytes(bytes)),
      Credentials(privateKey: server.key("locked"), passphrase: "sesame"),
    ]
    for (number, credentials) in all.enumerated() {
      let mirror = try Repository.createMirror(at: "\(sandbox.path)/mirror\(number)")
      let found = try mirror.fetch(
        from: server.url(upstream),
        reference: "HEAD",
        into: "refs/writ/x",
        credentials: credentials,
        trust: trust
      )
      #expect(found == commit)
    }
  }

  @Test func refusesAWrongKeyOnce() throws {
    guard let server = try SSHServer.start(in: sandbox) else { return }
    let trust = try Trust(knownHosts: server.knownHosts())
    let cases = [
      (Credentials(privateKey: server.key("stranger")), "public half"),
      (Credentials(), "there is none"),
      (Credentials(token: "secret"), "there is none"),
      (Credentials(privateKey: server.key("locked"), passphrase: "wrong"), "passphrase"),
      (Credentials(privateKey: server.key("locked")), "passphrase"),
    ]
    for (credentials, words) in cases {
      let error = try failure(server, credentials, trust)
      #expect(error.code == .authentication, "\(credentials): \(error)")
      #expect(error.message.contains(words), "\(credentials): \(error)")
    }
    let missing = try failure(server, Credentials(privateKey: server.key("missing")), trust)
    #expect(missing.code == .notFound)
    let half = try failure(server, Credentials(privateKey: server.key("stranger.pub")), trust)
    #expect(half.code == .authentication && half.message.contains(".pub"))
  }

  @Test func saysWhyAnRSAKeyIsRefused() throws {
    guard let server = try SSHServer.start(in: sandbox) else { return }
    let trust = try Trust(knownHosts: server.knownHosts())
    let error = try failure(server, Credentials(privateKey: server.key("user_rsa")), trust)
    #expect(error.code == .authentication)
    #expect(error.message.contains("RSA") && error.message.contains("ed25519"))
  }

  @Test func refusesHostsThatAreNotKnown() throws {
    guard let server = try SSHServer.start(in: sandbox) else { return }
    try sandbox.makeKey("host_other", type: "ed25519")
    let credentials = Credentials(privateKey: server.key("user_ed25519"))
    let unknown = try failure(server, credentials, Trust())
    #expect(unknown.code == .hostKey)
    let shown = try sandbox.run("/usr/bin/ssh-keygen", ["-lf", "\(sandbox.path)/host_ed25519.pub"])
    #expect(unknown.message.contains(String(shown.split(separator: " ")[1])))
    let line = try String(contentsOfFile: "\(sandbox.path)/host_ed25519.pub", encoding: .utf8)
      .split(separator: " ").prefix(2).joined(separator: " ")
    #expect(unknown.message.contains("[localhost]:\(server.port) \(line)"))
    let changed = try failure(server, credentials, Trust(knownHosts: server.knownHosts("other")))
    #expect(changed.code == .hostKey && changed.message.contains("CHANGED"))
    let revoked = try Trust(knownHosts: server.knownHosts(marker: "@revoked "))
    let refused = try failure(server, credentials, revoked)
    #expect(refused.code == .hostKey && refused.message.contains("@revoked"))
  }

  /// Not RSA: libssh2 1.10 and today's sshd have no signature for it in common.
  @Test(arguments: ["ed25519", "ecdsa"])
  func asksForTheKindOfHostKeyThatIsKnown(_ type: String) throws {
    let kinds = ["ed25519", "ecdsa", "rsa"]
    guard let server = try SSHServer.start(in: sandbox, hostKeys: kinds) else { return }
    let mirror = try Repository.createMirror(at: "\(sandbox.path)/mirror")
    let found = try mirror.fetch(
      from: server.url(upstream),
      reference: "main",
      into: "refs/writ/x",
      credentials: Credentials(privateKey: server.key("user_ed25519")),
      trust: Trust(knownHosts: server.knownHosts(type))
    )
    #expect(found == commit)
  }

  @Test func namesAMissingRepository() throws {
    guard let server = try SSHServer.start(in: sandbox) else { return }
    let trust = try Trust(knownHosts: server.knownHosts())
    let credentials = Credentials(privateKey: server.key("user_ed25519"))
    let error = try failure(server, credentials, trust, path: "/nonexistent/x")
    #expect(error.code == .notFound, "\(error)")
  }

  private func failure(
    _ server: SSHServer,
    _ credentials: Credentials,
    _ trust: Trust,
    path: String? = nil
  ) throws -> GitError {
    let folder = "\(sandbox.path)/mirror-\(UUID().uuidString)"
    let mirror = try Repository.createMirror(at: folder)
    return try gitError {
      _ = try mirror.fetch(
        from: server.url(path ?? upstream),
        reference: "main",
        into: "refs/writ/x",
        credentials: credentials,
        trust: trust
      )
    }
  }
}
