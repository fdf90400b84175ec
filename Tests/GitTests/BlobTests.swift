import Foundation
import Git
import Testing

@Suite struct BlobTests {
  private let sandbox: Sandbox
  private let path: String

  init() throws {
    sandbox = try Sandbox()
    path = try sandbox.makeRepository()
    try sandbox.commit(["a": "hello", "empty": ""], in: path)
  }

  @Test(arguments: [false, true]) func readsBytes(packed: Bool) throws {
    if packed { try sandbox.git("repack", "-adq", in: path) }
    let repository = try Repository(opening: path)
    let id = try sandbox.id("HEAD:a", in: path)
    #expect(try repository.blobSize(id) == 5)
    #expect(try repository.readBlob(id, maximumBytes: 5) == Array("hello".utf8))
    let count = try repository.readBlob(id, maximumBytes: 5) { $0.byteCount }
    #expect(count == 5)
    #expect(try repository.readBlob(sandbox.id("HEAD:empty", in: path), maximumBytes: 0) == [])
    let isThere = repository.contains(id)
    #expect(isThere)
  }

  @Test func refusesLargeFilesBeforeReading() throws {
    let repository = try Repository(opening: path)
    let id = try sandbox.id("HEAD:a", in: path)
    let error = try gitError { _ = try repository.readBlob(id, maximumBytes: 4) }
    #expect(error.code == .tooLarge)
    #expect(error.message.contains("5 bytes") && error.message.contains("4"))
  }

  @Test func refusesWhatIsNotAFile() throws {
    let repository = try Repository(opening: path)
    let tree = try sandbox.id("HEAD^{tree}", in: path)
    let error = try gitError { _ = try repository.readBlob(tree, maximumBytes: 100) }
    #expect(error.code == .invalidPath && error.message.contains("tree"))
    let nowhere = try #require(ObjectID(hex: String(repeating: "2", count: 40)))
    let missing = try gitError { _ = try repository.readBlob(nowhere, maximumBytes: 1) }
    #expect(missing.code == .missingObject && missing.message.contains("\(nowhere)"))
    let isThere = repository.contains(nowhere)
    #expect(!isThere)
  }

  @Test(arguments: ["garbage", "other", "empty"]) func namesADamagedObject(_ damage: String) throws
  {
    let id = try sandbox.id("HEAD:a", in: path)
    let file = looseFile(id)
    try sandbox.run("/bin/chmod", ["u+w", file])
    switch damage {
    case "other":
      let other = try sandbox.git(["hash-object", "-w", "--stdin"], in: path, input: [1, 2, 3])
      let source = looseFile(try #require(ObjectID(hex: other)))
      try Data(contentsOf: URL(fileURLWithPath: source)).write(to: URL(fileURLWithPath: file))
    case "garbage":
      try Data("garbage".utf8).write(to: URL(fileURLWithPath: file))
    default:
      try Data().write(to: URL(fileURLWithPath: file))
    }
    let repository = try Repository(opening: path)
    let error = try gitError { _ = try repository.readBlob(id, maximumBytes: 100) }
    #expect(error.code == .corruptObject)
    #expect(error.message.contains("\(id)") && error.message.contains("git fsck"))
  }

  @Test func namesADamagedCommitAndTree() throws {
    for revision in ["HEAD^{tree}", "HEAD"] {
      let id = try sandbox.id(revision, in: path)
      let file = looseFile(id)
      let intact = try Data(contentsOf: URL(fileURLWithPath: file))
      try sandbox.run("/bin/chmod", ["u+w", file])
      try Data("garbage".utf8).write(to: URL(fileURLWithPath: file))
      let repository = try Repository(opening: path)
      let error = try gitError {
        try repository.walk(from: nil, to: repository.commit(repository.head()).tree) { _ in }
      }
      #expect(error.code == .corruptObject, "\(revision): \(error)")
      try intact.write(to: URL(fileURLWithPath: file))
    }
  }

  private func looseFile(_ id: ObjectID) -> String {
    let text = id.description
    return "\(path)/.git/objects/\(text.prefix(2))/\(text.dropFirst(2))"
  }
}
