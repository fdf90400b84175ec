import Planning
import Resources
import TestSupport
import Testing
import Workflows

struct ResourceTransitionTests {
  private static let key = ResourceKey(kind: "Job", name: "a")

  private static func side(
    _ file: String = "manifests/a.yaml", marks: Marks = .none, isOrphaned: Bool = false,
  ) -> ResourceTransition.Side {
    ResourceTransition.Side(
      digest: Digest(of: Array(file.utf8)),
      location: SourceLocation(
        file: file,
        range: SourceRange(
          start: SourcePosition(line: 3, column: 1), end: SourcePosition(line: 9, column: 4))),
      marks: marks, isOrphaned: isOrphaned)
  }

  private static let origin = Origin(
    commit: "c0ffee", author: "Änne \"A\"", email: "a@example.org",
    time: Timestamp(nanoseconds: 1_700_000_000_123_456_789))

  static let transitions = [
    ResourceTransition(key: key, before: nil, after: side(), reason: "added", origin: origin),
    ResourceTransition(key: key, before: side(), after: nil, reason: "file-removed", origin: nil),
    ResourceTransition(
      key: key, before: side(marks: Marks(isProtected: true)),
      after: side("manifests/ü.yaml", marks: Marks(isKept: true), isOrphaned: true),
      reason: "edited", origin: origin),
    ResourceTransition(key: key, before: nil, after: nil, reason: "", origin: nil),
  ]

  @Test(arguments: transitions.indices)
  func readingThePayloadGivesTheTransition(_ index: Int) {
    let transition = Self.transitions[index]
    #expect(ResourceTransition(key: Self.key, payload: transition.payload) == transition)
  }

  @Test(arguments: ["", "{}", "[]", "{\"reason\":1}"])
  func whatIsNoPayloadIsNil(_ text: String) {
    #expect(ResourceTransition(key: Self.key, payload: Array(text.utf8)) == nil)
  }

  @Test func aSideIsTheRow() {
    let resource = Snapshot(["manifests/a.yaml": Manifest.job("a", annotations: Manifest.kept)])
      .resources[0]
    let side = ResourceTransition.Side(LiveResource(resource, isOrphaned: true))
    #expect(side.digest == resource.digest)
    #expect(side.location == resource.location)
    #expect(side.marks == Marks(isKept: true))
    #expect(side.isOrphaned)
  }
}
