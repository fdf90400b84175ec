import Foundation
import Git

/// A temporary folder for real repositories, made with the `git` binary and deleted at the end.
final class Sandbox {
  let path: String
  private var seconds = 1_700_000_000

  init() throws {
    let base = FileManager.default.temporaryDirectory.path
    path = "\(base)/writ-git-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    _ = try? FileManager.default.removeItem(atPath: path)
  }

  /// Creates a repository with a `main` branch and answers its path.
  func makeRepository(_ name: String = "repository", _ options: String...) throws -> String {
    try git(["init", "--quiet", "--initial-branch=main"] + options + [name])
    return "\(path)/\(name)"
  }

  @discardableResult
  func git(_ arguments: [String], in folder: String? = nil, input: [UInt8]? = nil) throws -> String
  {
    seconds += 60
    let environment = [
      "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "HOME": path,
      "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org",
      "GIT_COMMITTER_NAME": "Bob", "GIT_COMMITTER_EMAIL": "bob@example.org",
      "GIT_AUTHOR_DATE": "\(seconds) +0200", "GIT_COMMITTER_DATE": "\(seconds) +0000",
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
    ]
    return try run("/usr/bin/git", arguments, in: folder, input: input, environment: environment)
  }

  @discardableResult
  func git(_ arguments: String..., in folder: String) throws -> String {
    try git(arguments, in: folder)
  }

  func write(_ text: String, to file: String) throws {
    let folder = (file as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
  }

  /// Writes files, commits them and answers the commit.
  @discardableResult
  func commit(_ files: [String: String], in repository: String, message: String = "Change") throws
    -> ObjectID
  {
    for (name, text) in files.sorted(by: { $0.key < $1.key }) {
      try write(text, to: "\(repository)/\(name)")
    }
    try git("add", "--all", in: repository)
    try git("commit", "--quiet", "--allow-empty", "-m", message, in: repository)
    return try id("HEAD", in: repository)
  }

  func id(_ revision: String, in repository: String) throws -> ObjectID {
    let text = try git("rev-parse", revision, in: repository)
    guard let id = ObjectID(hex: text) else { throw Unexpected("not an id: \(text)") }
    return id
  }

  @discardableResult
  func run(
    _ program: String,
    _ arguments: [String],
    in folder: String? = nil,
    input: [UInt8]? = nil,
    environment: [String: String]? = nil
  ) throws -> String {
    let inputFile = "\(path)/.input-\(UUID().uuidString)"
    try Data(input ?? []).write(to: URL(fileURLWithPath: inputFile))
    defer { _ = try? FileManager.default.removeItem(atPath: inputFile) }
    let child = try Child(
      program,
      arguments,
      in: folder ?? path,
      input: inputFile,
      environment: environment ?? ProcessInfo.processInfo.environment
    )
    let bytes = try child.output.readToEnd() ?? Data()
    let text = String(decoding: bytes, as: UTF8.self)
    guard child.wait() == 0 else {
      throw Unexpected("\(program) \(arguments.joined(separator: " ")): \(text)")
    }
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}

/// Something that the fixture itself could not do.
struct Unexpected: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// A stream for `git fast-import`, which makes large and strange repositories quickly.
struct FastImport {
  private(set) var bytes: [UInt8] = []
  private var seconds = 1_700_000_000

  mutating func startCommit(_ branch: String = "refs/heads/main", keepingParent: Bool = true) {
    seconds += 60
    let message = "commit \(seconds)"
    add("commit \(branch)\ncommitter Bob <bob@example.org> \(seconds) +0000\n")
    add("data \(message.utf8.count)\n\(message)\n")
    if !keepingParent { add("deleteall\n") }
  }

  mutating func write(_ text: String, to path: String, mode: String = "100644") {
    add("M \(mode) inline \(path)\ndata \(text.utf8.count)\n\(text)\n")
  }

  mutating func write(_ text: String, toBytes path: [UInt8]) {
    add("M 100644 inline ")
    bytes += path
    add("\ndata \(text.utf8.count)\n\(text)\n")
  }

  mutating func delete(_ path: String) { add("D \(path)\n") }

  mutating func link(_ path: String, toCommit id: String) { add("M 160000 \(id) \(path)\n") }

  private mutating func add(_ text: String) { bytes += Array(text.utf8) }
}

/// Runs `body` and answers the `GitError` that it throws.
func gitError(_ body: () throws -> Void) throws -> GitError {
  do {
    try body()
  } catch let error as GitError {
    return error
  }
  throw Unexpected("nothing was thrown")
}
