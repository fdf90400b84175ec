package import Resources

extension Planner {
  /// `plan` with what the policies and resources in force say of it, beside what it says itself.
  ///
  /// A plan in a file can leave something out, so what it says is not enough. `live` has contents.
  package func reviewing(
    _ plan: Plan, live: [ResourceKey: LiveResource], base: LiveSummary, policies: PolicyContext,
  ) -> Plan {
    var input = PlanInput(base: base, revision: plan.revision)
    input.live = live
    input.policies = policies
    let review = PolicyReview(input, registry, spread).review(plan.changes)
    var plan = plan
    plan.policies =
      (review.findings
      + plan.policies.filter { old in
        !review.findings.contains {
          $0.policy == old.policy && $0.rule == old.rule && $0.subject == old.subject
        }
      }).sorted()
    plan.approvals =
      (review.approvals
      + plan.approvals.filter { old in
        !review.approvals.contains {
          $0.key == old.key && $0.source == old.source && $0.change == old.change
        }
      }).sorted()
    return plan
  }
}
