import App
import ArgumentParser
import Engine
import GitSource
import Logging
import Persistence
import Planning
import Rendering
import Resources
import Signatures

/// The command `writ apply`.
struct Apply: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make a revision, or exactly a saved plan, live.",
    discussion: """
      Exit codes: 0 applied or nothing to do, 3 blocked by a guard or a policy, or something
      waits for approval (also where --partial applied the rest), 4 the saved plan is stale, 5 the
      source is not signed as --verify asks, 1 error or not healthy (with --wait-health), 64 usage.
      """)

  @Argument(help: "A plan that writ plan --out saved. Default: plan the repository's head.")
  var file: String?

  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false

  @Flag(
    name: .long,
    help: "Leave out what waits for approval, with all that needs it, and apply the rest.")
  var partial = false

  @Flag(
    name: .long,
    help: "Stay until the health gate passed or failed; on failure what was applied is undone.")
  var waitHealth = false

  @OptionGroup var source: SourceOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if file != nil, partial {
      throw ValidationError("a saved plan is applied as it is: give a file or --partial, not both")
    }
  }

  func run() async throws {
    try await reportingErrors {
      let workspace = try source.workspace(common)
      let made: Made
      if let file {
        made = try await applySaved(file, workspace)
      } else {
        made = try await applyHead(workspace)
      }
      if made.applied != nil { await workspace.pokeServer() }
      try await report(made, workspace)
    }
  }

  /// What was applied; nil where there was nothing to do.
  private struct Made {
    var applied: AppliedPlan?
    var plan: Plan
    /// What was left out, because people have to agree to it first.
    var awaiting: [Verdict.Block] = []
  }

  // MARK: The head

  private func applyHead(_ workspace: Workspace) async throws -> Made {
    let start = ContinuousClock.now
    var maker = PlanMaker(workspace: workspace)
    maker.format = PlanFormat(output.format)
    // A first revision that cannot be read or is not valid leaves no database behind.
    if !workspace.data.hasDatabase {
      let first = try await maker.againstLive(reference: nil)
      if case .invalid = first.result.outcome { throw try show(first, start) }
    }
    let store = try workspace.writeStore()
    let lock = try workspace.passLock()
    defer { withExtendedLifetime(lock) {} }
    maker.verdicts = store
    maker.isPartial = partial || workspace.settings.appliesPartially
    let made = try await maker.againstLive(reference: nil)
    guard case .plan(let plan) = made.result.outcome,
      made.verdict == .ready || made.verdict == .unchanged
    else {
      let status = try show(made, start)
      throw status
    }
    if made.verdict == .ready {
      if output.format == .text, !common.quiet { _ = try show(made, start) }
      if Terminal.isInputTTY, !yes, !Terminal.confirms("Apply this plan?") {
        Terminal.writeError("writ: nothing was applied")
        throw ExitCode.error
      }
    }
    return try commit(plan, made, workspace, store)
  }

  private func show(_ made: PlanMaker.Made, _ start: ContinuousClock.Instant) throws -> ExitCode {
    try PlanOutput(
      made: made, format: PlanFormat(output.format), isVerbose: common.verbose,
      isQuiet: common.quiet, duration: ContinuousClock.now - start, isApplying: true,
      isPartial: partial
    ).show()
  }

  private func commit(
    _ plan: Plan, _ made: PlanMaker.Made, _ workspace: Workspace, _ store: Store,
  ) throws -> Made {
    let status = try store.status()
    let awaiting = made.step?.awaiting ?? []
    if made.verdict == .unchanged, status.live.revision == plan.revision,
      status.roots == made.roots, status.isExact
    {
      try settle(plan, made.verification, workspace, store)
      return Made(applied: nil, plan: plan)
    }
    if workspace.settings.verify.mode != .off {
      _ = try made.verification.required(
        workspace.settings.verify.mode, for: plan.revision, from: plan.baseRevision)
    }
    let time = workspace.wall.now()
    let applied = try store.apply(
      plan,
      ApplyContext(
        actor: Process.actor, time: time, isExact: awaiting.isEmpty,
        effects: workspace.effects.announcing(plan, digest: made.digest ?? plan.digest, at: time),
        acknowledged: made.acknowledged, planDigest: made.digest,
        health: workspace.healthGate(store).step(after: plan, at: time),
        signers: made.verification?.signers(for: plan) ?? [:]))
    try workspace.keep(plan.revision)
    try settle(plan, made.verification, workspace, store, awaiting: awaiting)
    return Made(applied: applied, plan: plan, awaiting: awaiting)
  }

  /// The conditions after an apply are those of a pass that found everything as it should be.
  private func settle(
    _ plan: Plan, _ verification: SourceVerification?, _ workspace: Workspace, _ store: Store,
    awaiting: [Verdict.Block] = [],
  ) throws {
    try workspace.pass(store).settle(
      ReconcilePass.Report(
        revision: plan.revision, outcome: .unchanged, warnings: [], verification: verification,
        awaiting: awaiting),
      Process.actor, workspace.wall.now())
  }

  private func report(_ made: Made, _ workspace: Workspace) async throws {
    let isJSON = output.format == .json
    if !isJSON, !common.quiet { Terminal.writeLine(ApplyText.line(made.applied, made.plan)) }
    let health = HealthOutput(record: try await health(workspace))
    if isJSON {
      Terminal.writeJSON(ApplyJSON.value(made.applied, made.plan, health: health.record))
    } else {
      health.show(isQuiet: common.quiet)
    }
    if waitHealth, health.exitCode != .success { throw health.exitCode }
    if made.awaiting.isEmpty { return }
    if !isJSON, !common.quiet {
      let count = Set(made.awaiting.map(\.subject)).count
      Terminal.writeLine(
        "\(Number.text(count, "change")) left out until people agree; see: writ approvals")
    }
    throw ExitCode.blocked
  }

  /// The watch over what is live now, over already where somebody waits for it.
  ///
  /// The lock of the apply is free again: the judge takes it for going back.
  private func health(_ workspace: Workspace) async throws -> HealthRecord? {
    let store = try workspace.existingStore()
    guard let open = try store.openWatch(), waitHealth else { return try store.openWatch() }
    if output.format == .text { HealthOutput(record: open).show(isQuiet: common.quiet) }
    var logger = Logger(label: "writ") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = common.quiet ? .critical : .warning
    return try await workspace.withHealthWatcher(workspace.writeStore(), logger: logger) {
      watcher in
      try await watcher.watchToTheEnd()
    }
  }

  // MARK: A saved plan

  private func applySaved(_ file: String, _ workspace: Workspace) async throws -> Made {
    let bytes = try FileText.bytes(file, limit: PlanFile.maximumBytes)
    let plan: Plan
    do throws(PlanFile.Problem) {
      plan = try PlanFile(reading: bytes).plan
    } catch {
      throw StoreError(
        .other, PlanFileText.words(error, file), hint: "make a new one: writ plan --out FILE")
    }
    let store = try workspace.writeStore()
    let lock = try workspace.passLock()
    defer { withExtendedLifetime(lock) {} }
    let apply = SavedPlanApply(
      store: store, planner: workspace.planner, drift: workspace.settings.drift,
      windows: workspace.windows, effects: workspace.effects, health: workspace.healthGate(store))
    let verification = try await verify(plan, workspace, store)
    let origin = try await authors(plan, apply, workspace, store)
    let outcome = try apply.run(
      plan, source: origin, verification: verification, actor: Process.actor,
      at: workspace.wall.now())
    switch outcome {
    case .applied(let applied):
      try settle(plan, verification, workspace, store)
      return Made(applied: applied, plan: plan)
    case .alreadyDone: return Made(applied: nil, plan: plan)
    case .blocked(let blocks):
      for block in blocks {
        Terminal.writeError("writ: blocked by \(block.name): \(block.message)")
        Terminal.writeError("    clear with: \(block.command)")
      }
      throw ExitCode.blocked
    case .conflicts(let conflicts):
      Terminal.writeError("writ: the plan is stale; these objects changed since it was made:")
      for conflict in conflicts { Terminal.writeError("    \(ConflictText.line(conflict))") }
      Terminal.writeError("    nothing was applied; make a new plan: writ plan --out FILE")
      throw ExitCode.stale
    }
  }

  /// The revision of a plan that needs approvals, to see who wrote what; nil where none is needed, or
  /// where it cannot be had, and then nobody can approve.
  private func authors(
    _ plan: Plan, _ apply: SavedPlanApply, _ workspace: Workspace, _ store: Store,
  ) async throws -> GitRevision? {
    guard try apply.needsApproval(plan) else { return nil }
    do {
      return try await workspace.revision(plan.revision, liveRoots: store.status().roots)
    } catch let error as SourceError {
      Terminal.writeError(
        "writ: the revision \(plan.revision.prefix(12)) cannot be read, so nobody knows who wrote it: \(TextLayout.escaped(error.message))"
      )
      return nil
    }
  }

  /// The signatures of the plan's revision, and that the file says what that revision says.
  private func verify(
    _ plan: Plan, _ workspace: Workspace, _ store: Store,
  ) async throws -> SourceVerification? {
    guard workspace.settings.verify.mode != .off else { return nil }
    let status = try store.status()
    let revision = try await workspace.revision(plan.revision, liveRoots: status.roots)
    let verification = try await workspace.verification(
      of: plan.revision, since: status.live.revision, store: store, remembers: true)
    if let verification, !verification.isVerified {
      throw UnverifiedSource(
        verification: verification,
        document: output.format == .json ? ApplyJSON.unverified(verification, plan) : nil)
    }
    if plan.roots != revision.roots {
      try refuse(plan, "it was made from other folders of manifests than those that are followed")
    }
    if let key = try SavedPlanProof.difference(of: plan, from: revision) {
      try refuse(plan, "\(key) in it is not what the revision says")
    }
    return verification
  }

  private func refuse(_ plan: Plan, _ reason: String) throws {
    Terminal.writeError(
      "writ: the saved plan is not that of the signed revision \(plan.revision.prefix(12)): \(reason)"
    )
    Terminal.writeError("    make a new one: writ plan --out FILE")
    throw ExitCode.unverified
  }
}
