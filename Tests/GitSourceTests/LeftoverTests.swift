import Engine
import Foundation
import Git
import GitSource
import Kinds
import Planning
import Resources
import TestSupport
import Testing

/// What a process leaves in the mirror that is killed while it writes stands in nobody's way.
struct LeftoverTests {
  private let upstream: TemporaryRepository
  private let directory: TemporaryDirectory

  init() throws {
    upstream = try TemporaryRepository()
    directory = try TemporaryDirectory()
  }

  private var mirror: String { directory.path("mirror.git") }

  private func fetch() throws -> Value {
    let output = FetchTexts.fetch(
      mirror: mirror, url: upstream.path, reference: "main", maximumBytes: 1 << 30)
    return try #require(Value(canonical: output))
  }

  @Test(arguments: [
    "refs/writ/source.lock", "refs/writ/live.lock", "config.lock", "packed-refs.lock",
    "objects/pack/pack_git2_a1B2c3", "objects/pack/pack-0123.idx.lock",
    "objects/tmp_object_git2_Zz0000",
  ])
  func aHalfWrittenFileGoes(_ file: String) throws {
    try upstream.commit(["manifests/a.yaml": Manifest.job("a")])
    _ = try fetch()
    try directory.write("half", to: "mirror.git/\(file)")
    let second = try upstream.commit(["manifests/b.yaml": Manifest.job("b")])
    #expect(try fetch() == ["commit": .string(second)])
    #expect(!FileManager.default.fileExists(atPath: "\(mirror)/\(file)"))
  }

  @Test func aHalfMadeMirrorIsMadeAnew() throws {
    let head = try upstream.commit(["manifests/a.yaml": Manifest.job("a")])
    try directory.write("ref: refs/he", to: "mirror.git.new/HEAD")
    try directory.write("half", to: "mirror.git.new/config.lock")
    #expect(try fetch() == ["commit": .string(head)])
    #expect(!FileManager.default.fileExists(atPath: mirror + ".new"))
  }

  @Test func theLiveRevisionIsKeptThroughALeftLock() throws {
    let head = try upstream.commit(["manifests/a.yaml": Manifest.job("a")])
    _ = try fetch()
    try directory.write("half", to: "mirror.git/refs/writ/live.lock")
    let source = MirrorSource(
      settings: MirrorSource.Settings(
        repository: upstream.path, reference: "main", roots: nil, access: SourceAccess(),
        deadline: .seconds(10)),
      mirrorPath: mirror, child: (path: "/bin/false", arguments: []), registry: .standard,
      clock: ContinuousClock())
    try source.keep(head)
    let repository = try Repository(opening: mirror, kind: .mirror)
    #expect(try repository.reference(MirrorReference.live)?.description == head)
  }
}
