import Engine
import Kinds
import Logging
import Persistence
import Planning
import Resources
import TestSupport
import Testing
import Workflows

/// Random histories, a copy of the rows after each step, and every way back to them.
struct TimeTravelTests {
  /// A copy of all rows at a moment.
  struct Copy {
    var sequence: Int64
    var time: Timestamp
    var sides: [ResourceKey: ResourceTransition.Side]
    var contents: [ResourceKey: [UInt8]]
    var root: Digest
  }

  static let key = CheckpointKey(bytes: Array(repeating: 3, count: 32))

  private static func copy(_ world: World) throws -> Copy {
    let live = try world.store.read { live throws(StoreError) in try live.allResources() }
    let contents = try world.store.read { reader throws(StoreError) in
      try reader.contents(of: live.map(\.key))
    }
    return Copy(
      sequence: try world.store.events(JournalQuery(limit: 1)).last?.sequence ?? 0,
      time: world.wall.now(),
      sides: Dictionary(uniqueKeysWithValues: live.map { ($0.key, ResourceTransition.Side($0)) }),
      contents: contents, root: try world.root())
  }

  /// A world that went through a random history, with rollbacks, and a copy after each step.
  static func history(_ seed: UInt64, length: Int = 8) throws -> (World, [Copy]) {
    var generator = SeededGenerator(seed: seed)
    let world = try World()
    var copies: [Copy] = []
    var old: [String: String] = [:]
    for files in RandomHistory(seed: seed, length: length).commits {
      var changes = files.mapValues { Optional($0) }
      for file in old.keys where files[file] == nil { changes[file] = .some(nil) }
      world.push(changes)
      old = files
      let known = copies.count
      do {
        if case .plan(let plan) = try world.assemble().outcome {
          world.wall.advance(seconds: 1)
          _ = try world.store.apply(plan, ApplyContext(actor: "test", time: world.wall.now()))
          copies.append(try copy(world))
        }
        if copies.count > known, generator.once(in: 4) {
          try world.rollback(.previous)
          copies.append(try copy(world))
        }
      } catch is Rollback.Failure { continue }
    }
    return (world, copies)
  }

  private static func finder(_ past: any PastReader, _ world: World) -> MomentFinder {
    MomentFinder(
      past: past, planner: world.planner, revisions: nil, file: { _ in nil }, now: world.wall.now())
  }

  private func reading<Answer>(
    _ world: World, _ body: (any PastReader, MomentFinder) throws -> Answer,
  ) throws -> Answer {
    try world.store.readPast { past throws(StoreError) in
      Result { try body(past, Self.finder(past, world)) }
    }.get()
  }

  private func expect(
    _ records: [MomentRecord], are copy: Copy, _ place: Comment,
  ) {
    let sides = Dictionary(
      uniqueKeysWithValues: records.map {
        ($0.record.resource.key, ResourceTransition.Side($0.record.resource))
      })
    #expect(sides.mapValues(\.digest) == copy.sides.mapValues(\.digest), place)
    #expect(sides.mapValues(\.location) == copy.sides.mapValues(\.location), place)
    #expect(sides.mapValues(\.marks) == copy.sides.mapValues(\.marks), place)
    #expect(sides.mapValues(\.isOrphaned) == copy.sides.mapValues(\.isOrphaned), place)
    for record in records {
      #expect(
        CanonicalJSON.bytes(of: record.record.content)
          == copy.contents[record.record.resource.key], place)
    }
  }

  @Test(arguments: 1..<25 as Range<UInt64>)
  func everyMomentIsWhatTheRowsWere(_ seed: UInt64) throws {
    let (world, copies) = try Self.history(seed)
    #expect(try world.store.firstBrokenEvent() == nil, "seed \(seed)")
    for copy in copies {
      let place: Comment = "seed \(seed), event \(copy.sequence)"
      try reading(world) { past, finder in
        for moment in [Moment.sequence(copy.sequence), .time(copy.time)] {
          let state = try finder.state(at: moment, named: "then")
          #expect(state.root == copy.root, place)
          expect(try state.records(kind: nil, name: nil, past: past), are: copy, place)
          for (key, entry) in state.differences {
            #expect(entry?.side == copy.sides[key], place)
          }
        }
      }
      // The fold from the beginning comes to the same, with every member of every side.
      var fold = JournalFold()
      for event in try world.store.events(JournalQuery(limit: 100_000))
      where event.sequence <= copy.sequence {
        let row = JournalFold.Row(
          sequence: event.sequence, time: event.time, actor: event.actor, kind: event.kind.rawValue,
          subject: event.subject, payload: event.payload)
        #expect(fold.add(row) == nil, place)
      }
      #expect(fold.finish() == nil, place)
      #expect(fold.entries.mapValues(\.made.side) == copy.sides, place)
    }
  }

  @Test(arguments: 30..<42 as Range<UInt64>)
  func theDifferenceOfMomentsIsThatOfTheCopies(_ seed: UInt64) throws {
    let (world, copies) = try Self.history(seed)
    try reading(world) { past, finder in
      for old in copies {
        for new in copies {
          let difference = try StateDifference.between(
            finder.state(at: .sequence(old.sequence), named: "old"),
            finder.state(at: .sequence(new.sequence), named: "new"), kind: nil, name: nil,
            past: past)
          let place: Comment = "seed \(seed), \(old.sequence) to \(new.sequence)"
          var expected: [String] = []
          for key in Set(old.sides.keys).union(new.sides.keys) {
            let (a, b) = (old.sides[key], new.sides[key])
            if a?.digest == b?.digest, a?.location.file == b?.location.file { continue }
            let action =
              a == nil ? "create" : b == nil ? "delete" : a?.digest == b?.digest ? "move" : "update"
            expected.append("\(action) \(key)")
          }
          #expect(
            difference.changes.map { "\($0.action.rawValue) \($0.key)" }.sorted()
              == expected.sorted(), place)
          #expect(
            difference.unchangedCount
              == new.sides.count - expected.count { !$0.hasPrefix("delete") }, place)
          for change in difference.changes where change.action == .update {
            let values = [old, new].map { Value(canonical: $0.contents[change.key] ?? []) ?? .null }
            #expect(
              change.fields.map(\.pointer)
                == FieldChange.between(values[0], values[1]).map(\.pointer), place)
          }
        }
      }
    }
  }

  @Test(arguments: 50..<58 as Range<UInt64>)
  func compactingAnywhereLeavesEverythingAfterItAsItWas(_ seed: UInt64) throws {
    let (first, copies) = try Self.history(seed)
    let key = try #require(Self.key)
    // A history that never became valid has no journal.
    guard let last = try first.store.events(JournalQuery(limit: 1)).last else { return }
    var points: Set<Int64> = []
    for copy in copies {
      let (world, _) = try Self.history(seed)
      let records = try world.store.records(kind: nil, name: nil).map { "\($0)" }
      let after = Timestamp(nanoseconds: copy.time.nanoseconds + 1)
      let back = try? Rollback(store: world.store, planner: world.planner)
        .propose(.previous, at: world.wall.now())
      guard let range = try world.store.compactable(before: after) else { continue }
      guard points.insert(range.last.sequence).inserted else { continue }
      let place: Comment = "seed \(seed), compacted to \(range.last.sequence)"
      let checkpoint = try world.store.compact(
        range, key: key, exportPath: nil, actor: "test", at: world.wall.now())
      #expect(try world.store.firstBrokenEvent() == nil, place)
      #expect(try world.store.records(kind: nil, name: nil).map { "\($0)" } == records, place)
      let again = try? Rollback(store: world.store, planner: world.planner)
        .propose(.previous, at: world.wall.now())
      #expect(again?.plan.digest == back?.plan.digest, place)
      try reading(world) { past, finder in
        for copy in copies where copy.sequence >= checkpoint.sequence {
          let state = try finder.state(at: .sequence(copy.sequence), named: "then")
          expect(try state.records(kind: nil, name: nil, past: past), are: copy, place)
        }
        for copy in copies where copy.sequence < checkpoint.sequence {
          let error = try thrown(StoreError.self) {
            try finder.state(at: .sequence(copy.sequence), named: "then")
          }
          #expect(error.message.contains("dropped"), place)
        }
      }
      // Once more, as far as it goes.
      if let rest = try world.store.compactable(before: Timestamp(nanoseconds: .max)) {
        _ = try world.store.compact(
          rest, key: key, exportPath: nil, actor: "test", at: world.wall.now())
        #expect(try world.store.firstBrokenEvent() == nil, place)
        #expect(try world.store.records(kind: nil, name: nil).map { "\($0)" } == records, place)
      }
      #expect(range.last.sequence < last.sequence, place)
    }
  }

  @Test func aMomentBeforeTheFirstEventIsRefusedInWords() throws {
    let world = try World()
    try world.apply(["manifests/a.yaml": Manifest.job("a")])
    try reading(world) { _, finder in
      let first = Timestamp(nanoseconds: world.wall.now().nanoseconds - 1)
      for moment in [Moment.time(first), .ago(.hours(1))] {
        let error = try thrown(StoreError.self) { try finder.state(at: moment, named: "then") }
        #expect(error.message.contains("before the first event"))
      }
      let future = Timestamp(nanoseconds: world.wall.now().nanoseconds + 1)
      #expect(
        try thrown(StoreError.self) { try finder.state(at: .time(future), named: "then") }
          .message.contains("not come yet"))
      #expect(
        try thrown(StoreError.self) { try finder.state(at: .sequence(99), named: "#99") }
          .message.contains("no event 99"))
      #expect(
        try thrown(StoreError.self) { try finder.state(at: .name("abcd1234"), named: "x") }
          .message.contains("no revision in the history"))
    }
  }

  @Test func aStateThatTheJournalDoesNotLeadToIsRefused() throws {
    let world = try World()
    let first = try world.apply(["manifests/a.yaml": Manifest.job("a")])
    try world.apply(["manifests/a.yaml": Manifest.job("a", timeout: "2h")])
    try Vandal(world.databasePath).execute("DROP TRIGGER journal_is_append_only_update")
    try Vandal(world.databasePath).execute(
      "UPDATE journal SET payload = CAST(replace(CAST(payload AS TEXT), 'before', 'befort') AS BLOB) "
        + "WHERE kind = 'resource.updated'")
    try reading(world) { _, finder in
      let error = try thrown(StoreError.self) {
        try finder.state(at: .sequence(first.lastSequence), named: "then")
      }
      #expect(error.hint?.contains("writ journal verify") == true)
    }
  }

  @Test func whatSomebodyElseWroteIsNoPartOfThePast() throws {
    let world = try World()
    let first = try world.apply([
      "manifests/a.yaml": Manifest.job("a"), "manifests/b.yaml": Manifest.job("b"),
    ])
    let copy = try Self.copy(world)
    try Vandal(world.databasePath).execute("DELETE FROM resource WHERE name = 'a'")
    for isRecorded in [false, true] {
      if isRecorded { _ = try world.store.recordDrift(at: world.wall.now()) }
      try reading(world) { past, finder in
        let state = try finder.state(at: .sequence(first.lastSequence), named: "then")
        expect(try state.records(kind: nil, name: nil, past: past), are: copy, "\(isRecorded)")
        let difference = try StateDifference.between(
          state, finder.state(at: .live, named: "live"), kind: nil, name: nil, past: past)
        #expect(difference.changes.map { "\($0.action) \($0.key)" } == ["delete Job/a"])
      }
    }
    #expect(try world.store.firstBrokenEvent() == nil)
  }

  @Test func theServerCompactsAtMostOnceADay() async throws {
    let world = try World()
    for timeout in 2...6 {
      try world.apply(["manifests/a.yaml": Manifest.job("a", timeout: "\(timeout)h")])
    }
    let key = try #require(Self.key)
    let store = world.store
    let wall = world.wall
    let retention = Retention(
      keep: .seconds(1), archive: store, clock: ManualClock(), wall: wall,
      logger: Logger(label: "test"),
      compact: { before in
        try store.compactable(before: before).map {
          try store.compact($0, key: key, exportPath: nil, actor: "loop", at: wall.now())
        }
      })
    await retention.look()
    let first = try #require(try store.checkpoint()?.sequence)
    for timeout in 7...9 {
      try world.apply(["manifests/a.yaml": Manifest.job("a", timeout: "\(timeout)h")])
    }
    wall.advance(seconds: 86_000)
    await retention.look()
    #expect(try store.checkpoint()?.sequence == first)
    wall.advance(seconds: 400)
    await retention.look()
    #expect(try store.checkpoint()?.sequence ?? 0 > first)
    #expect(try store.firstBrokenEvent() == nil)
  }
}
