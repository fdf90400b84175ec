import Git
import Testing

@Suite struct HistoryTests {
  private let sandbox: Sandbox
  private let path: String
  private let commits: [ObjectID]
  private let merge: ObjectID

  /// One line of five commits, a side branch from the second, and a merge on top.
  init() throws {
    sandbox = try Sandbox()
    path = try sandbox.makeRepository()
    let sandbox = sandbox
    let path = path
    commits = try (1...5).map {
      try sandbox.commit(["top/a\($0)": "\($0)", "other/b": "\($0)"], in: path, message: "c\($0)")
    }
    try sandbox.git("checkout", "--quiet", "-b", "side", "\(commits[1])", in: path)
    try sandbox.commit(["top/side": "1"], in: path, message: "side")
    try sandbox.git("checkout", "--quiet", "main", in: path)
    try sandbox.git("merge", "--quiet", "--no-ff", "-m", "merge", "side", in: path)
    merge = try sandbox.id("HEAD", in: path)
  }

  @Test func visitsNewestFirstLikeGitLog() throws {
    let expected = try sandbox.git("log", "--topo-order", "--format=%H", in: path)
    let repository = try Repository(opening: path)
    let (found, end) = try walk(repository, from: merge)
    #expect(found.count == 7 && end == .complete)
    #expect(Set(found.map(\.description)) == Set(expected.split(separator: "\n").map(String.init)))
    #expect(found.first == merge && found.last == commits[0])
    for id in found {
      let place = found.firstIndex(of: id) ?? 0
      for parent in try repository.commit(id).parents {
        #expect(place < found.firstIndex(of: parent) ?? -1)
      }
    }
  }

  @Test func hidesLimitsAndStops() throws {
    let repository = try Repository(opening: path)
    let since = try walk(repository, from: merge, hiding: commits[3])
    #expect(since.found.count == 3 && since.end == .complete)
    let some = try walk(repository, from: merge, limit: 2)
    #expect(some.found.count == 2 && some.end == .limit)
    let exact = try walk(repository, from: merge, limit: 7)
    #expect(exact.found.count == 7 && exact.end == .complete)
    let end = try repository.history(from: merge, limit: 9) { _ in false }
    #expect(end == .stopped)
    let none = try walk(repository, from: commits[0], hiding: merge)
    #expect(none.found.isEmpty && none.end == .complete)
  }

  @Test func tellsDescendants() throws {
    let repository = try Repository(opening: path)
    let side = try sandbox.id("side", in: path)
    #expect(try repository.isDescendant(merge, of: commits[0]))
    #expect(try repository.isDescendant(merge, of: side))
    #expect(try repository.isDescendant(merge, of: merge))
    #expect(try !repository.isDescendant(commits[0], of: merge))
    #expect(try !repository.isDescendant(side, of: commits[2]))
    let nowhere = try #require(ObjectID(hex: String(repeating: "3", count: 40)))
    let error = try gitError { _ = try repository.isDescendant(merge, of: nowhere) }
    #expect(error.code == .missingObject)
  }

  @Test func reportsTheChangedPathsOfACommit() throws {
    let repository = try Repository(opening: path)
    func changed(_ id: ObjectID, _ roots: [String]) throws -> [String] {
      var paths: [String] = []
      try repository.changedPaths(commit: repository.commit(id), under: roots) {
        paths.append($0.path)
      }
      return paths
    }
    #expect(try changed(commits[0], ["top"]) == ["top/a1"])
    #expect(try changed(commits[0], [""]) == ["other/b", "top/a1"])
    #expect(try changed(commits[2], ["top", "other"]) == ["top/a3", "other/b"])
    #expect(try changed(commits[2], ["missing"]).isEmpty)
    #expect(try changed(merge, [""]).isEmpty)
  }

  @Test func reportsOnlyWhatAMergeDecidedItself() throws {
    try sandbox.git("checkout", "--quiet", "-b", "left", "\(commits[4])", in: path)
    try sandbox.commit(["top/both": "left", "top/left": "1"], in: path)
    try sandbox.git("checkout", "--quiet", "-b", "right", "\(commits[4])", in: path)
    try sandbox.commit(["top/both": "right", "top/right": "1"], in: path)
    let merging = ["merge", "--quiet", "--no-commit", "-s", "ours", "left"]
    try sandbox.git(merging, in: path)
    let resolved = try sandbox.commit(["top/both": "resolved", "top/left": "1"], in: path)
    let repository = try Repository(opening: path)
    var paths: [String] = []
    let commit = try repository.commit(resolved)
    try repository.changedPaths(commit: commit, under: ["top"]) { paths.append($0.path) }
    #expect(commit.parents.count == 2)
    #expect(paths == ["top/both"])
  }

  @Test func walksAShallowClone() throws {
    let clone = try cloned("--depth", "2")
    let repository = try Repository(opening: clone)
    let isShallow = repository.isShallow
    #expect(isShallow)
    let (found, end) = try walk(repository, from: merge)
    #expect(found.first == merge && end == .shallow)
    let known = try sandbox.git("log", "--format=%H", in: clone).split(separator: "\n")
    #expect(Set(found.map(\.description)) == Set(known.map(String.init)))
    let some = try walk(repository, from: merge, limit: 1)
    #expect(some.found == [merge] && some.end == .limit)
    let hidden = try walk(repository, from: merge, hiding: commits[4])
    #expect(!hidden.found.contains(commits[4]) && hidden.end == .shallow)
    #expect(try repository.changes(from: nil, to: repository.commit(merge).tree).count == 7)
  }

  @Test func saysWhatAShallowCloneLacks() throws {
    let repository = try Repository(opening: cloned("--depth", "1"))
    let reading = try gitError { _ = try repository.commit(commits[0]) }
    #expect(reading.code == .missingObject)
    #expect(reading.message.contains("--unshallow") && reading.message.contains("fetch-depth: 0"))
    let before = try gitError { _ = try repository.resolve("HEAD~1") }
    #expect(before.code == .missingObject && before.message.contains("--unshallow"))
    let compared = try gitError { _ = try repository.isDescendant(merge, of: commits[0]) }
    #expect(compared.code == .missingObject)
    #expect(try repository.isDescendant(merge, of: merge))
  }

  @Test func knowsAncestryInsideAShallowClone() throws {
    let repository = try Repository(opening: cloned("--depth", "2"))
    #expect(try repository.isDescendant(merge, of: commits[4]))
    #expect(try !repository.isDescendant(commits[4], of: merge))
    let side = try sandbox.id("side", in: path)
    let unknown = try gitError { _ = try repository.isDescendant(commits[4], of: side) }
    #expect(unknown.code == .missingObject)
  }

  @Test func saysWhatAPartialCloneLacks() throws {
    try sandbox.git("config", "uploadpack.allowFilter", "true", in: path)
    let clone = try cloned("--no-checkout", "--filter=blob:none")
    let repository = try Repository(opening: clone)
    let isPartial = repository.isPartial
    #expect(isPartial)
    let files = try repository.changes(from: nil, to: repository.commit(merge).tree)
    #expect(files.count == 7)
    let blob = try #require(files.first?.new)
    let error = try gitError { _ = try repository.readBlob(blob, maximumBytes: 100) }
    #expect(error.code == .missingObject && error.message.contains("--filter"))
    #expect(try walk(repository, from: merge).end == .complete)
  }

  private func cloned(_ options: String...) throws -> String {
    let arguments = ["clone", "--quiet"] + options + ["file://\(path)", "clone"]
    try sandbox.git(arguments)
    return "\(sandbox.path)/clone"
  }

  private func walk(
    _ repository: borrowing Repository,
    from head: ObjectID,
    hiding base: ObjectID? = nil,
    limit: Int = 1000
  ) throws -> (found: [ObjectID], end: HistoryEnd) {
    var found: [ObjectID] = []
    let end = try repository.history(from: head, hiding: base, limit: limit) {
      found.append($0.id)
      return true
    }
    return (found, end)
  }
}
