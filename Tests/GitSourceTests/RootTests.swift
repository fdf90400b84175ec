import Engine
import GitSource
import Planning
import Resources
import TestSupport
import Testing

struct RootTests {
  private let repository: TemporaryRepository
  private let job = Manifest.job("a")

  init() throws { repository = try TemporaryRepository() }

  @Test func theDefaultIsManifestsAndPolicies() throws {
    try repository.commit([
      "manifests/a.yaml": job, "policies/b.yaml": Manifest.job("b"), "other/c.yaml": "no manifest",
    ])
    #expect(try repository.revision().roots == ["manifests", "policies"])
    #expect(try repository.revision().missingRoots == [])
    #expect(try repository.files() == ["manifests/a.yaml", "policies/b.yaml"])
  }

  @Test func oneOfTheTwoIsEnough() throws {
    try repository.commit(["policies/b.yaml": job, "other/c.yaml": "no manifest"])
    #expect(try repository.revision().roots == ["policies"])
    #expect(try repository.revision().missingRoots == [])
  }

  @Test func withoutThemItIsTheWholeTree() throws {
    try repository.commit(["a.yaml": job, "deep/er/b.yml": Manifest.job("b")])
    #expect(try repository.revision().roots == [""])
    #expect(try repository.files() == ["a.yaml", "deep/er/b.yml"])
  }

  @Test(arguments: [
    (["fleet"], ["fleet"]), (["./fleet/"], ["fleet"]), (["b/c", "a"], ["a", "b/c"]),
    (["fleet", "fleet/"], ["fleet"]), (["."], [""]), (["fleet", "fleet/jobs"], ["fleet"]),
    (["fleet", ""], [""]), (["fleet", "fleet2"], ["fleet", "fleet2"]),
  ])
  func namedRootsAreTidied(_ named: [String], _ expected: [String]) throws {
    try repository.commit(["manifests/a.yaml": job])
    #expect(try repository.revision(roots: named).roots == expected)
  }

  @Test func aFileBelowTwoNamedRootsIsReadOnce() throws {
    try repository.commit(["fleet/jobs/a.yaml": job])
    let delta = try repository.revision(roots: ["fleet/jobs", "fleet"]).delta(since: nil)
    #expect(Reading.keys(delta.resources) == ["Job/a"])
    #expect(delta.blobsRead == 1)
  }

  @Test func aNamedRootThatIsNotThereIsMissing() throws {
    try repository.commit(["manifests/a.yaml": job])
    let revision = try repository.revision(roots: ["manifests", "fleet"])
    #expect(revision.roots == ["fleet", "manifests"])
    #expect(revision.missingRoots == ["fleet"])
    #expect(Reading.keys(try revision.delta(since: nil).resources) == ["Job/a"])
  }

  @Test func aLiveRootThatVanishesIsMissingAndNotForgotten() throws {
    let old = try repository.commit(["manifests/a.yaml": job, "policies/b.yaml": Manifest.job("b")])
    try repository.commit(["policies/b.yaml": nil])
    let revision = try repository.revision(liveRoots: ["manifests", "policies"])
    #expect(revision.roots == ["manifests", "policies"])
    #expect(revision.missingRoots == ["policies"])
    #expect(try revision.delta(since: old).touchedFiles == ["policies/b.yaml"])
  }

  @Test func whereAllRootsVanishTheWholeTreeIsNotReadInstead() throws {
    try repository.commit(["manifests/a.yaml": job])
    try repository.commit(["manifests/a.yaml": nil, "stray.yaml": Manifest.job("stray")])
    let revision = try repository.revision(liveRoots: ["manifests"])
    #expect(revision.roots == ["manifests"])
    #expect(revision.missingRoots == ["manifests"])
    #expect(try revision.delta(since: nil).resources.isEmpty)
  }

  @Test func aDefaultRootThatAppearsIsRead() throws {
    try repository.commit(["manifests/a.yaml": job])
    try repository.commit(["policies/b.yaml": Manifest.job("b")])
    #expect(try repository.revision(liveRoots: ["manifests"]).roots == ["manifests", "policies"])
  }

  @Test func theWholeTreeStaysTheWholeTree() throws {
    try repository.commit(["a.yaml": job])
    try repository.commit(["manifests/b.yaml": Manifest.job("b")])
    #expect(try repository.revision(liveRoots: [""]).roots == [""])
  }

  @Test func aRootThatIsAFileIsRefusedWithItsPath() throws {
    try repository.commit(["fleet": "I am a file", "manifests/a.yaml": job])
    let error = try thrown(SourceError.self) { try repository.revision(roots: ["fleet"]) }
    #expect(error.code == .invalidPath)
    #expect(error.message.contains("fleet"))
  }

  @Test func anEmptyTreeHasNothing() throws {
    try repository.commit(["manifests/a.yaml": job])
    try repository.commit(["manifests/a.yaml": nil])
    let delta = try repository.revision().delta(since: nil)
    #expect(delta.resources.isEmpty)
    #expect(delta.touchedFiles.isEmpty)
    #expect(delta.isEverything)
  }
}
