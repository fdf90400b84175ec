import Engine
import Kinds
import Persistence
import Planning
import Resources
import TestSupport
import Testing

/// I2 and I4 in corners that the histories of `DifferentialTests` do not reach; in memory, so that
/// there can be many.
struct MemoryDifferentialTests {
  /// Plans `revision` both ways; the plan, or nil where it is invalid both ways.
  private func onePlan(
    _ world: World, _ revision: String, _ place: Comment,
  ) throws -> Plan? {
    let part = try world.assemble(revision)
    let whole = try world.assemble(revision, readsEverything: true)
    switch (part.outcome, whole.outcome) {
    case (.plan(let first), .plan(let second)):
      #expect(
        CanonicalJSON.text(of: first.value) == CanonicalJSON.text(of: second.value), place)
      return first
    case (.invalid(let first), .invalid(let second)):
      #expect(first == second, place)
      return nil
    default:
      Issue.record("one is valid and the other is not: \(part.outcome) \(whole.outcome), \(place)")
      return nil
    }
  }

  private func apply(_ world: World, _ plan: Plan) throws {
    world.wall.advance(seconds: 1)
    _ = try world.store.apply(plan, ApplyContext(actor: "test", time: world.wall.now()))
  }

  /// What a commit changes to get from `old` to `new`.
  private func changes(
    from old: [String: String], to new: [String: String],
  ) -> [String: String?] {
    var changes = new.mapValues { Optional($0) }
    for file in old.keys where new[file] == nil { changes[file] = .some(nil) }
    return changes
  }

  @Test(arguments: 1000..<1060 as Range<UInt64>)
  func afterRollbacksToo(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let world = try World()
    var old: [String: String] = [:]
    var revisions: [String] = []
    for (step, files) in RandomHistory(seed: seed, length: 9).commits.enumerated() {
      let place: Comment = "seed \(seed), commit \(step)"
      let revision = world.push(changes(from: old, to: files))
      old = files
      if let plan = try onePlan(world, revision, place) {
        try apply(world, plan)
        revisions.append(revision)
      }
      guard generator.once(in: 3), let target = generator.pick(revisions) else { continue }
      do {
        try world.rollback(.revision(target))
      } catch Rollback.Failure.alreadyThere {
        continue
      }
      // The state that the journal made is what the revision says, whoever looks.
      _ = try onePlan(world, target, place)
      _ = try onePlan(world, revision, place)
    }
    #expect(try world.store.firstBrokenEvent() == nil, "seed \(seed)")
  }

  /// Saved plans on other bases, and heads that go back and forth.
  @Test(arguments: 2000..<2040 as Range<UInt64>)
  func whicheverRevisionIsTheHead(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let world = try World()
    var old: [String: String] = [:]
    for files in RandomHistory(seed: seed, length: 8).commits {
      world.push(changes(from: old, to: files))
      old = files
    }
    var saved: [Plan] = []
    for step in 0..<10 {
      let place: Comment = "seed \(seed), step \(step)"
      guard let commit = generator.pick(world.history.commits) else { return }
      guard let plan = try onePlan(world, commit.id, place) else { continue }
      if generator.once(in: 3) {
        saved.append(plan)
      } else if generator.once(in: 3), let plan = generator.pick(saved) {
        _ = try SavedPlanApply(
          store: world.store, planner: world.planner, windows: world.windows, effects: .none
        )
        .run(plan, actor: "test", at: world.wall.now())
      } else {
        try apply(world, plan)
      }
    }
  }

  /// Kinds whose resources may refer to each other in circles, of which the standard ones have none.
  @Test(arguments: 3000..<3100 as Range<UInt64>)
  func aroundCircles(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let world = try World(registry: Circular.registry)
    var files: [String: String] = [:]
    var tally = (valid: 0, invalid: 0)
    for step in 0..<14 {
      let old = files
      for _ in 0...generator.number(below: 2) {
        let number = generator.number(below: 8)
        let kind = number.isMultiple(of: 2) ? "Left" : "Right"
        // Names of even numbers are Left's, of odd ones Right's.
        func other(_ parity: Int) -> String? {
          generator.once(in: 2) ? "n\(generator.number(below: 4) * 2 + parity)" : nil
        }
        let text = Circular.manifest(
          "\(kind)/n\(number)", next: other(1 - number % 2), peer: other(number % 2))
        files["manifests/\(number).yaml"] = step < 2 || !generator.once(in: 6) ? text : nil
      }
      if step == 0 {
        for number in 0..<8 {
          files["manifests/\(number).yaml"] = Circular.manifest(
            "\(number.isMultiple(of: 2) ? "Left" : "Right")/n\(number)")
        }
      }
      let revision = world.push(changes(from: old, to: files))
      if let plan = try onePlan(world, revision, "seed \(seed), commit \(step)") {
        tally.valid += 1
        try apply(world, plan)
      } else {
        tally.invalid += 1
        files = old
      }
    }
    #expect(tally.valid > 0, "seed \(seed)")
  }
}
