import Engine
import GitSource
import Planning
import Resources
import TestSupport
import Testing

/// I7: the commit that a fact comes from.
struct OriginTests {
  private let repository: TemporaryRepository
  private let a = "manifests/a.yaml"
  private let b = "manifests/b.yaml"

  init() throws { repository = try TemporaryRepository() }

  private func text(_ number: Int) -> String { Manifest.job("a", script: "echo \(number)") }

  private func origin(
    of file: String, since base: String? = nil, _ reference: String = "main",
  ) throws -> Origin? {
    try repository.revision(reference).origins(of: [file], since: base)[file]
  }

  @Test func isTheLastCommitThatTouchedTheFile() throws {
    try repository.commit([a: text(1), b: "x"])
    let second = try repository.commit([a: text(2)], by: .ben)
    try repository.commit([b: "y"])
    let origin = try #require(try origin(of: a))
    #expect(origin.commit == second)
    #expect(origin.author == "Ben")
    #expect(origin.email == "ben@example.org")
    #expect(origin.time.description == "2023-11-14T22:15:20Z")
  }

  @Test func aDeletedFileHasTheCommitThatDeletedIt() throws {
    let base = try repository.commit([a: text(1), b: "x"])
    let gone = try repository.commit([a: nil])
    try repository.commit([b: "y"])
    #expect(try origin(of: a, since: base)?.commit == gone)
  }

  @Test func onlyWhatIsNewIsSearchedFirst() throws {
    let base = try repository.commit([a: text(1), b: "x"])
    let second = try repository.commit([b: "y"])
    #expect(try origin(of: b, since: base)?.commit == second)
    // Nothing new touched it, so it is older.
    #expect(try origin(of: a, since: base)?.commit == base)
  }

  @Test func aMergeDoesNotClaimWhatItsBranchDid() throws {
    try repository.commit([a: text(1), b: "x"])
    try repository.reset("topic", to: try #require(repository.heads["main"]))
    let topic = try repository.commit([a: text(2)], on: "topic", by: .ben)
    try repository.commit([b: "y"])
    try repository.merge("topic")
    #expect(try origin(of: a)?.commit == topic)
  }

  @Test func aMergeIsTheOriginOfWhatItDecides() throws {
    try repository.commit([a: text(1)])
    try repository.reset("topic", to: try #require(repository.heads["main"]))
    try repository.commit([a: text(2)], on: "topic")
    try repository.commit([a: text(3)])
    let merge = try repository.merge("topic", deciding: [a: text(4)])
    #expect(try origin(of: a)?.commit == merge)
  }

  @Test func afterAForcePushItIsInTheNewHistory() throws {
    let first = try repository.commit([a: text(1), b: "x"])
    let live = try repository.commit([a: text(2)])
    try repository.reset(to: first)
    let other = try repository.commit([a: text(3)], by: .ben)
    #expect(try origin(of: a, since: live)?.commit == other)
    #expect(try origin(of: b, since: live)?.commit == first)
  }

  @Test func aHistoryWithoutACommonRootHasOriginsToo() throws {
    let live = try repository.commit([a: text(1)])
    let root = try repository.replaceHistory(with: [a: text(2)])
    #expect(try origin(of: a, since: live)?.commit == root)
  }

  @Test func manyFilesAreFoundInOneWalk() throws {
    var expected: [String: String] = [:]
    for index in 0..<20 {
      let file = "manifests/f\(index).yaml"
      expected[file] = try repository.commit([file: Manifest.job("f\(index)")])
    }
    let found = try repository.revision().origins(of: Set(expected.keys), since: nil)
    #expect(found.mapValues(\.commit) == expected)
  }

  @Test func aFileThatNeverWasHasTheHead() throws {
    let head = try repository.commit([a: text(1)])
    #expect(try origin(of: "manifests/none.yaml")?.commit == head)
  }

  @Test func ancestryTellsForwardFromRewritten() throws {
    let first = try repository.commit([a: text(1)])
    let second = try repository.commit([a: text(2)])
    #expect(try repository.revision().ancestry(since: first) == .descends)
    #expect(try repository.revision().ancestry(since: second) == .descends)
    #expect(try repository.revision(first).ancestry(since: second) == .rewritten)
    try repository.reset(to: first)
    try repository.commit([a: text(3)])
    #expect(try repository.revision().ancestry(since: second) == .rewritten)
    #expect(try repository.revision().contains(second))
    #expect(try !repository.revision().contains(String(repeating: "0", count: 40)))
    #expect(try !repository.revision().contains("main"))
  }
}
