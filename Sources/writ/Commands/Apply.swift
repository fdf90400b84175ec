import App
import ArgumentParser
import Engine
import Persistence
import Planning
import Rendering
import Resources

/// The command `writ apply`.
struct Apply: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make a revision, or exactly a saved plan, live.",
    discussion: """
      Exit codes: 0 applied or nothing to do, 3 blocked by a guard, 4 the saved plan is stale,
      1 error, 64 usage.
      """)

  @Argument(help: "A plan that writ plan --out saved. Default: plan the repository's head.")
  var file: String?

  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false

  @OptionGroup var source: SourceOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await reportingErrors {
      let workspace = try source.workspace(common)
      if let file { return try applySaved(file, workspace) }
      try await applyHead(workspace)
    }
  }

  // MARK: The head

  private func applyHead(_ workspace: Workspace) async throws {
    let start = ContinuousClock.now
    let maker = PlanMaker(workspace: workspace)
    // A first revision that cannot be read or is not valid leaves no database behind.
    if !workspace.data.hasDatabase {
      let first = try await maker.againstLive(reference: nil)
      if case .invalid = first.result.outcome { throw try show(first, start) }
    }
    let store = try workspace.writeStore()
    let lock = try workspace.passLock()
    defer { withExtendedLifetime(lock) {} }
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
    try commit(plan, made, workspace, store)
  }

  private func show(_ made: PlanMaker.Made, _ start: ContinuousClock.Instant) throws -> ExitCode {
    try PlanOutput(
      made: made, format: output.format, isVerbose: common.verbose, isQuiet: common.quiet,
      duration: ContinuousClock.now - start, isApplying: true
    ).show()
  }

  private func commit(
    _ plan: Plan, _ made: PlanMaker.Made, _ workspace: Workspace, _ store: Store,
  ) throws {
    let status = try store.status()
    if made.verdict == .unchanged, status.live.revision == plan.revision,
      status.roots == made.roots, status.isExact
    {
      try settle(plan, workspace, store)
      return report(nil, plan)
    }
    let time = workspace.wall.now()
    let applied = try store.apply(
      plan,
      ApplyContext(
        actor: Process.actor, time: time,
        effects: workspace.effects.announcing(plan, digest: made.digest ?? plan.digest, at: time),
        acknowledged: made.acknowledged, planDigest: made.digest))
    try workspace.keep(plan.revision)
    try settle(plan, workspace, store)
    report(applied, plan)
  }

  /// The conditions after an apply are those of a pass that found everything as it should be.
  private func settle(_ plan: Plan, _ workspace: Workspace, _ store: Store) throws {
    try workspace.pass(store).settle(
      ReconcilePass.Report(revision: plan.revision, outcome: .unchanged, warnings: []),
      Process.actor, workspace.wall.now())
  }

  private func report(_ applied: AppliedPlan?, _ plan: Plan) {
    if output.format == .json {
      Terminal.writeJSON(ApplyJSON.value(applied, plan))
    } else if !common.quiet {
      Terminal.writeLine(ApplyText.line(applied, plan))
    }
  }

  // MARK: A saved plan

  private func applySaved(_ file: String, _ workspace: Workspace) throws {
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
      store: store, windows: workspace.windows, effects: workspace.effects)
    switch try apply.run(plan, actor: Process.actor, at: workspace.wall.now()) {
    case .applied(let applied):
      try settle(plan, workspace, store)
      report(applied, plan)
    case .alreadyDone: report(nil, plan)
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
}
