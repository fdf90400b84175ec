package import Planning
package import Resources
package import Signatures

/// Everything that a screen or a document about a plan tells.
package struct PlanScreen: Sendable {
  package var plan: Plan
  /// The plan's digest; kept because making it costs as much as writing the plan.
  package let digest: Digest
  package var verdict: Verdict
  /// The guards that somebody acknowledged for this plan.
  package var acknowledged: Set<GuardFinding.Name> = []
  /// How far the approvals are that the plan needs, in the order of its requirements.
  package var approvals: [ApprovalStanding] = []
  /// The moment of the verdict; nil where it does not depend on one.
  package var time: Timestamp?
  /// Whether what needs no approval goes ahead by itself.
  package var isPartial = false
  /// The name that the revision was found by: a branch or a tag.
  package var reference: String?
  /// How long planning took.
  package var duration: Duration?
  /// How many commits lie between the live revision and the planned one.
  package var commits: Int?
  /// Warnings; a plan with errors is none.
  package var diagnostics: [Diagnostic] = []
  /// What else is worth knowing, a line each.
  package var notes: [String] = []
  /// Whether only what differs between two revisions was read, rather than everything.
  package var isIncremental = true
  /// What came of looking at the signatures of the source; nil where nobody asks for any.
  package var verification: SourceVerification?
  /// What the plan does beyond the objects that it changes.
  package var impact = ImpactReport()
  /// What the policies made of each change, also of those that they let pass.
  package var coverage: [PolicyCoverage] = []
  /// The command that makes this plan true; nil where there is nothing to advise.
  package var nextCommand: String? = "writ apply"
  /// The command that shows what is folded.
  package var verboseCommand = "writ plan -v"
  /// Whether the totals end with the exit code, which is right for `plan` alone.
  package var showsExitCode = true

  package init(_ plan: Plan, verdict: Verdict, digest: Digest? = nil) {
    self.plan = plan
    self.verdict = verdict
    self.digest = digest ?? plan.digest
  }

  /// What holds the plan up.
  package var blocks: [Verdict.Block] {
    if case .blocked(let blocks) = verdict { blocks } else { [] }
  }
}

extension Verdict {
  /// The exit code of `plan`: 0 no change, 2 changes, 3 blocked.
  package var exitCode: Int32 {
    switch self {
    case .unchanged: 0
    case .ready: 2
    case .blocked: 3
    }
  }

  /// `unchanged`, `ready` or `blocked`.
  package var word: String {
    switch self {
    case .unchanged: "unchanged"
    case .ready: "ready"
    case .blocked: "blocked"
    }
  }
}
