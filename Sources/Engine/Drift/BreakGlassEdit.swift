package import Planning
package import Resources

/// Changes one live resource in an emergency, without git.
///
/// What comes out is an ordinary plan, applied in an ordinary transaction. The resource then counts
/// as drifted, with an owner, until the edit expires or git changes the resource.
package struct BreakGlassEdit {
  /// The longest time that an edit may hold.
  package static let longestTime: Duration = .seconds(30 * 86_400)

  package enum Failure: Error, Sendable {
    case notLive(ResourceKey)
    /// The new content is the live one.
    case unchanged(ResourceKey)
    /// The new content does not fit the other live resources.
    case invalid([Diagnostic])
  }

  package let store: any StateStore
  package let planner: Planner

  package init(store: any StateStore, planner: Planner) {
    self.store = store
    self.planner = planner
  }

  /// The plan that puts `resource` in the place of the live one.
  ///
  /// Throws `Failure` or `StoreError`.
  package func propose(_ resource: Resource, at time: Timestamp) throws -> Plan {
    _ = try store.recordDrift(at: time)
    let status = try store.status()
    let input = try store.read { live throws(StoreError) in
      try self.input(resource, status, live)
    }
    guard let live = input.live[resource.key] else { throw Failure.notLive(resource.key) }
    if live.digest == resource.digest { throw Failure.unchanged(resource.key) }
    switch planner.plan(input) {
    case .invalid(let diagnostics): throw Failure.invalid(diagnostics)
    case .plan(var plan):
      for index in plan.changes.indices {
        plan.changes[index].reason = .breakGlass
        plan.changes[index].origin = nil
      }
      return plan
    }
  }

  private func input(
    _ resource: Resource, _ status: RepositoryStatus, _ live: any LiveReader,
  ) throws(StoreError) -> PlanInput {
    var input = PlanInput(base: try live.summary(), revision: status.live.revision ?? "")
    input.roots = status.roots
    guard var current = try live.resources(named: [resource.key]).first else { return input }
    current.content = try live.contents(of: [resource.key])[resource.key]
    // The place of a live resource is its manifest's, whatever file the new text came from.
    let edited = Resource(
      key: resource.key, content: resource.content, location: current.location,
      references: resource.references, claims: resource.claims, marks: resource.marks, node: nil)
    input.desired = [edited]
    input.live[resource.key] = current
    input.touchedFiles = [current.location.file]
    input.presentFiles = input.touchedFiles
    let targets = Set((edited.references + current.references).map(\.target))
    input.existing = Set(try live.resources(named: targets.sorted()).map(\.key))
    for kind in Set(edited.references.map(\.target.kind)).sorted() {
      input.knownNames[kind] = try live.names(ofKind: kind)
    }
    input.claimHolders = try live.claimHolders(of: edited.claims.map(\.name).sorted())
      .filter { $0.key != resource.key }
    input.tree = try live.tree(around: [resource.key])
    return input
  }

  /// What an apply of `plan` is told.
  package func context(
    for plan: Plan, edit: Drift.Edit, at time: Timestamp, effects: EffectSettings,
  ) throws(StoreError) -> ApplyContext {
    let digest = plan.digest
    return ApplyContext(
      actor: edit.owner, time: time, isExact: try store.status().isExact,
      effects: effects.announcing(plan, digest: digest, at: time), planDigest: digest, edit: edit)
  }
}
