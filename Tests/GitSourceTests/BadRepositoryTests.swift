import Engine
import Foundation
import GitSource
import Kinds
import Planning
import Resources
import TestSupport
import Testing

/// A repository that cannot be read is refused with a code, words and what to do.
struct BadRepositoryTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func problem(_ path: String, _ reference: String = "HEAD") throws -> SourceError {
    try thrown(SourceError.self) {
      try GitRevision(
        repositoryPath: path, reference: reference, requestedRoots: nil, liveRoots: [],
        registry: .standard
      ).delta(since: nil)
    }
  }

  @Test func nothingThere() throws {
    #expect(try problem(directory.path("none")).code == .notFound)
  }

  @Test func aFolderThatIsNoRepository() throws {
    #expect(try problem(directory.path).code == .notARepository)
  }

  @Test func aRepositoryWithoutACommit() throws {
    let repository = try TemporaryRepository()
    #expect(try problem(repository.path).code == .emptyRepository)
  }

  @Test func anUnknownReferenceSuggestsOne() throws {
    let repository = try TemporaryRepository()
    try repository.commit(["manifests/a.yaml": Manifest.job("a")])
    let error = try problem(repository.path, "mian")
    #expect(error.code == .unknownReference)
    #expect(error.message.contains("main"))
  }

  @Test func aSHA256Repository() throws {
    let child = try ChildProcess(
      "/usr/bin/git", ["init", "--quiet", "--bare", "--object-format=sha256", "r.git"],
      in: directory.path, environment: ["PATH": "/usr/bin:/bin", "HOME": directory.path])
    #expect(child.wait() == 0)
    let error = try problem(directory.path("r.git"))
    #expect(error.code == .unsupported)
    #expect(error.message.contains("sha256"))
  }

  @Test func aDamagedManifest() throws {
    let repository = try TemporaryRepository()
    try repository.commit(["manifests/a.yaml": Manifest.job("a")])
    let id = try repository.git("rev-parse", "main:manifests/a.yaml")
    try repository.looseObject(id, declaring: 5, holding: "hello")
    let error = try problem(repository.path)
    #expect(error.code == .corrupt)
    #expect(error.message.contains("git fsck"))
  }

  @Test func aMissingManifest() throws {
    let repository = try TemporaryRepository()
    try repository.commit(["manifests/a.yaml": Manifest.job("a")])
    let id = try repository.git("rev-parse", "main:manifests/a.yaml")
    try FileManager.default.removeItem(
      atPath: "\(repository.path)/objects/\(id.prefix(2))/\(id.dropFirst(2))")
    #expect(try problem(repository.path).code == .incomplete)
  }
}
