import App
import ArgumentParser
import Engine
import GitSource
import Persistence
import Planning
import Rendering
import Resources
import Signatures

/// The command `writ plan`.
struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Show what a revision would change; change nothing.",
    discussion: """
      Exit codes: 0 no change, 2 changes, 3 blocked by a guard or a policy, or waiting for
      approval, 1 error, 4 stale, 5 the
      source is not signed as --verify asks, 64 usage.
      """)

  @Option(name: .long, help: "Compare with this revision instead of the live state.")
  var from: String?

  @Option(name: .long, help: "The revision to compare, with --from.")
  var to: String?

  @Option(
    name: .long, help: "Compare with the state in a file that writ snapshot export wrote.")
  var against: String?

  @Option(name: .long, help: "Save the plan, for writ apply FILE.")
  var out: String?

  @Flag(name: .long, help: "Read every manifest, also those that did not change.")
  var full = false

  @OptionGroup var source: SourceOptions
  @OptionGroup var output: PlanOutputOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if against != nil, from != nil { throw ValidationError("give --against or --from, not both") }
    if to != nil, from == nil { throw ValidationError("--to needs --from") }
    if to != nil, source.ref != nil { throw ValidationError("give --to or --ref, not both") }
  }

  func run() async throws {
    try await reportingErrors {
      let start = ContinuousClock.now
      let workspace = try source.workspace(common)
      var maker = PlanMaker(workspace: workspace, readsEverything: full)
      maker.format = output.format
      maker.tellsImpact = true
      let made =
        if let against {
          try await maker.against(SnapshotFile.read(against), from: against)
        } else if let from {
          try await maker.between(from, to ?? source.ref ?? "HEAD")
        } else {
          try await maker.againstLive(reference: nil)
        }
      if let out, case .plan(let plan) = made.result.outcome {
        try FileText.write(PlanFile(plan).bytes, to: out, mode: 0o644)
      }
      var screen = PlanOutput(
        made: made, format: output.format, isVerbose: common.verbose, isQuiet: common.quiet,
        duration: ContinuousClock.now - start)
      screen.isPartial = workspace.settings.appliesPartially
      screen.nextCommand =
        from == nil && against == nil ? "writ apply\(out.map { " \($0)" } ?? "")" : nil
      let status = try screen.show()
      if status != .success { throw status }
    }
  }
}

/// Makes plans for commands.
struct PlanMaker {
  struct Made {
    var result: PlanAssembly.Result
    var verdict: Verdict?
    var reference: String?
    var head: GitRevision
    /// Every guard of the plan with whether it is acknowledged.
    var acknowledged: [GuardFinding.Name]
    /// The plan's digest.
    var digest: Digest?
    /// What came of looking at the signatures; nil where nobody asks for any.
    var verification: SourceVerification?
    /// How far the approvals are that the plan needs.
    var approvals: [ApprovalStanding] = []
    /// What of the plan can go ahead; nil where there is no live state.
    var step: PartialPlan.Step?
    /// What the plan does beyond the objects that it changes, where somebody asked.
    var impact = ImpactReport()
    /// Every rule that looked at a change, where somebody asked.
    var coverage: [PolicyCoverage] = []
    /// The moment of the verdict.
    var time: Timestamp
    var roots: [String] { head.roots }
  }

  let workspace: Workspace
  var readsEverything = false
  /// In which form a refusal of the source is reported.
  var format = PlanFormat.text
  /// Whether the impact of the plan is wanted too.
  var tellsImpact = false
  /// Where verdicts about signatures are put; nil for nowhere.
  var verdicts: Store?
  /// Whether what needs no approval goes ahead of what waits for one.
  var isPartial = false

  func assembly(_ verification: SourceVerification?) -> PlanAssembly {
    PlanAssembly(
      planner: workspace.planner, drift: workspace.settings.drift, at: workspace.wall.now(),
      readsEverything: readsEverything, branch: workspace.settings.reference ?? "",
      signers: verification?.signers ?? [:])
  }

  func againstLive(reference: String?) async throws -> Made {
    guard let store = try workspace.readStore() else {
      let head = try await workspace.revision(reference, liveRoots: [])
      try requireRoots(head)
      let verification = try await verify(head, since: nil, store: nil)
      let result = try assembly(verification).plan(
        live: MemoryLive.empty, source: head, liveRoots: head.roots)
      return try made(result, head, verification, MemoryLive.empty)
    }
    let status = try store.status()
    let head = try await workspace.revision(reference, liveRoots: status.roots)
    if status.live.total == 0 { try requireRoots(head) }
    let verification = try await verify(head, since: status.live.revision, store: store)
    let result = try store.read { live throws(StoreError) in
      Result { try assembly(verification).plan(live: live, source: head, liveRoots: status.roots) }
    }.get()
    var made = made(result, head, verification)
    if case .plan(let plan) = result.outcome {
      let signers = verification?.signers(for: plan) ?? [:]
      let gate = PlanGate(
        store: store, windows: workspace.windows, signers: signers.mapValues(\.principal))
      let step = try PartialPlan(gate: gate, isAllowed: isPartial, at: made.time) { held in
        try store.read { live throws(StoreError) in
          Result {
            try assembly(verification).plan(
              live: live, source: head, liveRoots: status.roots, holding: held)
          }
        }.get().outcome
      }.step(of: plan, try gate.judge(plan, at: made.time))
      made.take(step.isIdle ? step.whole : step)
      made = try store.read { live throws(StoreError) in try told(made, plan, live) }
    }
    return made
  }

  /// A plan between two revisions; no database takes part.
  func between(_ from: String, _ to: String) async throws -> Made {
    let base = try await workspace.revision(from, liveRoots: [])
    let head = try await workspace.revision(to, liveRoots: [])
    let verification = try await verify(head, since: base.revision, store: nil)
    let snapshot = try base.delta(since: nil)
    if snapshot.diagnostics.containsError {
      throw SourceError(
        .other, "the revision \(from) is not valid, so nothing can be compared with it",
        hint: "see what is wrong with it: writ plan --ref \(from)")
    }
    let live = MemoryLive(revision: base.revision, resources: snapshot.resources)
    let result = try assembly(verification).plan(live: live, source: head, liveRoots: base.roots)
    return try made(result, head, verification, live)
  }

  /// Refuses a revision that is not signed as the settings ask.
  func verify(
    _ head: GitRevision, since base: String?, store: Store?,
  ) async throws -> SourceVerification? {
    let verification = try await workspace.verification(
      of: head.revision, since: base, store: verdicts ?? store, remembers: verdicts != nil)
    if let verification, !verification.isVerified {
      let review = Review(
        unverified: verification, reference: workspace.settings.reference, roots: head.roots,
        at: workspace.wall.now())
      throw UnverifiedSource(
        verification: verification, document: format == .json ? review.document : nil,
        lines: format.lines(of: review))
    }
    return verification
  }

  /// A root that was asked for and was never there is a slip of the user, not a deletion.
  func requireRoots(_ head: GitRevision) throws(SourceError) {
    guard let root = head.missingRoots.first else { return }
    throw SourceError(
      .notFound, "there is no folder \"\(root)\" in revision \(head.revision.prefix(12))",
      hint: "name an existing one with --root")
  }

  /// A plan that starts from a state in memory, with its impact.
  private func made(
    _ result: PlanAssembly.Result, _ head: GitRevision, _ verification: SourceVerification?,
    _ live: MemoryLive,
  ) throws -> Made {
    let made = made(result, head, verification)
    guard case .plan(let plan) = result.outcome else { return made }
    return try told(made, plan, live)
  }

  /// `made` with what the plan does beyond its objects, and what rules looked at it, where wanted.
  func told(_ made: Made, _ plan: Plan, _ live: any LiveReader) throws(StoreError) -> Made {
    var made = made
    if tellsImpact {
      made.impact = try workspace.impact.report(on: plan, live: live, at: made.time)
    }
    if format == .junit {
      made.coverage = try PolicyReach.all(of: plan, live: live).map {
        PolicyCoverage(policy: $0.policy, rule: $0.rule, subject: $0.subject, outcome: .passed)
      }
    }
    return made
  }

  func made(
    _ result: PlanAssembly.Result, _ head: GitRevision, _ verification: SourceVerification?,
  ) -> Made {
    let time = workspace.wall.now()
    var made = Made(
      result: result, verdict: nil, reference: workspace.settings.reference, head: head,
      acknowledged: [], verification: verification, time: time)
    if case .plan(let plan) = result.outcome {
      let circumstances = Verdict.Circumstances(time: time)
      made.verdict = .of(plan, circumstances)
      made.approvals = circumstances.approvals.standings(for: plan, at: time)
    }
    return made
  }
}

extension PlanMaker.Made {
  /// Shows what goes ahead in the place of the whole plan.
  fileprivate mutating func take(_ step: PartialPlan.Step) {
    self.step = step
    result.outcome = .plan(step.plan)
    verdict = step.judgement.verdict
    acknowledged = step.judgement.acknowledged
    digest = step.judgement.digest
    approvals = step.judgement.approvals
  }
}
