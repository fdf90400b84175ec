import Engine
import Kinds
import Planning
import Resources
import TestSupport
import Testing
import Workflows

/// Every live state of the small universe against every snapshot of it.
struct SmallPlanTests {
  /// A live state, with the history that led there.
  private struct Start {
    var state: MemoryState
    var history: SmallHistory
    var expected: SmallState
  }

  private static let planner = Planner(registry: .standard)
  private static let time = Timestamp(seconds: 1_767_614_400)

  private static func plan(
    _ state: MemoryState, _ source: SmallRevision, readsEverything: Bool,
  ) throws -> PlanAssembly.Result {
    try PlanAssembly(
      planner: planner, drift: DriftPolicy(), at: time, readsEverything: readsEverything
    )
    .plan(live: MemoryLiveView(state: state), source: source, liveRoots: state.roots)
  }

  /// What `start` becomes when `files` are pushed and applied, whatever the guards say; nil where
  /// they are invalid.
  private static func step(_ start: Start, _ files: SmallUniverse.Files) throws -> Start? {
    var next = start
    next.history.push(files)
    guard let source = next.history.revision() else { return nil }
    let part = try plan(start.state, source, readsEverything: false)
    let whole = try plan(start.state, source, readsEverything: true)
    switch (part.outcome, whole.outcome) {
    case (.plan(let plan), .plan(let full)):
      #expect(CanonicalJSON.text(of: plan.value) == CanonicalJSON.text(of: full.value))
      _ = try next.state.apply(plan, ApplyContext(actor: "test", time: time))
    case (.invalid(let first), .invalid(let second)):
      #expect(first == second)
      return nil
    default:
      Issue.record("one way it is valid, the other way it is not: \(files)")
      return nil
    }
    next.expected = start.expected.after(source.snapshot.resources)
    return next
  }

  /// Every state that one or two snapshots lead to; two, because what asks to stay stays then.
  private static func starts() throws -> [Start] {
    let empty = Start(state: MemoryState(), history: SmallHistory(), expected: SmallState())
    var known: Set<SmallState> = [empty.expected]
    var result = [empty]
    for files in SmallUniverse.all {
      guard let first = try step(empty, files) else { continue }
      if known.insert(first.expected).inserted { result.append(first) }
      guard first.expected.things.values.contains(where: \.isKept) else { continue }
      for other in SmallUniverse.all {
        guard let second = try step(first, other),
          known.insert(second.expected).inserted
        else { continue }
        result.append(second)
      }
    }
    return result
  }

  private static let partCount = 4

  @Test(arguments: 0..<partCount)
  func fromEveryStateToEverySnapshot(_ part: Int) throws {
    let starts = try Self.starts()
    var tally = (applied: 0, invalid: 0, back: 0)
    for index in stride(from: part, to: starts.count, by: Self.partCount) {
      let start = starts[index]
      for files in SmallUniverse.all {
        guard let next = try Self.step(start, files) else {
          tally.invalid += 1
          continue
        }
        tally.applied += 1
        #expect(SmallState(next.state) == next.expected, "\(start.history) to \(files)")
        #expect(next.state.root == next.expected.root)
        guard next.state.root != start.state.root, start.state.revision != nil else { continue }
        try Self.checkWayBack(start, next)
        tally.back += 1
      }
    }
    print(
      "small plans, part \(part) of \(starts.count) states: \(tally.applied) applied, \(tally.invalid) invalid, \(tally.back) rolled back"
    )
    #expect(tally.applied > 1000)
    #expect(tally.invalid > 100)
    #expect(tally.back > 1000)
  }

  /// A rollback gives every row back as it was: file, lines, marks, what was kept.
  private static func checkWayBack(_ start: Start, _ next: Start) throws {
    let store = MemoryStore(next.state)
    let proposal = try Rollback(store: store, planner: planner).propose(.previous, at: time)
    guard proposal.target.root == start.state.root else { return }
    _ = try store.apply(proposal.plan, ApplyContext(actor: "test", time: time))
    #expect(store.state.rows.mapValues(\.side) == start.state.rows.mapValues(\.side))
    #expect(store.state.root == start.state.root)
  }
}
