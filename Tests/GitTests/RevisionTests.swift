import Git
import Testing

@Suite struct RevisionTests {
  private let sandbox: Sandbox
  private let path: String
  private let first: ObjectID
  private let second: ObjectID

  init() throws {
    sandbox = try Sandbox()
    path = try sandbox.makeRepository()
    first = try sandbox.commit(["a": "1", "folder/b": "1"], in: path, message: "First\n\nBody")
    try sandbox.git("tag", "light", in: path)
    try sandbox.git("tag", "-a", "-m", "words", "heavy", in: path)
    second = try sandbox.commit(["a": "2"], in: path, message: "Second")
    try sandbox.git("branch", "feature/routing", in: path)
  }

  @Test func resolvesEveryKindOfName() throws {
    let repository = try Repository(opening: path)
    for name in ["HEAD", "main", "refs/heads/main", "feature/routing", "\(second)"] {
      #expect(try repository.resolve(name) == second, "\(name)")
    }
    for name in ["HEAD~1", "HEAD^", "light", "heavy", "refs/tags/heavy", first.abbreviated] {
      #expect(try repository.resolve(name) == first, "\(name)")
    }
    #expect(try repository.head() == second)
    #expect(try repository.headReference() == "refs/heads/main")
    try sandbox.git("checkout", "--quiet", "--detach", in: path)
    #expect(try repository.headReference() == nil)
  }

  @Test func suggestsCloseNames() throws {
    let repository = try Repository(opening: path)
    let error = try gitError { _ = try repository.resolve("mian") }
    #expect(error.code == .unknownReference)
    #expect(error.message.contains("did you mean main"))
    let routing = try gitError { _ = try repository.resolve("routin") }
    #expect(routing.message.contains("feature/routing"))
    for odd in ["HEAD~9", "a b", "..", "HEAD:a", "v9~1"] {
      #expect(try gitError { _ = try repository.resolve(odd) }.code == .unknownReference, "\(odd)")
    }
    #expect(try gitError { _ = try repository.resolve("a\0b") }.code == .invalidPath)
  }

  @Test func readsACommit() throws {
    let repository = try Repository(opening: path)
    let commit = try repository.commit(first)
    #expect(commit.id == first && commit.parents.isEmpty)
    #expect(commit.summary == "First" && commit.message == "First\n\nBody\n")
    #expect(commit.author.name == "Ada" && commit.author.offsetMinutes == 120)
    #expect(commit.committer.email == "bob@example.org" && commit.committer.offsetMinutes == 0)
    #expect(commit.author.time > 1_700_000_000)
    #expect(try repository.commit(second).parents == [first])
    #expect(try commit.tree == sandbox.id("\(first)^{tree}", in: path))
    #expect(try gitError { _ = try repository.commit(commit.tree) }.code == .missingObject)
  }

  @Test func findsFoldersOfACommit() throws {
    let repository = try Repository(opening: path)
    #expect(try repository.treeID(of: first, at: "") == repository.commit(first).tree)
    #expect(try repository.treeID(of: first, at: ".") == repository.commit(first).tree)
    let folder = try sandbox.id("\(first):folder", in: path)
    #expect(try repository.treeID(of: first, at: "folder") == folder)
    #expect(try repository.treeID(of: first, at: "/folder/") == folder)
    #expect(try repository.treeID(of: first, at: "missing/deep") == nil)
    #expect(try repository.entry(of: first, at: "a")?.mode == .blob)
    #expect(try repository.entry(of: first, at: "a/below") == nil)
    let file = try gitError { _ = try repository.treeID(of: first, at: "a") }
    #expect(file.code == .invalidPath)
    #expect(try gitError { _ = try repository.treeID(of: first, at: "../x") }.code == .invalidPath)
  }

  @Test func setsListsAndDeletesReferences() throws {
    let repository = try Repository(opening: path)
    try repository.setReference("refs/writ/applied", to: first)
    try repository.setReference("refs/writ/applied", to: second)
    try repository.setReference("refs/writ/a", to: first)
    #expect(
      try repository.references("refs/writ/").map(\.name) == ["refs/writ/a", "refs/writ/applied"]
    )
    #expect(try repository.reference("refs/writ/applied") == second)
    try repository.deleteReference("refs/writ/applied")
    try repository.deleteReference("refs/writ/applied")
    #expect(try repository.reference("refs/writ/applied") == nil)
    let invalid = try gitError { try repository.setReference("refs/writ/a..b", to: first) }
    #expect(invalid.code == .invalidPath)
    let nowhere = try #require(ObjectID(hex: String(repeating: "1", count: 40)))
    let missing = try gitError { try repository.setReference("refs/writ/b", to: nowhere) }
    #expect(missing.code == .missingObject)
    #expect(try gitError { _ = try repository.references(limit: 1) }.code == .tooLarge)
  }
}
