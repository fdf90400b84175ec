import App
import Engine
import GitSource
import Persistence
import Planning
import Rendering
import Resources

/// What keeps something from being live: the first gate on the way, and the command that clears it.
///
/// The gates are those of a pass, asked as a pass asks them: the source, `PlanAssembly`, `PlanGate`,
/// the suspension and the conditions.
struct WhyNot {
  let workspace: Workspace
  let store: Store

  /// One thing that stands in the way.
  struct Gate {
    /// A guard's name, or one of `source`, `unverified`, `invalid-manifests`, `quarantine`, `policy`,
    /// `approval`, `suspended`, `drift`.
    var name: String
    var message: String
    var command: String?
  }

  /// What is asked about.
  enum Subject {
    case head
    case resource(ResourceKey)
    case revision(String)
  }

  func explanation(of subject: Subject) async throws -> Explanation {
    let status = try store.status()
    let made: PlanMaker.Made
    do {
      var maker = PlanMaker(workspace: workspace)
      if case .resource = subject { maker.isPartial = workspace.settings.appliesPartially }
      made = try await maker.againstLive(reference: nil)
    } catch let error as SourceError {
      return blocked(
        subject, Gate(name: "source", message: error.message, command: error.hint), revision: nil)
    }
    let head = made.result.revision
    if let gate = held(subject, made) { return blocked(subject, gate, revision: head) }
    if let answer = try settled(subject, made, status) { return answer }
    if let gate = try first(made, status, subject) {
      return blocked(subject, gate, revision: head)
    }
    if status.live.revision == head, status.isExact {
      return Explanation(
        "nothing stands in the way: revision \(head.prefix(12)) is live",
        members: members(nil, head))
    }
    let isServing = try workspace.runningServer() != nil
    return Explanation(
      "nothing stands in the way: revision \(head.prefix(12)) goes live with the next pass",
      command: isServing ? "writ reconcile" : "writ apply", members: members(nil, head))
  }

  /// What a resource waits for that is left out while the rest goes ahead.
  private func held(_ subject: Subject, _ made: PlanMaker.Made) -> Gate? {
    guard case .resource(let key) = subject, let step = made.step, step.plan.held.contains(key),
      let block = step.awaiting.first(where: { $0.subject == "\(key)" }) ?? step.awaiting.first
    else { return nil }
    return Gate(name: block.name, message: block.message, command: block.command)
  }

  // MARK: What is settled already

  private func settled(
    _ subject: Subject, _ made: PlanMaker.Made, _ status: RepositoryStatus,
  ) throws -> Explanation? {
    let head = made.result.revision
    switch subject {
    case .head: return nil
    case .revision(let id): return try settled(id, made, status)
    case .resource(let key):
      guard case .plan(let plan) = made.result.outcome else { return nil }
      if plan.keys.contains(key) { return nil }
      if let record = try store.records(kind: key.kind, name: key.name).first {
        let place = record.resource.location
        return Explanation(
          "nothing stands in the way: \(key) is live as revision \(head.prefix(12)) has it, at \(place.file):\(place.range.start.line)",
          members: members(nil, head))
      }
      let names = try store.names(key.kind)
      return blocked(
        .resource(key),
        Gate(
          name: "no-manifest", message: "no manifest of revision \(head.prefix(12)) defines it",
          command: Suggestion.didYouMean(key.name, among: names)), revision: head)
    }
  }

  private func settled(
    _ id: String, _ made: PlanMaker.Made, _ status: RepositoryStatus,
  ) throws -> Explanation? {
    let head = made.head
    if id == head.revision { return nil }
    if id == status.live.revision {
      return Explanation(
        "revision \(id.prefix(12)) is live; the source is at \(head.revision.prefix(12))",
        members: members(nil, id))
    }
    let wasApplied = try store.appliedPlans(limit: 100_000).contains { $0.revision == id }
    if head.contains(id), try head.ancestry(since: id) == .descends {
      let words =
        wasApplied
        ? "it was live once, and later revisions took its place"
        : "later revisions took its place before it was applied"
      return blocked(
        .revision(id),
        Gate(
          name: "superseded", message: words,
          command: wasApplied ? "writ rollback --to \(id.prefix(12))" : nil),
        revision: head.revision)
    }
    return blocked(
      .revision(id),
      Gate(
        name: "not-followed",
        message:
          "it is not in the history of \(head.revision.prefix(12)), the revision that is followed",
        command: "writ plan --ref \(id.prefix(12))"), revision: head.revision)
  }

  // MARK: The gates, in their order

  private func first(
    _ made: PlanMaker.Made, _ status: RepositoryStatus, _ subject: Subject,
  ) throws -> Gate? {
    let conditions = try store.conditions().filter { $0.observedRevision == made.result.revision }
    func condition(_ kind: Engine.Condition.Kind, _ bad: Engine.Condition.Status) -> String? {
      conditions.first { $0.kind == kind && $0.status == bad }?.message
    }
    if let message = condition(.sourceVerified, .isFalse) {
      return Gate(name: "unverified", message: message, command: "writ status")
    }
    if case .invalid(let diagnostics) = made.result.outcome {
      let errors = diagnostics.filter { $0.severity == .error }
      let first = errors.first.map { ", the first at \($0.location): \($0.message)" } ?? ""
      return Gate(
        name: "invalid-manifests",
        message:
          "revision \(made.result.revision.prefix(12)) has \(Number.text(errors.count, "error"))\(first)",
        command: "writ plan")
    }
    if case .blocked(let blocks) = made.verdict {
      func rank(_ name: String) -> Int {
        switch name {
        case GuardFinding.Name.historyRewritten.rawValue: 0
        case "quarantine": 2
        case GuardFinding.Name.changeWindow.rawValue: 4
        case Verdict.Block.policy: 3
        case Verdict.Block.approval: 5
        default: 1
        }
      }
      // Of gates of one sort, what is asked about comes first.
      func order(_ block: (offset: Int, element: Verdict.Block)) -> (Int, Int, Int) {
        var isAbout = false
        if case .resource(let key) = subject { isAbout = block.element.subject == "\(key)" }
        return (rank(block.element.name), isAbout ? 0 : 1, block.offset)
      }
      let sorted = blocks.enumerated().sorted { order($0) < order($1) }
      if let block = sorted.first?.element {
        return Gate(name: block.name, message: block.message, command: block.command)
      }
    }
    if let suspension = status.suspension {
      return Gate(
        name: "suspended", message: "suspended by \(suspension.actor): \(suspension.reason)",
        command: "writ resume")
    }
    if let message = condition(.drifted, .isTrue) {
      return Gate(name: "drift", message: message, command: "writ status")
    }
    return nil
  }

  // MARK: Answers

  private func blocked(_ subject: Subject, _ gate: Gate, revision: String?) -> Explanation {
    let what =
      switch subject {
      case .head: revision.map { "revision \($0.prefix(12))" } ?? "the source"
      case .resource(let key): "\(key)"
      case .revision(let id): "revision \(id.prefix(12))"
      }
    return Explanation(
      "\(what) is stopped by \(gate.name): \(gate.message)", command: gate.command,
      members: members(gate, revision))
  }

  private func members(_ gate: Gate?, _ revision: String?) -> [Value.Member] {
    [
      .init(
        "gate",
        gate.map { ["name": .string($0.name), "message": .string($0.message)] } ?? .null),
      .init("revision", revision.map { .string($0) } ?? .null),
    ]
  }
}
