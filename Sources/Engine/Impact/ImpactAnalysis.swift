package import Planning
package import Resources

/// Tells what a plan would do beyond the objects that it changes.
///
/// It costs what the plan and those that lead to it cost, never what is live besides.
package struct ImpactAnalysis: Sendable {
  /// The analyzers of the standard kinds, in the order in which areas are told.
  ///
  /// An area that needs other work stands here all the same, and says that it is not available.
  package static let standard: [any ImpactAnalyzer] = [
    OwnershipImpact(),
    ReachImpact(),
    UnavailableImpact(area: "fires", reason: "fire times are not computed by this version"),
    UnavailableImpact(area: "routing", reason: "alerts are not routed by this version"),
  ]

  private let analyzers: [any ImpactAnalyzer]

  package init(_ analyzers: [any ImpactAnalyzer] = Self.standard) { self.analyzers = analyzers }

  /// The impact of `plan`, as seen from `live` at `time`.
  package func report(
    on plan: Plan, live: any LiveReader, at time: Timestamp,
  ) throws(StoreError) -> ImpactReport {
    if plan.isEmpty { return ImpactReport() }
    let input = try input(plan, live, time)
    return ImpactReport(analyzers.map { $0.section(input) })
  }

  private func input(
    _ plan: Plan, _ live: any LiveReader, _ time: Timestamp,
  ) throws(StoreError) -> ImpactInput {
    var input = ImpactInput(plan: plan, time: time)
    let changes = plan.changes.prefix(ImpactInput.changeLimit)
    let old = try live.contents(of: changes.map(\.key))
    for change in changes {
      let before = old[change.key].flatMap(Value.init(canonical:))
      let after = change.action == .move ? before : change.content.flatMap(Value.init(canonical:))
      input.sides[change.key] = ImpactInput.Sides(old: before, new: after)
    }
    try addReferrers(of: changes.map(\.key), live, &input)
    return input
  }

  /// Walks references backwards, breadth first, until there are none or the limit is reached.
  private func addReferrers(
    of keys: [ResourceKey], _ live: any LiveReader, _ input: inout ImpactInput,
  ) throws(StoreError) {
    for change in input.plan.changes.prefix(ImpactInput.changeLimit) {
      for reference in change.references {
        input.namedBy[reference.target, default: []].append(change.key)
      }
    }
    var seen = Set(keys)
    var frontier = keys
    while !frontier.isEmpty {
      var next: [ResourceKey] = []
      for referrer in try live.referrers(to: frontier) {
        input.namedBy[referrer.target, default: []].append(referrer.key)
        if seen.insert(referrer.key).inserted { next.append(referrer.key) }
      }
      if seen.count > keys.count + ImpactInput.reachLimit {
        input.isCut = true
        break
      }
      frontier = next.sorted()
    }
    for (key, referrers) in input.namedBy { input.namedBy[key] = Set(referrers).sorted() }
  }
}
