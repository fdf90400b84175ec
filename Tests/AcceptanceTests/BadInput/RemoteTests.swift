import Foundation
import Testing

/// Remotes that do not answer, do not let in, or are not who they say.
@Suite(.bounded) struct RemoteTests {
  /// A live state of an earlier fetch over HTTP.
  private func applied(_ box: Sandbox, token: String = "") async throws -> (
    upstream: Upstream, server: PythonServer, url: String
  ) {
    let upstream = try await Upstream(box, files: Manifest.few)
    let server = try await PythonServer.git(box, token: token)
    let url = "http://127.0.0.1:\(server.port)/upstream.git"
    let environment = token.isEmpty ? [:] : ["WRIT_GIT_TOKEN": token]
    let apply = try await box.writ("reconcile", "--repo", url, environment: environment)
    try #require(apply.code == 0, "\(apply)")
    return (upstream, server, url)
  }

  private func expectRefusal(
    _ outcome: Outcome, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation,
  ) {
    #expect(outcome.code == 1, "\(outcome)", sourceLocation: sourceLocation)
    #expect(outcome.output == "", sourceLocation: sourceLocation)
    for words in words {
      #expect(outcome.error.contains(words), "\(outcome)", sourceLocation: sourceLocation)
    }
  }

  @Test func aRepositoryOverHTTPIsFollowed() async throws {
    try await Sandbox.with { box in
      let (upstream, _, url) = try await applied(box)
      try upstream.write(Manifest.job("alpha", timeout: "9m"), to: "manifests/alpha.yaml")
      let revision = try await upstream.push("more time")
      #expect(try await box.writ("plan", "--repo", url).code == 2)
      #expect(try await box.writ("reconcile", "--repo", url).code == 0)
      #expect(try await box.liveState().revision == revision)
    }
  }

  @Test func aServerThatRefusesConnectionsIsNamed() async throws {
    try await Sandbox.with { box in
      _ = try await applied(box)
      let before = try await box.liveState()
      let closed = try LoopbackSocket.Closed()
      for scheme in ["http", "https", "ssh"] {
        let outcome = try await box.writ(
          "reconcile", "--repo", "\(scheme)://127.0.0.1:\(closed.port)/x.git")
        expectRefusal(outcome, "cannot be reached", "check address, network and server")
      }
      #expect(try await box.liveState() == before)
    }
  }

  @Test(arguments: ["http", "https", "ssh"])
  func aServerThatHangsIsLeftAtTheDeadline(_ scheme: String) async throws {
    try await Sandbox.with { box in
      _ = try await applied(box)
      let before = try await box.liveState()
      let silent = try LoopbackSocket.Silent()
      for command in ["plan", "reconcile"] {
        let outcome = try await box.writ(
          command, "--repo", "\(scheme)://127.0.0.1:\(silent.port)/x.git", "--fetch-timeout", "2s")
        expectRefusal(outcome, "took longer than 2", "--fetch-timeout", "git ls-remote")
        #expect(outcome.duration < .seconds(20), "\(outcome.duration)")
        let children = box.processes(running: "fetch-child")
        #expect(children.isEmpty, "the child is gone")
      }
      #expect(try await box.liveState() == before)
    }
  }

  @Test func aWrongTokenIsRefusedAndNotShown() async throws {
    try await Sandbox.with { box in
      let (_, _, url) = try await applied(box, token: "the-right-token")
      let before = try await box.liveState()
      let none = try await box.writ("reconcile", "--repo", url)
      expectRefusal(none, "WRIT_GIT_TOKEN")
      let wrong = try await box.writ(
        "reconcile", "--repo", url, environment: ["WRIT_GIT_TOKEN": "a-wrong-token"])
      expectRefusal(wrong, "refused the token", "check that it is valid")
      #expect(!wrong.everything.contains("a-wrong-token"))
      try box.write("the-right-token\n", to: "token")
      let file = try await box.writ(
        "reconcile", "--repo", url, environment: ["WRIT_GIT_TOKEN_FILE": box.path + "/token"])
      #expect(file.code == 0, "\(file)")
      #expect(try await box.liveState() == before)
    }
  }

  @Test func aRepositoryThatTheServerDoesNotHaveIsNamed() async throws {
    try await Sandbox.with { box in
      let (_, server, url) = try await applied(box)
      let lost = try await box.writ(
        "reconcile", "--repo", "http://127.0.0.1:\(server.port)/lost.git")
      expectRefusal(lost, "no such repository", "check the path")
      let branch = try await box.writ("reconcile", "--repo", url, "--ref", "mian")
      expectRefusal(branch, "no branch or tag mian", "did you mean main?")
    }
  }

  @Test func aCertificateThatNobodyVouchesForIsRefused() async throws {
    try await Sandbox.with { box in
      _ = try await Upstream(box, files: Manifest.few)
      try await box.shell(
        """
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
          -subj /CN=localhost -addext subjectAltName=DNS:localhost \
          -keyout key.pem -out ca.pem 2>/dev/null
        cat key.pem ca.pem > server.pem
        """)
      let server = try await PythonServer.git(box, certificate: box.path + "/server.pem")
      let url = "https://localhost:\(server.port)/upstream.git"
      let stranger = try await box.writ("reconcile", "--repo", url)
      expectRefusal(stranger, "not trusted", "certificate authority file")
      let known = try await box.writ(
        "reconcile", "--repo", url, environment: ["WRIT_GIT_CA_FILE": box.path + "/ca.pem"])
      #expect(known.code == 0, "\(known)")
    }
  }

  @Test func plainHTTPToAnotherMachineIsRefused() async throws {
    try await Sandbox.with { box in
      let outcome = try await box.writ("plan", "--repo", "http://192.0.2.1/x.git")
      #expect(outcome.code == 64, "\(outcome)")
      #expect(outcome.error.contains("https://"), "\(outcome)")
    }
  }

  @Test func credentialsInAnAddressAreRefusedAndNotShown() async throws {
    try await Sandbox.with { box in
      for url in ["https://ana:geheim@example.com/x.git", "https://geheim@example.com/x.git"] {
        let outcome = try await box.writ("plan", "--repo", url)
        #expect(outcome.code == 64, "\(outcome)")
        #expect(outcome.error.contains("WRIT_GIT_TOKEN"), "\(outcome)")
        #expect(!outcome.everything.contains("geheim"), "\(outcome)")
      }
    }
  }

  // MARK: SSH

  @Test func anSSHServerIsBelievedAndEnteredByKeysAlone() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      guard let server = try await SSHServer.start(box) else { return }
      let url = "ssh://\(server.user)@127.0.0.1:\(server.port)\(upstream.bare)"
      let key = ["WRIT_GIT_SSH_KEY_FILE": server.folder + "/user"]
      let known = ["WRIT_GIT_KNOWN_HOSTS_FILE": server.folder + "/known_hosts"]
      let unknown = try await box.writ("reconcile", "--repo", url, environment: key)
      expectRefusal(unknown, "is not known", server.fingerprint, "known_hosts")
      #expect(!box.exists("data/writ.db"))
      let other = try await box.writ(
        "reconcile", "--repo", url,
        environment: key.merging(
          ["WRIT_GIT_KNOWN_HOSTS_FILE": server.folder + "/wrong_hosts"], uniquingKeysWith: { $1 }))
      expectRefusal(other, "CHANGED", "ask its owner")
      let nobody = try await box.writ("reconcile", "--repo", url, environment: known)
      expectRefusal(nobody, "wants an SSH key")
      let stranger = try await box.writ(
        "reconcile", "--repo", url,
        environment: known.merging(
          ["WRIT_GIT_SSH_KEY_FILE": server.folder + "/stranger"], uniquingKeysWith: { $1 }))
      expectRefusal(stranger, "refused the SSH key")
      let friend = try await box.writ(
        "reconcile", "--repo", url, environment: known.merging(key, uniquingKeysWith: { $1 }))
      #expect(friend.code == 0, "\(friend)")
      #expect(try await box.liveState().revision.count == 40)
    }
  }
}

/// A real sshd of this user, on this machine alone.
struct SSHServer: Sendable {
  let process: ChildProcess
  let port: UInt16
  let user: String
  /// Holds `user`, `stranger`, `known_hosts` and `wrong_hosts`.
  let folder: String
  let fingerprint: String

  /// Nil, with a word on why, where no sshd can run.
  static func start(_ box: Sandbox) async throws -> SSHServer? {
    guard let program = Program.sshServer else {
      note("skipped: there is no /usr/sbin/sshd")
      return nil
    }
    let folder = box.path + "/ssh"
    let user = try await box.shell("id -un")
    let shell = try await box.shell("getent passwd \(user) | cut -d: -f7")
    guard !shell.hasSuffix("nologin"), !shell.hasSuffix("false") else {
      note("skipped: sshd lets nobody in whose shell is \(shell)")
      return nil
    }
    // sshd drops its rights into this folder, which only an installed service makes.
    if Program.isRoot { try await box.shell("mkdir -p /run/sshd") }
    try await box.shell(
      """
      mkdir -m 700 '\(folder)'; cd '\(folder)'
      for name in host other user stranger; do ssh-keygen -q -t ed25519 -N '' -f $name; done
      cp user.pub authorized_keys; chmod 600 authorized_keys
      """)
    // Another process may take the port in between: then try again.
    for _ in 1...5 {
      let port = try LoopbackSocket.Closed().port
      try box.write(
        """
        ListenAddress 127.0.0.1
        Port \(port)
        HostKey \(folder)/host
        AuthorizedKeysFile \(folder)/authorized_keys
        PidFile none
        UsePAM no
        StrictModes no
        PasswordAuthentication no
        KbdInteractiveAuthentication no
        PermitRootLogin prohibit-password

        """, to: folder + "/config")
      let process = try box.start([program, "-D", "-e", "-f", folder + "/config"])
      let isUp = try await eventually("sshd") { () -> Bool? in
        if process.error.contains("Server listening") { return true }
        return process.isRunning ? nil : false
      }
      guard isUp else { continue }
      try await box.shell(
        """
        cd '\(folder)'
        echo "[127.0.0.1]:\(port) $(cut -d' ' -f1,2 host.pub)" > known_hosts
        echo "[127.0.0.1]:\(port) $(cut -d' ' -f1,2 other.pub)" > wrong_hosts
        """)
      let fingerprint = try await box.shell("ssh-keygen -l -f '\(folder)/host.pub' | cut -d' ' -f2")
      return SSHServer(
        process: process, port: port, user: user, folder: folder, fingerprint: fingerprint)
    }
    note("skipped: sshd does not start")
    return nil
  }
}
