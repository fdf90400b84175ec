import Foundation

/// A real bare repository with deterministic commits, made by the `git` binary and deleted at the
/// end.
///
/// Same calls, same commit ids: dates, authors and git's settings do not come from the machine.
package final class TemporaryRepository {
  package struct Author: Sendable {
    package var name: String
    package var email: String

    package static let ana = Author(name: "Ana", email: "ana@example.org")
    package static let ben = Author(name: "Ben", email: "ben@example.org")
    package static let eva = Author(name: "Eva", email: "eva@example.org")
  }

  /// What becomes of one path in a commit.
  package enum Entry: Sendable {
    case text(String)
    case bytes([UInt8])
    case symlink(to: String)
    case submodule(String)
    case deleted
  }

  package struct NewCommit {
    package var branch: String
    /// Ids of commits, or `:3` for the third commit of the same import.
    package var parents: [String]
    package var entries: [(path: [UInt8], entry: Entry)]
    package var author: Author
    /// Whether the tree starts out empty rather than as the first parent's.
    package var startsEmpty: Bool

    package init(
      branch: String, parents: [String], entries: [(path: [UInt8], entry: Entry)],
      author: Author = .ana, startsEmpty: Bool = false,
    ) {
      self.branch = branch
      self.parents = parents
      self.entries = entries
      self.author = author
      self.startsEmpty = startsEmpty
    }
  }

  package let path: String
  private let directory: TemporaryDirectory
  private var seconds = 1_700_000_000
  private var imports = 0
  /// The newest commit of each branch.
  package private(set) var heads: [String: String] = [:]

  package init() throws {
    directory = try TemporaryDirectory()
    path = directory.path("upstream.git")
    try git("init", "--quiet", "--bare", "--initial-branch=main", path, in: directory.path)
  }

  // MARK: Commits

  /// Commits `files` on top of `branch`; nil deletes a file.
  @discardableResult
  package func commit(
    _ files: [String: String?], on branch: String = "main", by author: Author = .ana,
  ) throws -> String {
    let entries = files.sorted { $0.key < $1.key }.map { path, text in
      (path: Array(path.utf8), entry: text.map { Entry.text($0) } ?? .deleted)
    }
    return try commit(
      NewCommit(
        branch: branch, parents: heads[branch].map { [$0] } ?? [], entries: entries, author: author)
    )
  }

  /// Commits a special entry, such as a symbolic link, on top of `branch`.
  @discardableResult
  package func commit(
    _ entry: Entry, at path: String, on branch: String = "main",
  ) throws -> String {
    try commit(entry, atBytes: Array(path.utf8), on: branch)
  }

  @discardableResult
  package func commit(
    _ entry: Entry, atBytes path: [UInt8], on branch: String = "main",
  ) throws -> String {
    try commit(
      NewCommit(
        branch: branch, parents: heads[branch].map { [$0] } ?? [], entries: [(path, entry)]))
  }

  /// Renames files without changing them.
  @discardableResult
  package func rename(_ files: [String: String], on branch: String = "main") throws -> String {
    guard let head = heads[branch] else { throw FixtureError("\(branch) has no commit") }
    var changes: [String: String?] = [:]
    for (old, new) in files {
      changes[old] = .some(nil)
      changes[new] = try blob(old, at: head)
    }
    return try commit(changes, on: branch)
  }

  /// Merges `other` into `branch`, with the files that the merge itself decides.
  @discardableResult
  package func merge(
    _ other: String, into branch: String = "main", deciding files: [String: String?] = [:],
  ) throws -> String {
    guard let first = heads[branch], let second = heads[other] else {
      throw FixtureError("cannot merge \(other) into \(branch)")
    }
    var entries: [(path: [UInt8], entry: Entry)] = []
    let base = try git("merge-base", first, second)
    let changed = try git("diff", "--name-only", "--no-renames", base, second)
    for file in changed.split(separator: "\n").map(String.init) where files[file] == nil {
      let isThere = try !git("ls-tree", "--name-only", second, "--", file).isEmpty
      let entry = isThere ? Entry.text(try blob(file, at: second)) : .deleted
      entries.append((Array(file.utf8), entry))
    }
    for (file, text) in files {
      entries.append((Array(file.utf8), text.map { .text($0) } ?? .deleted))
    }
    return try commit(NewCommit(branch: branch, parents: [first, second], entries: entries))
  }

  /// Makes `branch` stand for `commit`, whatever it stood for before: a force push, or a new branch.
  package func reset(_ branch: String = "main", to commit: String) throws {
    try git("update-ref", "refs/heads/\(branch)", commit)
    heads[branch] = commit
  }

  /// A commit without parents that `branch` stands for from now on.
  @discardableResult
  package func replaceHistory(
    of branch: String = "main", with files: [String: String],
  ) throws -> String {
    try commit(
      NewCommit(
        branch: branch, parents: [],
        entries: files.sorted { $0.key < $1.key }.map { (Array($0.key.utf8), .text($0.value)) },
        startsEmpty: true))
  }

  @discardableResult
  private func commit(_ commit: NewCommit) throws -> String {
    guard let id = try add([commit]).first else { throw FixtureError("no commit was made") }
    return id
  }

  /// Makes many commits with one process; their ids, in order.
  package func add(_ commits: [NewCommit]) throws -> [String] {
    imports += 1
    var stream: [UInt8] = []
    func line(_ text: String) { stream += Array(text.utf8) + [UInt8(ascii: "\n")] }
    func data(_ bytes: [UInt8]) {
      line("data \(bytes.count)")
      stream += bytes + [UInt8(ascii: "\n")]
    }
    for (index, commit) in commits.enumerated() {
      seconds += 60
      // A reset first makes the parents exactly those that are named, on any branch.
      line("reset refs/heads/\(commit.branch)")
      line("commit refs/heads/\(commit.branch)")
      line("mark :\(index + 1)")
      line("author \(commit.author.name) <\(commit.author.email)> \(seconds) +0200")
      line("committer Robot <robot@example.org> \(seconds) +0000")
      data(Array("commit \(seconds)".utf8))
      if let parent = commit.parents.first { line("from \(parent)") }
      for parent in commit.parents.dropFirst() { line("merge \(parent)") }
      if commit.startsEmpty { line("deleteall") }
      for (path, entry) in commit.entries {
        func modify(_ mode: String, _ bytes: [UInt8]) {
          stream += Array("M \(mode) inline ".utf8) + path + [UInt8(ascii: "\n")]
          data(bytes)
        }
        switch entry {
        case .text(let text): modify("100644", Array(text.utf8))
        case .bytes(let bytes): modify("100644", bytes)
        case .symlink(let target): modify("120000", Array(target.utf8))
        case .submodule(let commit):
          stream += Array("M 160000 \(commit) ".utf8) + path + [UInt8(ascii: "\n")]
        case .deleted: stream += Array("D ".utf8) + path + [UInt8(ascii: "\n")]
        }
      }
    }
    let marks = directory.path("marks-\(imports)")
    let input = "import-\(imports)"
    try directory.write(stream, to: input)
    try run(
      ["fast-import", "--quiet", "--force", "--export-marks=\(marks)"], in: path,
      input: directory.path(input))
    var ids: [Int: String] = [:]
    let text = String(decoding: try directory.read("marks-\(imports)"), as: UTF8.self)
    for line in text.split(separator: "\n") {
      let parts = line.dropFirst().split(separator: " ")
      if parts.count == 2, let mark = Int(parts[0]) { ids[mark] = String(parts[1]) }
    }
    return try commits.enumerated().map { index, commit in
      guard let id = ids[index + 1] else { throw FixtureError("commit \(index) was not made") }
      heads[commit.branch] = id
      return id
    }
  }

  // MARK: Clones

  /// A clone beside this repository.
  package func clone(_ name: String, _ options: String...) throws -> String {
    let target = directory.path(name)
    try git(["clone", "--quiet"] + options + ["file://\(path)", target], in: directory.path)
    return target
  }

  /// The text of a file, with every byte.
  package func blob(_ file: String, at commit: String) throws -> String {
    try run(["cat-file", "blob", "\(commit):\(file)"], in: path)
  }

  // MARK: git

  @discardableResult
  package func git(_ arguments: String..., in folder: String? = nil) throws -> String {
    try git(arguments, in: folder ?? path)
  }

  @discardableResult
  private func git(_ arguments: [String], in folder: String) throws -> String {
    try run(arguments, in: folder).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  @discardableResult
  private func run(
    _ arguments: [String], in folder: String, input: String = "/dev/null",
  ) throws -> String {
    let environment = [
      "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "HOME": directory.path,
      "PATH": "/usr/bin:/bin", "TZ": "UTC", "LC_ALL": "C",
      "GIT_AUTHOR_NAME": "Ana", "GIT_AUTHOR_EMAIL": "ana@example.org",
      "GIT_COMMITTER_NAME": "Robot", "GIT_COMMITTER_EMAIL": "robot@example.org",
      "GIT_AUTHOR_DATE": "\(seconds) +0200", "GIT_COMMITTER_DATE": "\(seconds) +0000",
    ]
    let child = try ChildProcess(
      "/usr/bin/git", arguments, in: folder, input: input, environment: environment)
    let text = try child.readToEnd()
    guard child.wait() == 0 else {
      throw FixtureError("git \(arguments.joined(separator: " ")): \(text)")
    }
    return text
  }
}
