import App
import ArgumentParser
import Engine
import Logging
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
      1 error or not healthy (with --wait-health), 64 usage.
      """)

  @Argument(help: "A plan that writ plan --out saved. Default: plan the repository's head.")
  var file: String?

  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false

  @Flag(
    name: .long,
    help: "Stay until the health gate passed or failed; on failure what was applied is undone.")
  var waitHealth = false

  @OptionGroup var source: SourceOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await reportingErrors {
      let workspace = try source.workspace(common)
      let made: Made
      if let file {
        made = try applySaved(file, workspace)
      } else {
        made = try await applyHead(workspace)
      }
      try await report(made, workspace)
    }
  }

  /// What was applied; nil where there was nothing to do.
  private struct Made {
    var applied: AppliedPlan?
    var plan: Plan
  }

  // MARK: The head

  private func applyHead(_ workspace: Workspace) async throws -> Made {
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
    return try commit(plan, made, workspace, store)
  }

  private func show(_ made: PlanMaker.Made, _ start: ContinuousClock.Instant) throws -> ExitCode {
    try PlanOutput(
      made: made, format: output.format, isVerbose: common.verbose, isQuiet: common.quiet,
      duration: ContinuousClock.now - start, isApplying: true
    ).show()
  }

  private func commit(
    _ plan: Plan, _ made: PlanMaker.Made, _ workspace: Workspace, _ store: Store,
  ) throws -> Made {
    let status = try store.status()
    if made.verdict == .unchanged, status.live.revision == plan.revision,
      status.roots == made.roots, status.isExact
    {
      try settle(plan, workspace, store)
      return Made(applied: nil, plan: plan)
    }
    let time = workspace.wall.now()
    let applied = try store.apply(
      plan,
      ApplyContext(
        actor: Process.actor, time: time,
        effects: workspace.effects.announcing(plan, digest: made.digest ?? plan.digest, at: time),
        acknowledged: made.acknowledged, planDigest: made.digest,
        health: workspace.healthGate(store).step(after: plan, at: time)))
    try workspace.keep(plan.revision)
    try settle(plan, workspace, store)
    return Made(applied: applied, plan: plan)
  }

  /// The conditions after an apply are those of a pass that found everything as it should be.
  private func settle(_ plan: Plan, _ workspace: Workspace, _ store: Store) throws {
    try workspace.pass(store).settle(
      ReconcilePass.Report(revision: plan.revision, outcome: .unchanged, warnings: []),
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

  private func applySaved(_ file: String, _ workspace: Workspace) throws -> Made {
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
      store: store, windows: workspace.windows, effects: workspace.effects,
      health: workspace.healthGate(store))
    switch try apply.run(plan, actor: Process.actor, at: workspace.wall.now()) {
    case .applied(let applied):
      try settle(plan, workspace, store)
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
}
