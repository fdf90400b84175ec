import Kinds
package import Planning
package import Resources
package import TimeZones

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

  /// The same with the areas that need the time zones of this machine.
  package static func standard(
    registry: KindRegistry, zone: @escaping @Sendable (String) -> Zone?,
  ) -> [any ImpactAnalyzer] {
    [
      OwnershipImpact(), ReachImpact(), FiresImpact(zone: zone),
      PoliciesImpact(registry: registry),
      UnavailableImpact(area: "routing", reason: "alerts are not routed by this version"),
    ]
  }

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
    try addStanding(live, &input)
    return input
  }

  /// What will be live of the kinds that changed policies are about.
  private func addStanding(
    _ live: any LiveReader, _ input: inout ImpactInput,
  ) throws(StoreError) {
    let policies = input.plan.changes.filter { $0.key.kind == Kind.policy.name }
    if policies.isEmpty { return }
    let matches = policies.flatMap { change -> [PolicyMatch] in
      let sides = input.sides[change.key]
      return [sides?.old, sides?.new].compactMap(\.self).map { PolicyMatch($0["spec"]?["match"]) }
    }
    var keys: [ResourceKey] = []
    for kind in KindRegistry.standard.names
    where matches.contains(where: { $0.covers(kind: kind) }) {
      keys += try live.names(ofKind: kind).map { ResourceKey(kind: kind, name: $0) }
    }
    input.isCutForPolicies = keys.count > ImpactInput.resourceLimit
    keys = Array(keys.sorted().prefix(ImpactInput.resourceLimit))
    var standing: [ResourceKey: ImpactInput.Standing] = [:]
    let contents = try live.contents(of: keys)
    for resource in try live.resources(named: keys) {
      guard let content = contents[resource.key].flatMap(Value.init(canonical:)) else { continue }
      standing[resource.key] = ImpactInput.Standing(
        key: resource.key, content: content, file: resource.location.file)
    }
    for change in input.plan.changes
    where matches.contains(where: { $0.covers(kind: change.key.kind) }) {
      standing[change.key] = input.sides[change.key]?.new.map {
        ImpactInput.Standing(key: change.key, content: $0, file: change.location.file)
      }
    }
    input.resources = standing.values.sorted { $0.key < $1.key }
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
