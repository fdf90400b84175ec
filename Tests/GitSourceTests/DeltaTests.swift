import Engine
import GitSource
import Kinds
import Planning
import Resources
import TestSupport
import Testing

/// I4: what is read is what changed.
struct DeltaTests {
  private let repository: TemporaryRepository
  private let base: String

  init() throws {
    repository = try TemporaryRepository()
    var files: [String: String?] = [:]
    for index in 0..<40 {
      files["manifests/\(index % 4)/j\(index).yaml"] = Manifest.job("j\(index)")
    }
    base = try repository.commit(files)
  }

  private func delta() throws -> SourceDelta { try repository.revision().delta(since: base) }

  @Test func nothingChangedIsNothingRead() throws {
    let delta = try delta()
    #expect(delta.touchedFiles.isEmpty)
    #expect(delta.blobsRead == 0)
    #expect(!delta.isEverything)
  }

  @Test func aChangeElsewhereIsNothingRead() throws {
    try repository.commit(["README.md": "hello", "other/x.yaml": "hello"])
    #expect(try delta().touchedFiles.isEmpty)
  }

  @Test func onlyChangedFilesAreRead() throws {
    try repository.commit([
      "manifests/0/j0.yaml": Manifest.job("j0", timeout: "2h"), "manifests/1/j1.yaml": nil,
      "manifests/new/n.yaml": Manifest.job("new"),
    ])
    let delta = try delta()
    #expect(
      delta.touchedFiles
        == ["manifests/0/j0.yaml", "manifests/1/j1.yaml", "manifests/new/n.yaml"])
    #expect(delta.presentFiles == ["manifests/0/j0.yaml", "manifests/new/n.yaml"])
    #expect(Reading.keys(delta.resources) == ["Job/j0", "Job/new"])
    #expect(delta.blobsRead == 2)
  }

  @Test func aMovedFileIsTwoTouchedOnes() throws {
    try repository.rename(["manifests/0/j0.yaml": "manifests/9/j0.yaml"])
    let delta = try delta()
    #expect(delta.touchedFiles == ["manifests/0/j0.yaml", "manifests/9/j0.yaml"])
    #expect(delta.blobsRead == 1)
  }

  @Test func aChangeThatIsTakenBackIsNone() throws {
    try repository.commit(["manifests/0/j0.yaml": Manifest.job("j0", timeout: "2h")])
    try repository.commit(["manifests/0/j0.yaml": Manifest.job("j0")])
    #expect(try delta().touchedFiles.isEmpty)
  }

  @Test func aFileMayBecomeAFolderAndBack() throws {
    try repository.commit([
      "manifests/0/j0.yaml": nil, "manifests/0/j0.yaml/inner.yaml": Manifest.job("inner"),
    ])
    #expect(
      try delta().touchedFiles == ["manifests/0/j0.yaml", "manifests/0/j0.yaml/inner.yaml"])
    let folder = try #require(repository.heads["main"])
    try repository.commit([
      "manifests/0/j0.yaml/inner.yaml": nil, "manifests/0/j0.yaml": Manifest.job("j0"),
    ])
    let back = try repository.revision().delta(since: folder)
    #expect(back.touchedFiles == ["manifests/0/j0.yaml", "manifests/0/j0.yaml/inner.yaml"])
    #expect(back.presentFiles == ["manifests/0/j0.yaml"])
  }

  @Test func aWholeRootMayComeAndGo() throws {
    let with = try repository.commit(["policies/p.yaml": Manifest.job("p")])
    #expect(try delta().touchedFiles == ["policies/p.yaml"])
    try repository.commit(["policies/p.yaml": nil])
    let revision = try repository.revision(liveRoots: ["manifests", "policies"])
    #expect(try revision.delta(since: with).touchedFiles == ["policies/p.yaml"])
    #expect(try revision.delta(since: with).presentFiles == [])
  }

  @Test func someFilesCanBeReadAgainWithTheirPlaces() throws {
    let resources = try repository.revision().resources(
      inFiles: ["manifests/0/j0.yaml", "manifests/none.yaml"])
    #expect(Reading.keys(resources) == ["Job/j0"])
    #expect(resources.first?.node != nil)
  }

  @Test func manyFilesAreReadLikeFew() throws {
    var files: [String: String?] = [:]
    for index in 0..<700 { files["manifests/many/\(index).yaml"] = Manifest.job("m\(index)") }
    files["manifests/many/broken.yaml"] = "hello"
    try repository.commit(files)
    let delta = try delta()
    #expect(delta.blobsRead == 701)
    #expect(Set(delta.resources.map(\.key.name)) == Set((0..<700).map { "m\($0)" }))
    #expect(Reading.lines(delta.diagnostics) == ["manifests/many/broken.yaml:1:1 wrong-type"])
  }
}
