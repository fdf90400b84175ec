import Engine
import Foundation
import GitSource
import Kinds
import Planning
import Resources
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct MirrorSourceTests {
  private let upstream: TemporaryRepository
  private let directory: TemporaryDirectory
  private let clock = ManualClock()

  init() throws {
    upstream = try TemporaryRepository()
    directory = try TemporaryDirectory()
  }

  private var mirror: String { directory.path("mirror.git") }

  /// A source whose child is a shell script; what it is told is in the file `input`.
  private func source(
    child script: String, repository: String? = nil, access: SourceAccess = SourceAccess(),
  ) throws -> MirrorSource {
    try directory.write(script, to: "child.sh")
    return MirrorSource(
      settings: MirrorSource.Settings(
        repository: repository ?? upstream.path, reference: "main", roots: nil, access: access,
        deadline: .seconds(30)),
      mirrorPath: mirror, child: (path: "/bin/sh", arguments: [directory.path("child.sh")]),
      registry: .standard, clock: clock)
  }

  /// A script that fetches as the real child would: the test has done it, the script answers.
  private func fetching() throws -> String {
    let answer = FetchTexts.fetch(mirror: mirror, url: upstream.path, reference: "main")
    return "cat > /dev/null; echo '\(String(decoding: answer.dropLast(), as: UTF8.self))'"
  }

  @Test func theHeadIsThatOfTheLastRefresh() async throws {
    let head = try upstream.commit(["manifests/a.yaml": Manifest.job("a")])
    let source = try source(child: try fetching())
    try await source.refresh()
    #expect(try source.head(liveRoots: []).revision == head)
    #expect(try source.revision(liveRoots: []).summary.hasPrefix("commit "))
  }

  @Test func aLocalRepositoryWithNothingNewNeedsNoChild() async throws {
    try upstream.commit(["manifests/a.yaml": Manifest.job("a")])
    _ = try fetching()
    let source = try source(child: "echo started > \(directory.path("started"))")
    try await source.refresh()
    #expect(!FileManager.default.fileExists(atPath: directory.path("started")))
  }

  @Test func aHangingChildIsKilledAtTheDeadline() async throws {
    let source = try source(
      child: "echo $$ > \(directory.path("pid")); exec sleep 3600",
      repository: "https://h.example/r")
    let fetch = Task { try await thrown(SourceError.self) { try await source.refresh() } }
    await clock.waitForSleep(number: 1)
    let pid = try await childID()
    clock.advance(by: .seconds(29))
    #expect(kill(pid, 0) == 0)
    clock.advance(by: .seconds(1))
    let error = try await fetch.value
    #expect(error.code == .timeout)
    #expect(error.message.contains("30"))
    #expect(error.hint?.contains("git ls-remote https://h.example/r") == true)
    #expect(kill(pid, 0) != 0)
  }

  /// The id of the child, once it says so; `exec` keeps it.
  private func childID() async throws -> pid_t {
    while true {
      if let bytes = try? directory.read("pid"), let last = bytes.last, last == UInt8(ascii: "\n"),
        let pid = pid_t(String(decoding: bytes.dropLast(), as: UTF8.self))
      {
        return pid
      }
      await Task.yield()
    }
  }

  @Test func aCancelledRefreshLeavesNoChild() async throws {
    let source = try source(
      child: "echo $$ > \(directory.path("pid")); exec sleep 3600",
      repository: "https://h.example/r")
    let fetch = Task { try await source.refresh() }
    let pid = try await childID()
    fetch.cancel()
    _ = await fetch.result
    #expect(kill(pid, 0) != 0)
  }

  @Test(arguments: [
    (SourceError.Code.authentication, "the key was refused"), (.unreachable, "no route to host"),
    (.untrustedHost, "the host key changed"), (.unknownReference, "no such branch"),
  ])
  func whatTheChildSaysIsTheError(_ code: SourceError.Code, _ message: String) async throws {
    let source = try source(
      child: "cat > /dev/null; echo '{\"code\":\"\(code.rawValue)\",\"message\":\"\(message)\"}'",
      repository: "https://h.example/r")
    let error = try await thrown(SourceError.self) { try await source.refresh() }
    #expect(error.code == code)
    #expect(error.message == message)
  }

  @Test(arguments: ["exit 3", "kill -SEGV $$", "echo nonsense", "cat > /dev/null"])
  func aChildThatDiesWithoutAnAnswerIsAnError(_ script: String) async throws {
    let source = try source(child: script, repository: "https://h.example/r")
    let error = try await thrown(SourceError.self) { try await source.refresh() }
    #expect(error.code == .other)
    #expect(error.message.contains("https://h.example/r"))
  }

  @Test func aProgramThatIsNotThereIsAnError() async throws {
    let source = MirrorSource(
      settings: MirrorSource.Settings(
        repository: "https://h.example/r", reference: "main", roots: nil, access: SourceAccess(),
        deadline: .seconds(30)),
      mirrorPath: mirror, child: (path: directory.path("none"), arguments: []),
      registry: .standard, clock: clock)
    let error = try await thrown(SourceError.self) { try await source.refresh() }
    #expect(error.code == .other)
  }

  /// I8: arguments and environments are for everybody to read, standard input is not.
  @Test func secretsGoThroughStandardInputAlone() async throws {
    let access = SourceAccess(username: "ana", token: "s3cret-token", passphrase: "s3cret-phrase")
    let source = try source(
      child: """
        cat > \(directory.path("input"))
        { echo "$@"; env; } > \(directory.path("open"))
        echo '{"commit":"c0ffee"}'
        """, repository: "https://h.example/r", access: access)
    try await source.refresh()
    let input = String(decoding: try directory.read("input"), as: UTF8.self)
    let open = String(decoding: try directory.read("open"), as: UTF8.self)
    #expect(input.contains("s3cret-token") && input.contains("s3cret-phrase"))
    #expect(!open.contains("s3cret"))
    let names = Set(open.split(separator: "\n").compactMap { $0.split(separator: "=").first })
    #expect(names.subtracting(["PATH", "HOME", "PWD", "_", "SHLVL", "OLDPWD"]) == [])
  }

  @Test func aPasswordInTheAddressIsNotRepeated() async throws {
    let source = try source(
      child: "exit 1", repository: "https://ana:s3cret@h.example/r")
    let error = try await thrown(SourceError.self) { try await source.refresh() }
    #expect(!error.message.contains("s3cret"))
    #expect(error.hint?.contains("s3cret") != true)
  }

  @Test func keepsWhatIsLive() async throws {
    let first = try upstream.commit(["manifests/a.yaml": Manifest.job("a")])
    let source = try source(child: try fetching())
    try await source.refresh()
    try source.keep(first)
    let other = try upstream.replaceHistory(with: ["manifests/b.yaml": Manifest.job("b")])
    _ = try fetching()
    try upstream.git("gc", "--quiet", "--prune=now", in: mirror)
    let head = try source.head(liveRoots: [])
    #expect(head.revision == other)
    #expect(head.contains(first))
    #expect(try head.ancestry(since: first) == .rewritten)
  }

  @Test func keepingWhatIsNotThereIsAnError() async throws {
    try upstream.commit(["manifests/a.yaml": Manifest.job("a")])
    let source = try source(child: try fetching())
    let error = try thrown(SourceError.self) {
      try source.keep(String(repeating: "ab", count: 20))
    }
    #expect(error.code == .incomplete)
  }
}
