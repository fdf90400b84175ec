import Planning
import Resources
import TestSupport
import Testing
import Workflows

struct StateSnapshotTests {
  static func entry(_ name: String, sequence: Int64 = 3) -> StateSnapshot.Entry {
    let key = ResourceKey(kind: "Job", name: name)
    let range = SourceRange(
      start: SourcePosition(line: 3, column: 1), end: SourcePosition(line: 9, column: 4))
    return StateSnapshot.Entry(
      key: key,
      side: ResourceTransition.Side(
        digest: Digest(of: Array(name.utf8)),
        location: SourceLocation(file: "manifests/ü\"\n.yaml", range: range),
        marks: Marks(isProtected: true), isOrphaned: name == "a",
        references: [
          Reference(target: key, pointer: JSONPointer(["spec", "a/b~"]), range: range)
        ], claims: [Claim(name: "the default route", range: range)]),
      sequence: sequence, time: Timestamp(nanoseconds: 1_700_000_000_123_456_789), actor: "loop",
      reason: "added",
      origin: name == "b"
        ? nil
        : Origin(
          commit: "c0ffee", author: "Änne", email: "a@example.org", time: Timestamp(seconds: 1)))
  }

  static let snapshot = StateSnapshot(sequence: 9, entries: [entry("b"), entry("a"), entry("c")])

  @Test func readingTheBytesGivesTheSnapshot() throws {
    #expect(try StateSnapshot(bytes: Self.snapshot.bytes) == Self.snapshot)
    #expect(Self.snapshot.entries.map(\.key.name) == ["a", "b", "c"])
    let empty = StateSnapshot(sequence: 1, entries: [])
    #expect(try StateSnapshot(bytes: empty.bytes) == empty)
    #expect(empty.root == StateTree.emptyRoot)
  }

  private static func changed(_ old: String, _ new: String) -> [UInt8] {
    Array(String(decoding: snapshot.bytes, as: UTF8.self).replacing(old, with: new).utf8)
  }

  @Test(arguments: [
    [], Array("\n".utf8), Array("{}\n".utf8), Array(snapshot.bytes.dropLast()),
    snapshot.bytes + [10], changed("\"count\":3", "\"count\":2"),
    changed("\"count\":3", "\"count\":-3"), changed("\"sequence\":9", "\"sequence\":2"),
    changed("\"formatVersion\":1", "\"formatVersion\":2"), changed("Job/c", "Job/a"),
    changed("Job/b", "Job/d"), changed("\"reason\":\"added\"", "\"reason\": \"added\""),
    changed("\"reason\":\"added\"", "\"reason\":1"), changed("\"protected\":true,", "\"other\":1,"),
    changed("writ-snapshot", "writ-other"), changed("\"count\":3", "\"count\":99999999999999"),
  ])
  func otherBytesAreRefused(_ bytes: [UInt8]) {
    #expect(throws: StateSnapshot.Problem.self) { try StateSnapshot(bytes: bytes) }
  }

  /// Whatever is flipped, cut or doubled: it is refused, or it is another snapshot; nothing crashes.
  @Test(arguments: 0..<4 as Range<UInt64>)
  func randomDamageNeverCrashes(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<2000 {
      var bytes = Self.snapshot.bytes
      for _ in 0...generator.number(below: 3) {
        let index = generator.number(below: bytes.count)
        switch generator.number(below: 3) {
        case 0: bytes[index] = UInt8(generator.number(below: 256))
        case 1: bytes.removeSubrange(index..<min(bytes.count, index + 7))
        default: bytes.insert(contentsOf: bytes[..<min(bytes.count, 5)], at: index)
        }
        if bytes.isEmpty { break }
      }
      if let read = try? StateSnapshot(bytes: bytes) {
        #expect(read.bytes == bytes, "seed \(seed)")
      }
    }
  }
}

struct CheckpointTests {
  static let key = CheckpointKey(bytes: Array(repeating: 7, count: 32))

  static func checkpoint(_ change: (inout Checkpoint) -> Void = { _ in }) throws -> Checkpoint {
    var checkpoint = Checkpoint(
      sequence: 9, time: Timestamp(seconds: 1), hash: Digest(of: [1]),
      madeAt: Timestamp(seconds: 2),
      chain: Digest(of: [2]), stateRoot: Digest(of: [3]), snapshotDigest: Digest(of: [4]),
      exportPath: "/a", publicKey: [], signature: [])
    let key = try #require(key)
    checkpoint = try #require(key.signing(checkpoint))
    change(&checkpoint)
    return checkpoint
  }

  @Test func aSignedCheckpointIsSigned() throws {
    #expect(try Self.checkpoint().isSigned)
    #expect(Checkpoint(try Self.checkpoint().value) == (try Self.checkpoint()))
  }

  @Test func everyMemberIsSigned() throws {
    let other = try #require(CheckpointKey(bytes: Array(repeating: 8, count: 32)))
    let changes: [(inout Checkpoint) -> Void] = [
      { $0.sequence = 8 }, { $0.time = Timestamp(seconds: 9) }, { $0.hash = .zero },
      { $0.madeAt = Timestamp(seconds: 9) }, { $0.chain = .zero }, { $0.stateRoot = .zero },
      { $0.snapshotDigest = .zero }, { $0.exportPath = nil }, { $0.publicKey = other.publicKey },
      { $0.publicKey = [] }, { $0.signature = [] }, { $0.signature[5] ^= 1 },
    ]
    for (index, change) in changes.enumerated() {
      #expect(try !Self.checkpoint(change).isSigned, "change \(index)")
    }
  }

  @Test(arguments: [0, 31, 33]) func aKeyHas32Bytes(_ count: Int) {
    #expect(CheckpointKey(bytes: Array(repeating: 1, count: count)) == nil)
  }
}

struct JournalLineTests {
  private static func events(_ count: Int64) -> [JournalEvent] {
    var previous = Digest.zero
    return (1...count).map { sequence in
      let event = JournalEvent(
        sequence: sequence, time: Timestamp(nanoseconds: sequence == 2 ? -5 : sequence * 1_000_001),
        actor: "loop", kind: .planBlocked, subject: "ü\n\(sequence)",
        payload: sequence == 3 ? [0xFF, 1] : Array("{\"a\":1.5}".utf8), after: previous)
      previous = event.hash
      return event
    }
  }

  private static func lines(_ events: [JournalEvent]) -> [[UInt8]] {
    let header = JournalLine.Header(firstSequence: 1, previousHash: .zero, checkpoint: nil)
    return [JournalLine.bytes(of: header)] + events.map { JournalLine.bytes(of: $0) }
  }

  @Test func whatWasWrittenHolds() {
    var checker = JournalLine.Checker()
    for line in Self.lines(Self.events(5)) { #expect(checker.add(line) == nil) }
    #expect(checker.eventCount == 5)
    #expect(checker.last?.hash == Self.events(5).last?.hash)
  }

  @Test(arguments: 1...5 as ClosedRange<Int64>)
  func aChangedLineIsNamed(_ sequence: Int64) {
    for (old, new) in [
      ("loop", "moop"), ("plan.blocked", "plan.applied"), ("\"time\":", "\"mime\":"),
    ] {
      var checker = JournalLine.Checker()
      var found: JournalContradiction?
      for (index, line) in Self.lines(Self.events(5)).enumerated() where found == nil {
        let text = String(decoding: line, as: UTF8.self)
        let isIt = Int64(index) == sequence
        found = checker.add(isIt ? Array(text.replacing(old, with: new).utf8) : line)
      }
      #expect(found?.sequence == sequence, "\(old)")
    }
  }

  @Test func aMissingLineIsNamed() {
    var checker = JournalLine.Checker()
    var lines = Self.lines(Self.events(5))
    lines.remove(at: 3)
    let found = lines.compactMap { checker.add($0) }.first
    #expect(found?.sequence == 4)
  }

  @Test(arguments: ["", "{}", "[]", "{\"format\":\"writ-journal\",\"formatVersion\":2}"])
  func anotherHeaderIsRefused(_ text: String) {
    var checker = JournalLine.Checker()
    #expect(checker.add(Array(text.utf8))?.sequence == 0)
  }
}
