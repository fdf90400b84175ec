package import Planning
package import Resources
import Workflows

/// Puts back what was applied while the head cannot go live.
///
/// A step to the head puts drift back together with what git brings. Where that step is held up,
/// what somebody did beside git would stay in force for as long, and an edit would outlive its
/// end. So the way back is a plan of its own then, from the records of the drift. Like a rollback
/// it brings only what was live before, so policies do not judge it again; guards do.
package struct DriftRepair {
  package let planner: Planner
  package let drift: DriftPolicy

  package init(planner: Planner, drift: DriftPolicy) {
    self.planner = planner
    self.drift = drift
  }

  /// The plan that ends every drift that does not stay.
  ///
  /// Nil where there is none to end, or where what was applied does not fit what is live beside it
  /// any more. What cannot be read any more, as after an update of Writ, is left to git.
  package func plan(
    _ live: any LiveReader, roots: [String], at time: Timestamp,
  ) throws(StoreError) -> Plan? {
    let base = try live.summary()
    guard let revision = base.revision else { return nil }
    var input = PlanInput(base: base, revision: revision)
    input.roots = roots
    let decoder = ManifestDecoder(registry: planner.registry)
    var drifts: [Drift] = []
    for found in try live.drifts() where drift.standing(of: found, at: time) == .repaired {
      if let side = found.applied {
        guard let content = found.appliedContent,
          let resource = try? decoder.restore(content, key: found.key, side: side)
        else { continue }
        input.desired.append(resource)
      }
      drifts.append(found)
    }
    if drifts.isEmpty { return nil }
    input.drifts = drift.notes(drifts, at: time)
    try addLive(drifts.map(\.key), live, &input)
    try addNeighbours(live, &input)
    guard case .plan(var plan) = planner.plan(input) else { return nil }
    plan.orphaned = drifts.filter { $0.applied?.isOrphaned == true }.map(\.key)
    return plan
  }

  private func addLive(
    _ keys: [ResourceKey], _ live: any LiveReader, _ input: inout PlanInput,
  ) throws(StoreError) {
    let contents = try live.contents(of: keys)
    for var resource in try live.resources(named: keys) {
      resource.content = contents[resource.key]
      input.live[resource.key] = resource
      input.touchedFiles.insert(resource.location.file)
    }
    input.tree = try live.tree(around: keys)
  }

  private func addNeighbours(_ live: any LiveReader, _ input: inout PlanInput) throws(StoreError) {
    let desired = Set(input.desired.map(\.key))
    let drifted = desired.union(input.live.keys)
    let vanishing = input.live.keys.filter { !desired.contains($0) }.sorted()
    input.referrers = try live.referrers(to: vanishing).filter { !drifted.contains($0.key) }
    let targets = Set(input.desired.flatMap { $0.references.map(\.target) }).subtracting(drifted)
    input.existing = Set(try live.resources(named: targets.sorted()).map(\.key))
    let claims = Set(input.desired.flatMap { $0.claims.map(\.name) })
    input.claimHolders = try live.claimHolders(of: claims.sorted())
      .filter { !drifted.contains($0.key) }
  }
}
