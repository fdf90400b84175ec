import Engine
import Foundation
import GitSource
import Planning
import Resources
import TestSupport
import Testing

struct ManifestFileTests {
  private let repository: TemporaryRepository
  private let job = Manifest.job("a")

  init() throws { repository = try TemporaryRepository() }

  private func delta(since base: String? = nil) throws -> SourceDelta {
    try repository.revision().delta(since: base)
  }

  @Test func manifestsEndInYamlOrYml() throws {
    try repository.commit([
      "manifests/a.yaml": job, "manifests/b.yml": Manifest.job("b"), "manifests/README.md": "hi",
      "manifests/c.YAML": "hi", "manifests/yaml": "hi", "manifests/d.yaml.orig": "hi",
      "manifests/e.json": "{}",
    ])
    #expect(try repository.files() == ["manifests/a.yaml", "manifests/b.yml"])
    #expect(try delta().diagnostics.isEmpty)
  }

  @Test func whatStartsWithADotIsNotRead() throws {
    try repository.commit([
      "manifests/a.yaml": job, "manifests/.a.yaml": "x", "manifests/.git-like/b.yaml": "x",
      "manifests/deep/.hidden/c.yaml": "x",
    ])
    #expect(try repository.files() == ["manifests/a.yaml"])
    #expect(try delta().diagnostics.isEmpty)
  }

  @Test func aHiddenFolderThatIsNamedIsRead() throws {
    try repository.commit([".fleet/a.yaml": job, ".fleet/.no/b.yaml": "x"])
    #expect(try repository.files(roots: [".fleet"]) == [".fleet/a.yaml"])
  }

  @Test(arguments: ["manifests/link.yaml", "manifests/folder/link", "manifests/link"])
  func aSymbolicLinkIsRefusedWithItsPath(_ path: String) throws {
    try repository.commit(["manifests/a.yaml": job])
    try repository.commit(.symlink(to: "a.yaml"), at: path)
    #expect(Reading.lines(try delta().diagnostics) == ["\(path):1:1 symlink"])
    #expect(try delta().diagnostics.first?.hint != nil)
  }

  @Test func aSubmoduleIsRefusedWithItsPath() throws {
    let commit = try repository.commit(["manifests/a.yaml": job])
    try repository.commit(.submodule(commit), at: "manifests/vendor")
    #expect(Reading.lines(try delta().diagnostics) == ["manifests/vendor:1:1 submodule"])
  }

  @Test func linksAndSubmodulesElsewhereAreNobodysBusiness() throws {
    let commit = try repository.commit(["manifests/a.yaml": job])
    try repository.commit(.submodule(commit), at: "vendor")
    try repository.commit(.symlink(to: "/etc/passwd"), at: "link.yaml")
    try repository.commit(.symlink(to: "/etc/passwd"), at: "manifests/.hidden/link.yaml")
    #expect(try delta().diagnostics.isEmpty)
  }

  @Test func aLinkThatIsGoneIsRefusedNoMore() throws {
    try repository.commit(["manifests/a.yaml": job])
    let bad = try repository.commit(.symlink(to: "a.yaml"), at: "manifests/link.yaml")
    try repository.commit(["manifests/link.yaml": Manifest.job("b")])
    #expect(try delta().diagnostics.isEmpty)
    #expect(Reading.keys(try delta(since: bad).resources) == ["Job/b"])
  }

  @Test func aPathThatIsNotUTF8IsRefusedWithThePath() throws {
    try repository.commit(["manifests/a.yaml": job])
    try repository.commit(
      .text(job), atBytes: Array("manifests/b".utf8) + [0xFF] + Array(".yaml".utf8))
    let error = try thrown(SourceError.self) { try delta() }
    #expect(error.code == .invalidPath)
    #expect(error.message.contains("manifests/b"))
  }

  @Test func aFileOfAMebibyteIsRead() throws {
    let padding = String(repeating: "#", count: (1 << 20) - job.utf8.count - 1) + "\n"
    try repository.commit(["manifests/a.yaml": padding + job])
    #expect(try delta().diagnostics.isEmpty)
    #expect(Reading.keys(try delta().resources) == ["Job/a"])
  }

  @Test func aFileOfMoreIsRefusedWithItsPath() throws {
    let padding = String(repeating: "#", count: (1 << 20) - job.utf8.count) + "\n"
    try repository.commit([
      "manifests/a.yaml": padding + job, "manifests/b.yaml": Manifest.job("b"),
    ])
    #expect(Reading.lines(try delta().diagnostics) == ["manifests/a.yaml:1:1 file-too-large"])
    #expect(Reading.keys(try delta().resources) == ["Job/b"])
  }

  /// The size is known from the header: of a huge blob not one byte is unpacked.
  @Test func aHugeFileIsRefusedWithoutReadingIt() throws {
    try repository.commit([
      "manifests/a.yaml": String(repeating: "x", count: 3 << 20),
      "manifests/b.yaml": Manifest.job("b"),
    ])
    let id = try repository.git("rev-parse", "main:manifests/a.yaml")
    try repository.looseObject(id, declaring: 3 << 20, holding: "x")
    #expect(Reading.lines(try delta().diagnostics) == ["manifests/a.yaml:1:1 file-too-large"])
  }

  @Test(
    arguments: [
      ("binary", [0x00, 0x01, 0x02, 0xFF]), ("Latin-1", Array("name: caf".utf8) + [0xE9, 0x0A]),
    ] as [(String, [UInt8])])
  func aFileThatIsNoTextIsRefusedWithItsPath(_ what: String, _ bytes: [UInt8]) throws {
    try repository.commit(["manifests/a.yaml": job])
    try repository.commit(.bytes(bytes), at: "manifests/b.yaml")
    let diagnostics = try delta().diagnostics
    #expect(diagnostics.count == 1, "\(what)")
    #expect(diagnostics.first?.location.file == "manifests/b.yaml")
  }

  @Test func errorsOfAllFilesComeAtOnceAndSorted() throws {
    try repository.commit([
      "manifests/z.yaml": "hello", "manifests/a.yaml": job.replacing("spec:", with: "spce:"),
      "manifests/m/x.yaml": "a: [", "manifests/fine.yaml": Manifest.job("fine"),
    ])
    let diagnostics = try delta().diagnostics
    #expect(diagnostics == diagnostics.sorted())
    #expect(
      Set(diagnostics.map(\.location.file))
        == ["manifests/a.yaml", "manifests/m/x.yaml", "manifests/z.yaml"])
  }
}

extension TemporaryRepository {
  /// Replaces a loose object by one that says it has `size` bytes and holds fewer.
  func looseObject(_ id: String, declaring size: Int, holding text: String) throws {
    let content = Array("blob \(size)".utf8) + [0] + Array(text.utf8)
    // A zlib stream of one stored block.
    let length = UInt16(content.count)
    var bytes: [UInt8] = [0x78, 0x01, 0x01]
    for number in [length, ~length] { bytes += [UInt8(number & 255), UInt8(number >> 8)] }
    bytes += content
    var sums: (UInt32, UInt32) = (1, 0)
    for byte in content {
      sums.0 = (sums.0 + UInt32(byte)) % 65_521
      sums.1 = (sums.1 + sums.0) % 65_521
    }
    let checksum = sums.1 << 16 | sums.0
    bytes += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: checksum >> $0) }
    let file = "\(path)/objects/\(id.prefix(2))/\(id.dropFirst(2))"
    try FileManager.default.removeItem(atPath: file)
    try Data(bytes).write(to: URL(fileURLWithPath: file))
  }
}
