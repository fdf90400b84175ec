import Foundation
import Git
import Testing

@Suite struct RepackTests {
  private let sandbox: Sandbox
  private let upstream: String
  private let mirror: String

  /// A mirror with five packs: a line of commits, an annotated tag, and a branch rewritten away.
  init() throws {
    sandbox = try Sandbox()
    upstream = try sandbox.makeRepository("upstream")
    mirror = "\(sandbox.path)/mirror"
    let repository = try Repository.createMirror(at: mirror)
    let url = try RemoteURL(upstream)
    for number in 1...4 {
      try sandbox.commit(["file\(number)": "\(number)", "same": "\(number)"], in: upstream)
      _ = try repository.fetch(from: url, reference: "main", into: "refs/writ/main")
    }
    try sandbox.git("tag", "-a", "-m", "words", "v1", in: upstream)
    _ = try repository.fetch(from: url, reference: "v1", into: "refs/writ/tag")
  }

  @Test func keepsEveryReachableObjectInOnePack() throws {
    let repository = try Repository(opening: mirror, kind: .mirror)
    let before = try repository.packCount()
    #expect(before >= 4)
    let objects = try reachable()
    #expect(try !repository.repack(whenMoreThan: before))
    #expect(try repository.packCount() == before)
    #expect(try repository.repack(whenMoreThan: 2))
    #expect(try repository.packCount() == 1)
    #expect(try reachable() == objects)
    try sandbox.git("fsck", "--full", "--strict", in: mirror)
    let head = try repository.resolve("refs/writ/main")
    #expect(try repository.changes(from: nil, to: repository.commit(head).tree).count == 5)
  }

  @Test func doesNotDeleteItsOwnPackWhenNothingChanged() throws {
    let repository = try Repository(opening: mirror, kind: .mirror)
    #expect(try repository.repack())
    let objects = try reachable()
    #expect(try repository.repack())
    #expect(try repository.packCount() == 1)
    #expect(try reachable() == objects)
    try sandbox.git("fsck", "--full", in: mirror)
  }

  @Test func keepsPacksWithAKeepFile() throws {
    let folder = "\(mirror)/objects/pack"
    let packs = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    let kept = try #require(packs.first { $0.hasSuffix(".pack") }).dropLast(5)
    try sandbox.write("", to: "\(folder)/\(kept).keep")
    let repository = try Repository(opening: mirror, kind: .mirror)
    #expect(try repository.repack())
    #expect(FileManager.default.fileExists(atPath: "\(folder)/\(kept).pack"))
    try sandbox.git("fsck", "--full", in: mirror)
  }

  @Test func deletesNothingWhenAnObjectIsMissing() throws {
    let repository = try Repository(opening: mirror, kind: .mirror)
    let folder = "\(mirror)/objects/pack"
    let packs = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    let lost = try #require(packs.first { $0.hasSuffix(".pack") }).dropLast(5)
    for suffix in [".idx", ".pack"] {
      try FileManager.default.removeItem(atPath: "\(folder)/\(lost)\(suffix)")
    }
    let before = try repository.packCount()
    _ = try gitError { _ = try repository.repack() }
    #expect(try repository.packCount() >= before)
  }

  @Test func anOtherOpenRepositoryReadsOn() throws {
    let reader = try Repository(opening: mirror, kind: .mirror)
    let head = try reader.resolve("refs/writ/main")
    let repository = try Repository(opening: mirror, kind: .mirror)
    #expect(try repository.repack())
    for change in try reader.changes(from: nil, to: reader.commit(head).tree) {
      let id = try #require(change.new)
      #expect(try reader.readBlob(id, maximumBytes: 10).count == 1)
    }
  }

  private func reachable() throws -> [String] {
    try sandbox.git("rev-list", "--all", "--objects", "--no-object-names", in: mirror)
      .split(separator: "\n").map(String.init).sorted()
  }
}
