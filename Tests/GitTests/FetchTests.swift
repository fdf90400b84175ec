import Foundation
import Git
import Testing

@Suite struct FetchTests {
  private let sandbox: Sandbox
  private let upstream: String
  private let first: ObjectID

  init() throws {
    sandbox = try Sandbox()
    upstream = try sandbox.makeRepository("upstream")
    first = try sandbox.commit(["a": "1"], in: upstream)
  }

  @Test(arguments: ["main", "refs/heads/main", "HEAD", "v1", "refs/tags/v1"])
  func fetches(_ reference: String) throws {
    try sandbox.git("tag", "-a", "-m", "words", "v1", in: upstream)
    let mirror = try makeMirror()
    for _ in 1...2 {
      let url = try RemoteURL(upstream)
      #expect(try mirror.fetch(from: url, reference: reference, into: "refs/writ/x") == first)
    }
    #expect(try mirror.resolve("refs/writ/x") == first)
    #expect(try mirror.references().map(\.name) == ["refs/writ/x"])
    #expect(try mirror.packCount() == 1)
    #expect(!FileManager.default.fileExists(atPath: "\(sandbox.path)/mirror/FETCH_HEAD"))
  }

  @Test func followsProgressAndRewrittenHistory() throws {
    let mirror = try makeMirror()
    let url = try RemoteURL("file://\(upstream)")
    #expect(try mirror.fetch(from: url, reference: "main", into: "refs/writ/x") == first)
    let second = try sandbox.commit(["a": "2"], in: upstream)
    #expect(try mirror.fetch(from: url, reference: "main", into: "refs/writ/x") == second)
    #expect(try mirror.isDescendant(second, of: first))
    try sandbox.git("reset", "--quiet", "--hard", "\(first)", in: upstream)
    let rewritten = try sandbox.commit(["a": "3"], in: upstream)
    #expect(try mirror.fetch(from: url, reference: "main", into: "refs/writ/x") == rewritten)
    #expect(try !mirror.isDescendant(rewritten, of: second))
    try sandbox.git("reset", "--quiet", "--hard", "\(first)", in: upstream)
    #expect(try mirror.fetch(from: url, reference: "main", into: "refs/writ/x") == first)
    #expect(try mirror.reference("refs/writ/x") == first)
  }

  @Test func namesWhatTheRemoteLacks() throws {
    let mirror = try makeMirror()
    let unknown = try gitError {
      _ = try mirror.fetch(from: RemoteURL(upstream), reference: "mian", into: "refs/writ/x")
    }
    #expect(unknown.code == .unknownReference && unknown.message.contains("main"))
    let empty = try sandbox.makeRepository("empty")
    let nothing = try gitError {
      _ = try mirror.fetch(from: RemoteURL(empty), reference: "HEAD", into: "refs/writ/x")
    }
    #expect(nothing.code == .emptyRepository)
    let missing = try gitError {
      _ = try mirror.fetch(
        from: RemoteURL("/nonexistent/x"),
        reference: "HEAD",
        into: "refs/writ/x"
      )
    }
    #expect(missing.code == .notFound)
    let sha256 = try sandbox.makeRepository("sha256", "--object-format=sha256")
    let other = try gitError {
      _ = try mirror.fetch(from: RemoteURL(sha256), reference: "HEAD", into: "refs/writ/x")
    }
    #expect(other.code == .unsupportedObjectFormat)
  }

  @Test func refusesATagThatIsNoCommit() throws {
    try sandbox.git("tag", "tree", "HEAD^{tree}", in: upstream)
    let mirror = try makeMirror()
    let error = try gitError {
      _ = try mirror.fetch(from: RemoteURL(upstream), reference: "tree", into: "refs/writ/x")
    }
    #expect(error.code == .unknownReference)
    #expect(try mirror.reference("refs/writ/x") == nil)
  }

  @Test func stopsWhenTheRemoteSendsTooMuch() throws {
    var random = SplitMix(state: 1)
    let noise = (0..<20_000).map { _ in "\(random.next())" }.joined(separator: "\n")
    try sandbox.commit(["noise": noise], in: upstream)
    let mirror = try makeMirror()
    let error = try gitError {
      _ = try mirror.fetch(
        from: RemoteURL(upstream),
        reference: "main",
        into: "refs/writ/x",
        maximumBytes: 10_000
      )
    }
    #expect(error.code == .tooLarge && error.message.contains("10000"))
    #expect(try mirror.reference("refs/writ/x") == nil)
  }

  @Test func refusesPlainHTTPToOtherMachines() throws {
    let mirror = try makeMirror()
    let error = try gitError {
      _ = try mirror.fetch(
        from: RemoteURL("http://example.org/a"),
        reference: "main",
        into: "refs/writ/x"
      )
    }
    #expect(error.code == .invalidURL && error.message.contains("https://"))
  }

  @Test(arguments: ["http://localhost:1/a", "https://localhost:1/a", "ssh://git@localhost:1/a"])
  func saysThatNobodyListens(_ address: String) throws {
    let mirror = try makeMirror()
    let error = try gitError {
      _ = try mirror.fetch(from: RemoteURL(address), reference: "main", into: "refs/writ/x")
    }
    #expect(error.code == .unreachable)
    #expect(error.message.contains("localhost"))
  }

  private func makeMirror() throws -> Repository {
    try Repository.createMirror(at: "\(sandbox.path)/mirror")
  }
}
