import Git
import Testing

@Suite struct WalkTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  @Test(arguments: 1...12) func agreesWithDiffTree(seed: UInt64) throws {
    var random = SplitMix(state: seed)
    var stream = FastImport()
    stream.startCommit()
    write(120, into: &stream, &random)
    stream.startCommit(keepingParent: random.next() % 4 != 0)
    write(60, into: &stream, &random)
    let path = try sandbox.makeRepository()
    try sandbox.git(["fast-import", "--quiet"], in: path, input: stream.bytes)
    let expected = try sandbox.git(
      "diff-tree",
      "-r",
      "--raw",
      "--no-renames",
      "--no-abbrev",
      "main~1",
      "main",
      in: path
    ).split(separator: "\n").map(String.init)
    let repository = try Repository(opening: path)
    let found = try repository.changes(
      from: repository.commit(repository.resolve("main~1")).tree,
      to: repository.commit(repository.resolve("main")).tree
    ).flatMap(rawLines)
    #expect(found.sorted() == expected.flatMap(split).sorted(), "seed \(seed)")
    #expect(Set(found).count == found.count)
  }

  @Test func reportsEveryKindOfEntry() throws {
    var stream = FastImport()
    stream.startCommit()
    stream.write("1", to: "plain")
    stream.write("1", to: "program", mode: "100755")
    stream.write("target", to: "link", mode: "120000")
    stream.link("module", toCommit: String(repeating: "1", count: 40))
    stream.write("1", to: "swap/inner")
    stream.write("same", to: "same/deep/file")
    stream.startCommit()
    stream.write("1", to: "program")
    stream.delete("swap")
    stream.write("1", to: "swap")
    stream.delete("link")
    stream.write("1", to: "link/now-a-folder")
    let path = try sandbox.makeRepository()
    try sandbox.git(["fast-import", "--quiet"], in: path, input: stream.bytes)
    let repository = try Repository(opening: path)
    let old = try repository.commit(repository.resolve("main~1")).tree
    let new = try repository.commit(repository.resolve("main")).tree
    let listed = try repository.changes(from: nil, to: old, prefix: "top/").map {
      "\($0.path) \($0.before == nil) \(String(describing: $0.after?.mode))"
    }
    #expect(
      listed == [
        "top/link true Optional(Git.EntryMode.symlink)",
        "top/module true Optional(Git.EntryMode.submodule)",
        "top/plain true Optional(Git.EntryMode.blob)",
        "top/program true Optional(Git.EntryMode.executable)",
        "top/same/deep/file true Optional(Git.EntryMode.blob)",
        "top/swap/inner true Optional(Git.EntryMode.blob)",
      ]
    )
    let changed = try repository.changes(from: old, to: new)
    #expect(changed.map(\.path) == ["link", "link/now-a-folder", "program", "swap", "swap/inner"])
    let program = changed.first { $0.path == "program" }
    #expect(program?.old == program?.new && program?.before?.mode == .executable)
    #expect(try repository.changes(from: new, to: nil).allSatisfy { $0.after == nil })
    #expect(try repository.changes(from: new, to: new).isEmpty)
  }

  @Test func refusesNamesThatAreNotUTF8() throws {
    var stream = FastImport()
    stream.startCommit()
    stream.write("1", toBytes: Array("folder/caf".utf8) + [0xE9])
    let path = try sandbox.makeRepository()
    try sandbox.git(["fast-import", "--quiet"], in: path, input: stream.bytes)
    let repository = try Repository(opening: path)
    let tree = try repository.commit(repository.head()).tree
    let error = try gitError { try repository.walk(from: nil, to: tree) { _ in } }
    #expect(error.code == .invalidPath)
    #expect(error.message.contains("folder/caf\\xe9"))
  }

  @Test func stopsAtItsLimits() throws {
    var stream = FastImport()
    stream.startCommit()
    let deep = (0..<80).map { "d\($0)" }.joined(separator: "/")
    stream.write("1", to: deep)
    stream.write("1", to: "x")
    let path = try sandbox.makeRepository()
    try sandbox.git(["fast-import", "--quiet"], in: path, input: stream.bytes)
    let repository = try Repository(opening: path)
    let tree = try repository.commit(repository.head()).tree
    func code(_ limits: WalkLimits) throws -> GitError.Code {
      try gitError { try repository.walk(from: nil, to: tree, limits: limits) { _ in } }.code
    }
    #expect(try code(WalkLimits()) == .tooLarge)
    #expect(try code(WalkLimits(depth: 100, pathBytes: 100)) == .tooLarge)
    #expect(try code(WalkLimits(depth: 100, changes: 1)) == .tooLarge)
    #expect(try repository.changes(from: nil, to: tree, limits: WalkLimits(depth: 100)).count == 2)
  }

  @Test func refusesForgedTrees() throws {
    let path = try sandbox.makeRepository()
    let blob = try sandbox.git(["hash-object", "-w", "--stdin"], in: path, input: Array("1".utf8))
    let id = try #require(ObjectID(hex: blob))
    func tree(_ names: [String]) throws -> ObjectID {
      var bytes: [UInt8] = []
      for name in names { bytes += Array("100644 \(name)".utf8) + [0] + id.bytes }
      let arguments = ["hash-object", "-t", "tree", "-w", "--stdin", "--literally"]
      let text = try sandbox.git(arguments, in: path, input: bytes)
      return try #require(ObjectID(hex: text))
    }
    let repository = try Repository(opening: path)
    for names in [["b", "a"], ["a", "a"]] {
      let forged = try tree(names)
      let error = try gitError { try repository.walk(from: nil, to: forged) { _ in } }
      #expect(error.code == .corruptObject, "\(names)")
    }
    for names in [[".."], ["."], ["a/b"]] {
      let forged = try tree(names)
      let error = try gitError { try repository.walk(from: nil, to: forged) { _ in } }
      #expect(error.code == .invalidPath, "\(names)")
    }
  }

  @Test func endsWithTheErrorOfTheVisitor() throws {
    let path = try sandbox.makeRepository()
    let commit = try sandbox.commit(["a": "1", "b": "1"], in: path)
    let repository = try Repository(opening: path)
    let tree = try repository.commit(commit).tree
    var visited = 0
    #expect(throws: Unexpected.self) {
      try repository.walk(from: nil, to: tree) { _ in
        visited += 1
        throw Unexpected("enough")
      }
    }
    #expect(visited == 1)
  }

  private func write(_ count: Int, into stream: inout FastImport, _ random: inout SplitMix) {
    for _ in 0..<count {
      let depth = random.next() % 4
      let path = (0...depth).map { _ in "n\(random.next() % 6)" }.joined(separator: "/")
      switch random.next() % 8 {
      case 0: stream.delete(path)
      case 1: stream.write("x", to: path, mode: "100755")
      case 2: stream.write("target", to: path, mode: "120000")
      default: stream.write("\(random.next() % 4)", to: path)
      }
    }
  }

  /// A type change is one line for Git and one change for us; both become a removal and an addition.
  private func rawLines(_ change: TreeChange) -> [String] {
    let removed = change.before.map { "- \($0.mode) \($0.id) \(change.path)" }
    let added = change.after.map { "+ \($0.mode) \($0.id) \(change.path)" }
    return [removed, added].compactMap(\.self)
  }

  private func split(_ line: String) -> [String] {
    let parts = line.split(separator: "\t")
    let fields = parts[0].dropFirst().split(separator: " ")
    let modes = ["100644": "blob", "100755": "executable", "120000": "symlink"]
    let removed = modes[String(fields[0])].map { "- \($0) \(fields[2]) \(parts[1])" }
    let added = modes[String(fields[1])].map { "+ \($0) \(fields[3]) \(parts[1])" }
    return [removed, added].compactMap(\.self)
  }
}

/// A small reproducible source of numbers.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
