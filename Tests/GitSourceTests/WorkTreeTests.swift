import Engine
import Foundation
import GitSource
import Kinds
import Planning
import Resources
import TestSupport
import Testing

/// What `validate` reads from files is what `plan` reads from the commit of these files.
struct WorkTreeTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func read(_ roots: [String]? = nil) throws -> WorkTree.Reading {
    try WorkTree(directory: directory.path, registry: .standard).read(requestedRoots: roots)
  }

  private static let files = [
    "manifests/a.yaml": Manifest.file(Manifest.job("a"), Manifest.schedule("s", job: "a")),
    "manifests/b.yml": "\u{feff}" + Manifest.job("b").replacing("\n", with: "\r\n"),
    "manifests/deep/er/c.yaml": Manifest.job("c", annotations: Manifest.protected),
    "manifests/.hidden/d.yaml": "no manifest",
    "manifests/broken.yaml": Manifest.job("broken").replacing(
      "spec:", with: "spec:\n  nonsense: 1"),
    "manifests/syntax.yaml": "a: [1, 2",
    "manifests/empty.yaml": "",
    "manifests/two.yaml": Manifest.job("a"),
    "manifests/README.md": "hello",
    "policies/p.yaml": Manifest.receiver("p"),
    "elsewhere/x.yaml": "no manifest",
  ]

  @Test(arguments: [
    nil, ["policies"], ["manifests/deep"], ["manifests", "policies"], [""], ["."],
    ["./manifests/"], ["policies", "policies"], ["manifests", "manifests/deep"],
  ])
  func readsWhatACommitOfTheSameFilesHas(_ roots: [String]?) throws {
    let repository = try TemporaryRepository()
    try repository.commit(Self.files.mapValues { Optional($0) })
    for (file, text) in Self.files { try directory.write(text, to: file) }
    let revision = try repository.revision(roots: roots)
    let committed = try revision.delta(since: nil)
    let found = try read(roots)
    func lines(_ resources: [Resource]) -> [String] {
      resources.map {
        "\($0.key) \($0.digest) \($0.location) \($0.location.range) \($0.references)"
      }
      .sorted()
    }
    #expect(lines(found.resources) == lines(committed.resources))
    #expect(found.diagnostics == committed.diagnostics)
    #expect(found.fileCount == committed.blobsRead)
  }

  @Test func needsNoGit() throws {
    try directory.write(Manifest.job("a"), to: "a.yaml")
    #expect(Reading.keys(try read().resources) == ["Job/a"])
  }

  @Test func aSymbolicLinkIsRefusedAndNotFollowed() throws {
    try directory.write(Manifest.job("a"), to: "manifests/a.yaml")
    try FileManager.default.createSymbolicLink(
      atPath: directory.path("manifests/link.yaml"), withDestinationPath: "a.yaml")
    try FileManager.default.createSymbolicLink(
      atPath: directory.path("manifests/loop"), withDestinationPath: ".")
    let found = try read()
    #expect(Reading.keys(found.resources) == ["Job/a"])
    #expect(
      Reading.lines(found.diagnostics)
        == ["manifests/link.yaml:1:1 symlink", "manifests/loop:1:1 symlink"])
  }

  @Test func aPathThatIsNotUTF8IsRefusedWithThePath() throws {
    try directory.write(Manifest.job("a"), to: "manifests/a.yaml")
    let name = Array((directory.path + "/manifests/b").utf8) + [0xFF] + Array(".yaml".utf8) + [0]
    let descriptor = name.withUnsafeBufferPointer { bytes in
      bytes.withMemoryRebound(to: CChar.self) { name in
        name.baseAddress.map { open($0, O_CREAT | O_WRONLY, 0o600) } ?? -1
      }
    }
    try #require(descriptor >= 0)
    close(descriptor)
    let error = try thrown(SourceError.self) { try read() }
    #expect(error.code == .invalidPath)
    #expect(error.message.contains("manifests/b"))
  }

  @Test func aFileOfMoreThanAMebibyteIsRefused() throws {
    try directory.write(String(repeating: "#", count: (1 << 20) + 1), to: "manifests/big.yaml")
    let found = try read()
    #expect(Reading.lines(found.diagnostics) == ["manifests/big.yaml:1:1 file-too-large"])
    #expect(found.diagnostics.first?.hint != nil)
  }

  @Test func aFolderThatIsNotThereIsNamed() throws {
    let tree = WorkTree(directory: directory.path("none"), registry: .standard)
    let error = try thrown(SourceError.self) { try tree.read(requestedRoots: nil) }
    #expect(error.code == .notFound)
    #expect(error.message.contains(directory.path("none")))
  }

  @Test func aRootThatIsNotThereIsNamed() throws {
    let error = try thrown(SourceError.self) { try read(["fleet"]) }
    #expect(error.code == .notFound)
    #expect(error.message.contains("fleet"))
    #expect(error.hint?.contains("--root") == true)
  }

  @Test func anEmptyFolderHasNothing() throws {
    let found = try read()
    #expect(found.resources.isEmpty && found.diagnostics.isEmpty && found.fileCount == 0)
  }
}
