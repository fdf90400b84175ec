import Kinds
import Resources

/// What policies say of created and updated resources, judged beside the rest of the planning.
///
/// Most policies look at nothing but the resource, as it was and as it becomes. What they say is known
/// before the commits of the changes are found, and the changes checked and put in order, which one
/// processor does. Those who look at who asks for the change, or at the plan, have to wait for that.
package struct EarlyReview: Sendable {
  /// Fewer changes are judged faster than this is begun.
  private static let threshold = 128

  private let pieces: any Begun<[(key: ResourceKey, verdicts: [PolicyJudges.Verdict])]>

  /// Nil where it would not be worth while.
  ///
  /// - Parameter input: with the contents of what changes; the commits are not needed yet.
  init?(_ input: PlanInput, _ registry: KindRegistry, _ spread: any Spread) {
    let policies = input.policies.set.aboutChanges
    guard policies.contains(where: Self.judges) else { return nil }
    let desired = input.desired
    let live = input.live
    let places = desired.indices.filter { live[desired[$0].key]?.digest != desired[$0].digest }
    guard places.count >= Self.threshold else { return nil }
    @Sendable func facts(_ place: Int) -> PolicyFacts {
      Self.facts(of: desired[place], live: live[desired[place].key], registry)
    }
    let judges = PolicyJudges(
      policies,
      PolicySurroundings(changes: [], live: input.policies.live, registry: registry), spread
    ) { policy in
      guard Self.judges(policy) else { return nil }
      return places.lazy.filter { policy.match.covers(kind: desired[$0].key.kind) }
        .prefix(PolicyJudges.trialLimit).map(facts).first { policy.match.covers($0.change) }
    }
    // Small enough for all to be busy until the end.
    let count = min(spread.width * 16, places.count)
    pieces = spread.begin(count) { piece in
      var own = judges
      return stride(from: piece, to: places.count, by: count).compactMap { number in
        let verdicts = own.verdicts(facts(places[number]), .early)
        return verdicts.isEmpty ? nil : (desired[places[number]].key, verdicts)
      }
    }
  }

  /// Whether `policy` can judge a change without knowing anything else of the plan.
  static func judges(_ policy: CompiledPolicy) -> Bool {
    !policy.isAboutPlan && !policy.usesPlan && !policy.usesRequest
  }

  /// Whether `change` is one of those that were judged.
  static func covers(_ change: Change) -> Bool {
    (change.action == .create || change.action == .update) && change.before != change.after
  }

  /// What is said of each resource of which anything is said.
  func finish() -> [ResourceKey: [PolicyJudges.Verdict]] {
    pieces.finish().reduce(into: [:]) { all, piece in
      for (key, verdicts) in piece { all[key] = verdicts }
    }
  }

  /// The change that `resource` is going to be, but for who asks for it.
  private static func facts(
    of resource: Resource, live: LiveResource?, _ registry: KindRegistry,
  ) -> PolicyFacts {
    let before = live?.content.flatMap(CanonicalContent.init(canonical:))
    let action: Change.Action = live == nil ? .create : .update
    let file = resource.location.file
    return PolicyFacts(
      PolicyChange(
        action: action.rawValue, key: resource.key, file: file,
        previousFile: live.flatMap { $0.location.file == file ? nil : $0.location.file },
        object: CanonicalContent(canonical: resource.content) ?? before, oldObject: before),
      registry: registry)
  }
}
