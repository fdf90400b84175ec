import Faults
package import Planning
package import Resources
import Workflows

/// Goes back to an earlier state: an ordinary plan, made from the journal.
package struct Rollback {
  package enum Target: Sendable {
    /// The newest earlier state that differs from the live one and is not in quarantine.
    case previous
    /// The state after the last apply of a revision whose id starts so.
    case revision(String)
    /// The state after the apply with this sequence.
    case apply(Int64)
  }

  package enum Failure: Error, Sendable {
    /// No apply in the journal fits.
    case noSuchState(String)
    /// The live state is the target already.
    case alreadyThere(AppliedPlan)
  }

  /// A plan back, and where it leads.
  package struct Proposal: Sendable {
    package var plan: Plan
    package var target: AppliedPlan
    /// What is left, to be put into quarantine.
    package var left: AppliedPlan
    /// Where what comes back came from, at that time.
    package var origins: [ResourceKey: FieldOrigins] = [:]
  }

  package let store: any StateStore
  package let planner: Planner

  /// How many applies back are looked at.
  private static let reach = 100_000

  package init(store: any StateStore, planner: Planner) {
    self.store = store
    self.planner = planner
  }

  /// Throws `Failure` or `StoreError`.
  ///
  /// What somebody else wrote is put on record first, so that the way back leads through it.
  package func propose(_ target: Target, at time: Timestamp) throws -> Proposal {
    _ = try store.recordDrift(at: time)
    let applies = try store.appliedPlans(limit: Self.reach)
    guard let current = applies.first else {
      throw Failure.noSuchState("nothing was applied yet")
    }
    let goal = try find(target, in: applies, current)
    let transitions = try store.transitions(after: goal.lastSequence)
    let plan = try plan(to: goal, transitions)
    var origins: [ResourceKey: FieldOrigins] = [:]
    for transition in transitions { origins[transition.key] = transition.previousOrigins }
    FaultPoint.reach(.rollbackProposed)
    return Proposal(plan: plan, target: goal, left: current, origins: origins)
  }

  private func find(
    _ target: Target, in applies: [AppliedPlan], _ current: AppliedPlan,
  ) throws -> AppliedPlan {
    switch target {
    case .previous:
      let quarantined = Set(try store.quarantine().map(\.root))
      guard
        let goal = applies.first(where: {
          $0.root != current.root && !quarantined.contains($0.root)
        })
      else { throw Failure.noSuchState("there is no earlier state that differs from the live one") }
      return goal
    case .revision(let prefix):
      guard let goal = applies.first(where: { $0.revision.hasPrefix(prefix) }) else {
        throw Failure.noSuchState("no revision that starts with \(prefix) was ever applied")
      }
      guard goal.root != current.root else { throw Failure.alreadyThere(goal) }
      return goal
    case .apply(let sequence):
      guard let goal = applies.first(where: { $0.sequence == sequence }) else {
        throw Failure.noSuchState("the journal has no apply with the sequence \(sequence)")
      }
      guard goal.root != current.root else { throw Failure.alreadyThere(goal) }
      return goal
    }
  }

  private func plan(to goal: AppliedPlan, _ transitions: [ResourceTransition]) throws -> Plan {
    let decoder = ManifestDecoder(registry: planner.registry)
    var desired: [Resource] = []
    for transition in transitions {
      guard let side = transition.before else { continue }
      guard let content = try store.content(of: side.digest) else {
        throw StoreError(.corrupt, "the content of \(transition.key) at that time is missing")
      }
      desired.append(try decoder.restore(content, key: transition.key, side: side))
    }
    let keys = transitions.map(\.key)
    let orphaned = transitions.filter { $0.before?.isOrphaned == true }.map(\.key)
    let input = try store.read { live throws(StoreError) -> PlanInput in
      try self.input(goal, desired, keys, orphaned, live)
    }
    switch planner.plan(input) {
    case .plan(var plan):
      plan.orphaned = orphaned.sorted()
      guard plan.predictedRoot == goal.root else {
        throw StoreError(
          .corrupt, "the journal does not lead back to the state root \(goal.root.abbreviated)",
          hint: "see what is wrong with it: writ journal verify")
      }
      return plan
    case .invalid(let diagnostics):
      throw StoreError(
        .incompatible,
        "the earlier state is not valid any more: \(diagnostics.first?.message ?? "")")
    }
  }

  private func input(
    _ goal: AppliedPlan, _ desired: [Resource], _ keys: [ResourceKey],
    _ orphaned: [ResourceKey], _ live: any LiveReader,
  ) throws(StoreError) -> PlanInput {
    var input = PlanInput(base: try live.summary(), revision: goal.revision)
    input.isRollback = true
    input.roots = goal.roots
    input.desired = desired
    let contents = try live.contents(of: keys)
    let adopted = Set(desired.map(\.key)).subtracting(orphaned)
    for var resource in try live.resources(named: keys) {
      resource.content = contents[resource.key]
      // A rollback says what becomes of each key; nothing is kept because its manifest is gone.
      resource.marks.isKept = false
      // An orphan that has its manifest back is adopted, as in a step forward.
      if !adopted.contains(resource.key) { resource.isOrphaned = false }
      input.live[resource.key] = resource
      input.touchedFiles.insert(resource.location.file)
    }
    let targets = Set(desired.flatMap { $0.references.map(\.target) })
    input.existing = Set(try live.resources(named: targets.sorted()).map(\.key))
      .subtracting(Set(keys))
    input.tree = try live.tree(around: keys)
    return input
  }

  /// What an apply of `proposal` is told.
  package func context(
    for proposal: Proposal, actor: String, reason: String, at time: Timestamp,
    effects: EffectSettings, gate: PlanGate.Judgement,
  ) -> ApplyContext {
    ApplyContext(
      actor: actor, time: time, isExact: proposal.target.isExact,
      quarantine: QuarantinedContent(
        root: proposal.left.root, revision: proposal.left.revision, actor: actor, reason: reason,
        time: time),
      effects: effects.announcing(proposal.plan, digest: gate.digest, at: time, reason: reason),
      acknowledged: gate.acknowledged, planDigest: gate.digest,
      restoredOrigins: proposal.origins)
  }
}

extension ManifestDecoder {
  /// Makes a resource out of stored canonical bytes.
  ///
  /// The places inside it are those of the resource as a whole, because the text is not at hand.
  func restore(
    _ content: [UInt8], key: ResourceKey, side: ResourceTransition.Side,
  ) throws(StoreError) -> Resource {
    guard let value = Value(canonical: content) else {
      throw StoreError(.corrupt, "the stored content of \(key) is not JSON")
    }
    var root = Node(value, at: side.location.range)
    if case .map(let entries) = root.content {
      let version = Node.Entry(
        key: "apiVersion", keyRange: side.location.range,
        value: Node(Node.Content.string(Self.apiVersion), at: side.location.range))
      root.content = .map([version] + entries)
    }
    let decoded = decode(root, file: side.location.file, keepsNode: false)
    guard let resource = decoded.resource, resource.digest == side.digest else {
      throw StoreError(
        .incompatible, "this version of Writ reads the stored content of \(key) differently",
        hint: "go back by reverting in git instead")
    }
    return Resource(
      key: key, content: content, location: side.location, references: side.references,
      claims: side.claims, marks: side.marks, node: nil)
  }
}

extension Node {
  /// A tree of which every part stands at `range`.
  init(_ value: Value, at range: SourceRange) {
    let content: Content =
      switch value {
      case .null: .null
      case .bool(let flag): .bool(flag)
      case .integer(let number): .integer(number)
      case .number(let number): .number(number)
      case .string(let text): .string(text)
      case .array(let items): .list(items.map { Node($0, at: range) })
      case .object(let members):
        .map(
          members.map { Entry(key: $0.key, keyRange: range, value: Node($0.value, at: range)) })
      }
    self.init(content, at: range)
  }
}
