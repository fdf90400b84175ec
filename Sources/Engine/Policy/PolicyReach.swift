import Kinds
package import Planning
package import Resources

/// Which rules looked at which changes of a plan, whether they hold or not.
package struct PolicyReach: Hashable, Sendable {
  package var policy: String
  /// The place of the rule among the policy's validations, from 0.
  package var rule: Int
  /// Nil for a rule about the whole plan.
  package var subject: ResourceKey?

  /// More changes are not looked at.
  package static let changeLimit = 20_000

  /// Everything that the policies that are live looked at in `plan`.
  package static func all(
    of plan: Plan, live: any LiveReader,
  ) throws(StoreError) -> [PolicyReach] {
    let set = try PolicyCache().policies(of: live)
    if set.isEmpty { return [] }
    let changes = plan.changes.prefix(changeLimit)
    let contents = try live.contents(of: changes.map(\.key))
    var result: [PolicyReach] = []
    var together: Set<String> = []
    for change in changes {
      let old = contents[change.key].flatMap(CanonicalContent.init(canonical:))
      let new =
        change.action == .delete
        ? nil : change.content.flatMap(CanonicalContent.init(canonical:)) ?? old
      let facts = PolicyChange(
        action: change.action.rawValue, key: change.key, file: change.location.file,
        previousFile: change.previousFile, object: new,
        oldObject: change.action == .create ? nil : old)
      for policy in set.policies where policy.match.covers(facts) {
        guard !policy.isAboutPlan || together.insert(policy.name).inserted else { continue }
        for rule in policy.rules {
          result.append(
            PolicyReach(
              policy: policy.name, rule: rule.index,
              subject: policy.isAboutPlan ? nil : change.key))
        }
      }
    }
    return result
  }
}
