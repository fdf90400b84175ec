import App
import ArgumentParser
import Engine
import GitSource
import Persistence
import Planning
import Rendering
import Resources

/// The command `writ drift`.
struct DriftCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drift",
    abstract: "Show what is live and is not what was applied.",
    discussion: """
      Exit codes: 0 the live state is what was applied, 2 it differs, 1 error, 64 usage.
      """)

  @Argument(help: "Kind or Kind/name. Default: everything.")
  var what: String?

  @Flag(name: .long, help: "Compare every live resource, not only those that left a trace.")
  var audit = false

  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await reportingErrors {
      let workspace = try common.workspace()
      _ = try workspace.existingStore()
      let selection = try ResourceSelection(what, workspace.registry)
      let now = workspace.wall.now()
      var drifts: [Drift]
      if audit {
        let store = try workspace.writeStore()
        _ = try store.auditDrift(at: now)
        drifts = try store.recordDrift(at: now)
      } else {
        drifts = try workspace.existingStore().drifts()
      }
      drifts = drifts.filter { drift in
        (selection.kind ?? drift.key.kind) == drift.key.kind
          && (selection.name ?? drift.key.name) == drift.key.name
      }
      let view = DriftView(drifts: drifts, policy: workspace.settings.drift, now: now)
      switch output.format {
      case .json: Terminal.writeJSON(view.value)
      case .text:
        Terminal.write(lines: view.lines(width: Terminal.width, style: Terminal.outputStyle))
      }
      if !drifts.isEmpty { throw ExitCode.changes }
    }
  }
}

/// The command `writ edit`.
struct EditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "edit",
    abstract: "Break glass: change one live resource now, without git, for a limited time.",
    discussion: """
      The edit is on record with its owner and reason, shows as drift, and holds until it expires
      or git changes the resource. Then the loop puts back what git says. Put it into git, too.
      Opens $VISUAL or $EDITOR; with --file no editor. Exit codes: 0 done, 1 error, 64 usage.
      """)

  @Argument(help: "Kind/name.")
  var what: String

  @Option(name: .long, help: "Why. It is shown to everybody who looks at the resource.")
  var reason: String

  @Option(name: [.customLong("for")], help: "How long it holds.")
  var time = "4h"

  @Option(name: .long, help: "The new manifest instead of an editor; - is standard input.")
  var file: String?

  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await reportingErrors {
      let workspace = try common.workspace()
      let selection = try ResourceSelection(what, workspace.registry)
      guard let kind = selection.kind, let name = selection.name else {
        throw SettingsError("\"\(what)\" names no single resource", hint: "write Kind/name")
      }
      guard !reason.allSatisfy(\.isWhitespace) else {
        throw SettingsError("an edit needs a reason", hint: "say why with --reason")
      }
      let holding = try holdingTime()
      let key = ResourceKey(kind: kind, name: name)
      let reading = try workspace.existingStore()
      guard let record = try reading.records(kind: kind, name: name).first else {
        throw selection.notLive(try reading.names(kind))
      }
      let text = try await ManifestEditor(environment: Process.environment)
        .text(for: record, from: file)
      let resource = try EditedManifest(registry: workspace.registry, key: key)
        .resource(text.bytes, file: text.name)
      try await apply(resource, holding, workspace)
      text.discard()
    }
  }

  private func holdingTime() throws(SettingsError) -> TimeSpan {
    do throws(TextFormat.Problem) {
      let span = try TimeSpan(parsing: time)
      guard span.nanoseconds > 0, .nanoseconds(span.nanoseconds) <= BreakGlassEdit.longestTime
      else { throw TextFormat.Problem("it must be more than nothing and at most 30d") }
      return span
    } catch {
      throw SettingsError(
        "\"\(time)\" is not how long an edit may hold: \(error.reason)", hint: "write 4h or 2d")
    }
  }

  private func apply(
    _ resource: Resource, _ holding: TimeSpan, _ workspace: Workspace,
  ) async throws {
    let store = try workspace.writeStore()
    let lock = try workspace.passLock()
    defer { withExtendedLifetime(lock) {} }
    let now = workspace.wall.now()
    let breaking = BreakGlassEdit(store: store, planner: workspace.planner)
    let plan = try breaking.propose(resource, at: now)
    let edit = Drift.Edit(
      owner: Process.actor, reason: reason,
      expiresAt: Timestamp(nanoseconds: now.nanoseconds + holding.nanoseconds))
    let applied = try store.apply(
      plan, breaking.context(for: plan, edit: edit, at: now, effects: workspace.effects))
    switch output.format {
    case .json: Terminal.writeJSON(ApplyJSON.value(applied, plan))
    case .text:
      if common.quiet { return }
      for change in plan.changes {
        Terminal.writeLine("edited \(change.key) until \(edit.expiresAt.wholeSeconds)")
        Terminal.write(
          lines: FieldDiffText(change.fields, file: nil, width: Terminal.width - 2)
            .lines(Terminal.outputStyle).map { "  \($0)" })
      }
      Terminal.writeLine("put it into git as well, or the loop takes it back then")
    }
    await workspace.pokeServer()
  }
}
