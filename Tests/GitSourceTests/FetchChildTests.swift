import Engine
import Foundation
import Git
import GitSource
import Kinds
import Planning
import Resources
import TestSupport
import Testing

struct FetchChildTests {
  private let upstream: TemporaryRepository
  private let directory: TemporaryDirectory

  init() throws {
    upstream = try TemporaryRepository()
    directory = try TemporaryDirectory()
  }

  private var mirror: String { directory.path("mirror.git") }

  private func fetch(
    _ url: String? = nil, _ reference: String = "main", maximumBytes: Int64 = 1 << 30,
  ) throws -> Value {
    let output = FetchTexts.fetch(
      mirror: mirror, url: url ?? upstream.path, reference: reference, maximumBytes: maximumBytes)
    #expect(output.last == UInt8(ascii: "\n"))
    return try #require(Value(canonical: output))
  }

  private func mirrored() throws -> GitRevision {
    try GitRevision(
      repositoryPath: mirror, kind: .mirror, reference: MirrorReference.source,
      requestedRoots: nil, liveRoots: [], registry: .standard)
  }

  @Test func bringsABranchIntoANewMirror() throws {
    let head = try upstream.commit(["manifests/a.yaml": Manifest.job("a")])
    #expect(try fetch() == ["commit": .string(head)])
    let revision = try mirrored()
    #expect(revision.revision == head)
    #expect(Reading.keys(try revision.delta(since: nil).resources) == ["Job/a"])
  }

  @Test func bringsWhatIsNew() throws {
    let first = try upstream.commit(["manifests/a.yaml": Manifest.job("a")])
    _ = try fetch()
    let second = try upstream.commit(["manifests/b.yaml": Manifest.job("b")])
    #expect(try fetch() == ["commit": .string(second)])
    #expect(try fetch() == ["commit": .string(second)])
    #expect(try mirrored().delta(since: first).touchedFiles == ["manifests/b.yaml"])
  }

  @Test func followsAForcePush() throws {
    try upstream.commit(["manifests/a.yaml": Manifest.job("a")])
    _ = try fetch()
    let other = try upstream.replaceHistory(with: ["manifests/b.yaml": Manifest.job("b")])
    #expect(try fetch() == ["commit": .string(other)])
    #expect(Reading.keys(try mirrored().delta(since: nil).resources) == ["Job/b"])
  }

  @Test(arguments: ["HEAD", "main", "refs/heads/main", "v1"])
  func knowsBranchesTagsAndHead(_ reference: String) throws {
    let head = try upstream.commit(["manifests/a.yaml": Manifest.job("a")])
    try upstream.git("tag", "-a", "-m", "one", "v1", head)
    #expect(try fetch(nil, reference) == ["commit": .string(head)])
  }

  @Test func anUnknownReferenceIsACode() throws {
    try upstream.commit(["manifests/a.yaml": Manifest.job("a")])
    let answer = try fetch(nil, "mian")
    #expect(answer["code"] == "unknown-reference")
    #expect(answer["message"]?.string?.contains("main") == true)
    #expect(answer["commit"] == nil)
  }

  @Test func anEmptyRemoteIsACode() throws {
    #expect(try fetch()["code"] == "empty-repository")
  }

  @Test func noRemoteIsACode() throws {
    let answer = try fetch(directory.path("none"))
    #expect(["not-found", "not-a-repository"].contains(answer["code"]?.string ?? ""))
    #expect(answer["message"]?.string?.contains("none") == true)
  }

  @Test(arguments: ["", "{}", "hello", "{\"mirror\":1}"])
  func aRequestThatCannotBeReadIsAnAnswerToo(_ text: String) throws {
    let answer = try #require(Value(canonical: FetchChild.run(input: Array(text.utf8))))
    #expect(answer["code"] == "other")
    #expect(answer["message"]?.string?.contains("request") == true)
  }

  @Test func accessNeverPrintsItsSecrets() {
    let access = SourceAccess(
      username: "ana", token: "s3cret", keyFile: "/key", passphrase: "s3cret")
    for text in ["\(access)", String(reflecting: access), "\(String(describing: access))"] {
      #expect(!text.contains("s3cret"))
    }
    var dumped = ""
    dump(access, to: &dumped)
    #expect(!dumped.contains("s3cret"))
  }
}

/// The texts that pass between the server and its fetch child.
enum FetchTexts {
  /// Runs the child's side in this process.
  static func fetch(
    mirror: String, url: String, reference: String, maximumBytes: Int64 = 1 << 30,
  ) -> [UInt8] {
    // The child sets an alarm that would end this process.
    defer { alarm(0) }
    return FetchChild.run(
      input: CanonicalJSON.bytes(
        of: [
          "mirror": .string(mirror), "url": .string(url), "reference": .string(reference),
          "maximumBytes": .integer(maximumBytes), "secondsLimit": 3600, "username": .null,
          "token": .null, "keyFile": .null, "passphrase": .null, "knownHostsFile": .null,
          "certificateFile": .null,
        ]))
  }
}
