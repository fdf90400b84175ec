import Git
import Testing

/// One at a time, because the certificate authorities are a setting of the whole process.
@Suite(.serialized) struct FetchHTTPTests {
  private let sandbox: Sandbox
  private let commit: ObjectID

  init() throws {
    sandbox = try Sandbox()
    commit = try sandbox.commit(["a": "1"], in: sandbox.makeRepository("upstream"))
  }

  @Test func fetchesOverHTTPS() throws {
    guard let server = try HTTPServer.start(in: sandbox, token: "secret") else { return }
    let mirror = try makeMirror()
    let url = try RemoteURL("https://localhost:\(server.port)/upstream")
    let trust = Trust(certificateFile: "\(sandbox.path)/authority.pem")
    let credentials = Credentials(token: "secret")
    for reference in ["main", "HEAD"] {
      let found = try mirror.fetch(
        from: url,
        reference: reference,
        into: "refs/writ/x",
        credentials: credentials,
        trust: trust
      )
      #expect(found == commit)
    }
    let next = try sandbox.commit(["a": "2"], in: "\(sandbox.path)/upstream")
    let found = try mirror.fetch(
      from: url,
      reference: "main",
      into: "refs/writ/x",
      credentials: credentials,
      trust: trust
    )
    #expect(found == next)
  }

  @Test func refusesAStrangersCertificate() throws {
    guard let server = try HTTPServer.start(in: sandbox) else { return }
    let url = "https://localhost:\(server.port)/upstream"
    let good = Trust(certificateFile: "\(sandbox.path)/authority.pem")
    let bad = Trust(certificateFile: "\(sandbox.path)/stranger_ca.pem")
    #expect(try failure(url, Credentials(), bad).code == .certificate)
    let name = "https://127.0.0.1:\(server.port)/upstream"
    #expect(try failure(name, Credentials(), good).code == .certificate)
    #expect(try failure(url, Credentials(), Trust()).code == .certificate)
    try sandbox.write("nonsense", to: "\(sandbox.path)/nonsense.pem")
    let nonsense = Trust(certificateFile: "\(sandbox.path)/nonsense.pem")
    #expect(try failure(url, Credentials(), nonsense).code == .certificate)
    let missing = Trust(certificateFile: "\(sandbox.path)/missing.pem")
    #expect(try failure(url, Credentials(), missing).code == .notFound)
    #expect(
      try makeMirror().fetch(
        from: RemoteURL(url),
        reference: "main",
        into: "refs/writ/x",
        trust: good
      ) == commit
    )
  }

  @Test func refusesAWrongTokenExactlyOnce() throws {
    guard let server = try HTTPServer.start(in: sandbox, token: "secret", secure: false) else {
      return
    }
    let url = "http://localhost:\(server.port)/upstream"
    let none = try failure(url, Credentials(), Trust())
    #expect(none.code == .authentication && none.message.contains("WRIT_GIT_TOKEN"))
    #expect(try server.attempts() == 0)
    let wrong = try failure(url, Credentials(token: "wrong-token"), Trust())
    #expect(wrong.code == .authentication && wrong.message.contains("refused the token"))
    #expect(!wrong.description.contains("wrong-token"))
    #expect(try server.attempts() == 1)
  }

  @Test func followsARedirectWithoutTheToken() throws {
    guard let server = try HTTPServer.start(in: sandbox, secure: false) else { return }
    let url = try RemoteURL("http://localhost:\(server.redirectPort)/upstream")
    let mirror = try makeMirror()
    #expect(try mirror.fetch(from: url, reference: "main", into: "refs/writ/x") == commit)
  }

  @Test func givesNoTokenToTheServerOfARedirect() throws {
    guard let server = try HTTPServer.start(in: sandbox, token: "secret", secure: false) else {
      return
    }
    let url = "http://localhost:\(server.redirectPort)/upstream"
    let error = try failure(url, Credentials(token: "secret"), Trust())
    #expect(error.code == .authentication && error.message.contains("redirects"))
    #expect(try server.attempts() == 0)
  }

  @Test func namesAMissingRepository() throws {
    guard let server = try HTTPServer.start(in: sandbox, secure: false) else { return }
    let error = try failure("http://localhost:\(server.port)/nothing", Credentials(), Trust())
    #expect(error.code == .notFound, "\(error)")
  }

  private func failure(_ url: String, _ credentials: Credentials, _ trust: Trust) throws -> GitError
  {
    let mirror = try makeMirror()
    return try gitError {
      _ = try mirror.fetch(
        from: RemoteURL(url),
        reference: "main",
        into: "refs/writ/x",
        credentials: credentials,
        trust: trust
      )
    }
  }

  private func makeMirror() throws -> Repository {
    var number = 1
    while (try? Repository(opening: "\(sandbox.path)/mirror\(number)")) != nil { number += 1 }
    return try Repository.createMirror(at: "\(sandbox.path)/mirror\(number)")
  }
}
