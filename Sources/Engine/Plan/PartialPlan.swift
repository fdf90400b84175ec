package import Planning
package import Resources

/// Where nothing but approvals is missing, the plan without what waits for them.
package struct PartialPlan {
  /// What to do now.
  package struct Step: Sendable {
    package var plan: Plan
    package var judgement: PlanGate.Judgement
    /// What was left out and waits; empty where nothing was.
    package var awaiting: [Verdict.Block] = []
    /// The plan with everything in it.
    package var wholePlan: Plan
    package var wholeJudgement: PlanGate.Judgement

    /// Whether something waits and the rest would change nothing.
    package var isIdle: Bool { !awaiting.isEmpty && plan.isEmpty && plan.orphaned.isEmpty }

    /// The step that makes the whole plan true, or waits with all of it.
    package var whole: Step {
      Step(
        plan: wholePlan, judgement: wholeJudgement, wholePlan: wholePlan,
        wholeJudgement: wholeJudgement)
    }
  }

  /// Leaving out a change can make another one wait; so often that is tried.
  private static let roundLimit = 16

  private let gate: PlanGate
  private let isAllowed: Bool
  private let time: Timestamp
  private let assemble: (_ held: Set<ResourceKey>) throws -> Planner.Outcome

  /// - Parameter assemble: plans again without the changes of some resources.
  package init(
    gate: PlanGate, isAllowed: Bool, at time: Timestamp,
    assemble: @escaping (_ held: Set<ResourceKey>) throws -> Planner.Outcome,
  ) {
    self.gate = gate
    self.isAllowed = isAllowed
    self.time = time
    self.assemble = assemble
  }

  /// The whole plan, or what of it can go ahead.
  ///
  /// What stands against the rest beside approvals, such as a guard, is in the verdict together with
  /// the approvals that are missing.
  package func step(of plan: Plan, _ judgement: PlanGate.Judgement) throws -> Step {
    var step = Step(
      plan: plan, judgement: judgement, wholePlan: plan, wholeJudgement: judgement)
    guard isAllowed else { return step }
    var held: Set<ResourceKey> = []
    for _ in 0..<Self.roundLimit {
      guard case .blocked(let blocks) = step.judgement.verdict,
        step.judgement.verdict.isAwaitingApproval
      else { break }
      let size = held.count
      held.formUnion(
        step.judgement.approvals.filter { !$0.isMet }.map(\.requirement.key))
      guard held.count > size, case .plan(let rest) = try assemble(held) else { return step.whole }
      step.awaiting += blocks
      step.plan = rest
      step.judgement = try gate.judge(rest, at: time)
    }
    if case .blocked(let blocks) = step.judgement.verdict, !step.awaiting.isEmpty {
      step.judgement.verdict = .blocked(blocks + step.awaiting)
    }
    return step
  }
}
