import Engine
import Planning
import Resources
import TestSupport
import Workflows

extension SmallScopeWorld {
  /// What holds in every moment: the live state is what the oracle says, whole, under its root.
  func check() throws {
    let found = SmallState(state)
    let wanted = expected.first ?? SmallState()
    try expect(found == wanted, "live is \(found) instead of \(wanted)")
    try expect(state.root == wanted.root, "the root is not that of a planned state")
    try expect(expected.count == state.applies.count, "an apply is missing")
    try expect(blocked.allSatisfy { !$0.command.isEmpty }, "a block names no command")
  }

  /// What is left of a moment once nobody pushes any more: the loop comes to rest, what stands in
  /// its way names the command that takes it away, and then live is what git has, for ever.
  ///
  /// - Returns: how many passes it took.
  func checkConvergence() throws -> Int {
    guard let head = history.revision() else { return 0 }
    var world = self
    for round in 1...Self.roundLimit {
      guard let report = try world.run(head) else { throw FixtureError("nothing crashes here") }
      var commands: [String] = []
      switch report.outcome {
      case .applied, .unchanged:
        try world.checkRest(head)
        try expect(world.state.revision == head.revision, "live is not the head")
        let desired = SmallState().after(head.snapshot.resources).things
        let live = SmallState(world.state).things.filter { !$0.value.isOrphaned }
        try expect(live == desired, "live is \(live) instead of \(desired)")
        return round
      case .invalid:
        try world.checkRest(head)
        try expect(!Self.isSound(head.snapshot.resources, in: self), "the head is called invalid")
        return round
      case .blocked(_, let blocks): commands = blocks.map(\.command)
      case .suspended: commands = ["writ resume"]
      case .unverified: throw FixtureError("nobody asks for signatures here")
      }
      try expect(!commands.isEmpty, "something stands in the way and names no command")
      try world.checkRest(head)
      for command in Set(commands) { try world.carryOut(command) }
    }
    throw FixtureError("no end after \(Self.roundLimit) rounds of \(path)")
  }

  /// Suspension, guards and quarantine may each stand in the way once.
  private static let roundLimit = 4

  /// Nothing that is left to itself changes any more.
  private func checkRest(_ head: SmallRevision) throws {
    var world = self
    for _ in 1...2 {
      try world.run(head)
      try expect(world.state == state, "a pass over the same head changed something")
    }
  }

  /// Whether every schedule names a job that is there, or stays although its manifest is gone.
  private static func isSound(_ resources: [Resource], in world: SmallScopeWorld) -> Bool {
    let after = (world.expected.first ?? SmallState()).after(resources)
    let staying = world.state.rows.filter { after.things[$0.key]?.isOrphaned == true }
    let references =
      resources.flatMap(\.references) + staying.values.flatMap(\.side.references)
    return references.allSatisfy { after.things[$0.target] != nil }
  }

  // MARK: Which moments are the same

  /// All that what follows can depend on: no times, no sequences.
  struct Key: Hashable {
    var live: SmallState
    var revision: String?
    var isExact: Bool
    var isSuspended: Bool
    var quarantine: Set<Digest>
    var acknowledgements: Set<Acknowledgement>
    var conditions: [Engine.Condition.Kind: [String]]
    var commits: [SmallUniverse.Files]
    var applies: [String]
    var blocked: [Verdict.Block]
  }

  var key: Key {
    Key(
      live: SmallState(state), revision: state.revision, isExact: state.isExact,
      isSuspended: state.suspension != nil, quarantine: Set(state.quarantine.map(\.root)),
      acknowledgements: state.acknowledgements,
      conditions: state.conditions.mapValues {
        [$0.status.rawValue, $0.reason, $0.message, $0.observedRevision ?? ""]
      },
      commits: history.commits,
      applies: state.applies.map { "\($0.root) \($0.revision) \($0.isExact)" }, blocked: blocked)
  }
}
