import Engine
import Kinds
import Planning
import Resources
import TestSupport
import Workflows

/// A moment of the search: a store, a history, and what must be so.
struct SmallScopeWorld {
  /// What may happen; each of it may end in a crash.
  enum Operation: Hashable, CustomStringConvertible {
    case push(Int)
    /// A pass over the head, or over an older one that a stale source answers.
    case pass(age: Int)
    /// A pass whose process dies after so many of its commits, before the next.
    case crash(commits: Int)
    case acknowledge
    case rollback
    case clearQuarantine
    case suspend
    case resume

    var description: String {
      switch self {
      case .push(let index): "push \(index)"
      case .pass(let age): age == 0 ? "pass" : "pass over a head \(age) older"
      case .crash(let commits): "pass that dies after \(commits) commits"
      case .acknowledge: "ack"
      case .rollback: "rollback"
      case .clearQuarantine: "quarantine clear"
      case .suspend: "suspend"
      case .resume: "resume"
      }
    }
  }

  var state = MemoryState()
  var history = SmallHistory()
  var path: [Operation] = []
  /// What each apply came to, the newest first, as the oracle says.
  var expected: [SmallState] = []
  /// The blocked plan that a person saw last.
  var blocked: [Verdict.Block] = []

  static let planner = Planner(registry: .standard)

  /// The time goes on with each step, so that no two events are at the same one.
  var time: Timestamp { Timestamp(seconds: 1_767_614_400 + Int64(state.events.count)) }

  static let operations: [Operation] =
    SmallUniverse.few.indices.map { .push($0) } + [
      .pass(age: 0), .pass(age: 1), .crash(commits: 0), .crash(commits: 1), .acknowledge, .rollback,
      .clearQuarantine, .suspend, .resume,
    ]

  static func pass(_ store: any StateStore) -> ReconcilePass {
    ReconcilePass(
      store: store, planner: planner, windows: LiveChangeWindows { _, _ in 0 },
      effects: EffectSettings(notifiesOfApplies: true))
  }

  // MARK: Steps

  /// What `operation` makes of this moment; nil where it can do nothing here.
  func after(_ operation: Operation) throws -> SmallScopeWorld? {
    var next = self
    next.path.append(operation)
    switch operation {
    case .push(let index):
      guard history.commits.last != SmallUniverse.few[index] else { return nil }
      next.history.push(SmallUniverse.few[index])
    case .pass(let age):
      guard let source = history.revision(age: age) else { return nil }
      _ = try next.run(source)
    case .crash(let commits):
      guard let source = history.revision(), try next.run(source, commits: commits) == nil else {
        return nil
      }
    case .acknowledge:
      let guards = blocked.filter { $0.name != "quarantine" }
      if guards.isEmpty { return nil }
      for block in guards { try next.carryOut(block.command) }
    case .rollback: guard try next.rollBack() else { return nil }
    case .clearQuarantine:
      guard let first = state.quarantine.first else { return nil }
      try next.carryOut("writ quarantine clear \(first.root)")
    case .suspend:
      if state.suspension != nil { return nil }
      try next.carryOut("writ suspend")
    case .resume:
      if state.suspension == nil { return nil }
      try next.carryOut("writ resume")
    }
    try next.check()
    return next
  }

  /// One pass; nil where its process died after so many `commits`, with more to come.
  @discardableResult
  mutating func run(
    _ source: SmallRevision, commits: Int? = nil,
  ) throws -> ReconcilePass.Report? {
    let store = MemoryStore(state)
    let report = try Self.pass(store).run(source: source, actor: "loop", at: time)
    let moments = store.moments
    let dies = commits.map { $0 < moments.count } ?? false
    let applies = state.applies.count
    if let commits, dies {
      if commits > 0 { state = moments[commits - 1] }
    } else {
      state = store.state
    }
    if state.applies.count > applies {
      expected.insert((expected.first ?? SmallState()).after(source.snapshot.resources), at: 0)
    }
    blocked = []
    if dies { return nil }
    if case .blocked(_, let blocks) = report.outcome { blocked = blocks }
    return report
  }

  /// Goes back, as `writ rollback` does; whether there was a way.
  private mutating func rollBack() throws -> Bool {
    let store = MemoryStore(state)
    let rollback = Rollback(store: store, planner: Self.planner)
    let proposal: Rollback.Proposal
    do {
      proposal = try rollback.propose(.previous, at: time)
    } catch is Rollback.Failure {
      return false
    }
    let gate = try PlanGate(store: store, windows: LiveChangeWindows { _, _ in 0 })
      .judge(proposal.plan, at: time)
    if case .blocked(let blocks) = gate.verdict {
      blocked = blocks
      return true
    }
    let context = rollback.context(
      for: proposal, actor: "cli:ana", reason: "test", at: time,
      effects: EffectSettings(notifiesOfApplies: true), gate: gate)
    _ = try store.apply(proposal.plan, context)
    let target = state.applies.firstIndex { $0.sequence == proposal.target.sequence } ?? 0
    expected.insert(expected[target], at: 0)
    state = store.state
    return true
  }

  /// Carries out a command that Writ printed.
  mutating func carryOut(_ command: String) throws {
    let store = MemoryStore(state)
    let words = command.split(separator: " ").map(String.init)
    switch (words.count > 1 ? words[1] : "", words.count) {
    case ("ack", 5):
      guard let name = GuardFinding.Name(rawValue: words[2]), words[3] == "--plan" else {
        throw FixtureError("there is no such guard: \(command)")
      }
      try store.acknowledge(name, plan: words[4], actor: "cli:ana", reason: "", at: time)
    case ("quarantine", 4):
      let matching = state.quarantine.filter { $0.root.description.hasPrefix(words[3]) }
      guard matching.count == 1 else { throw FixtureError("nothing to clear: \(command)") }
      try store.clearQuarantine(matching[0].root, actor: "cli:ana", at: time)
    case ("suspend", 2):
      let suspension = Suspension(since: time, actor: "cli:ana", reason: "test")
      try store.setSuspended(suspension, actor: "cli:ana", at: time)
    case ("resume", 2): try store.setSuspended(nil, actor: "cli:ana", at: time)
    default: throw FixtureError("nobody can carry out: \(command)")
    }
    state = store.state
  }

  func expect(_ condition: Bool, _ words: @autoclosure () -> String) throws {
    if !condition { throw FixtureError("\(words()) after \(path)") }
  }
}
