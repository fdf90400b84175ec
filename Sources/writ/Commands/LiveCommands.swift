import App
import ArgumentParser
import Engine
import Persistence
import Planning
import Rendering
import Resources

/// The command `writ status`.
struct Status: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "What is live, is it what git says, what happens next.")

  @OptionGroup var source: SourceOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await reportingErrors {
      let workspace = try source.workspace(common)
      let store = try workspace.existingStore()
      let status = try store.status()
      let conditions = try store.conditions()
      let observed = conditions.first { $0.kind == .ready }?.observedRevision
      // The repository may be out of reach from here; what the loop saw last is the next best.
      let head = try? workspace.localHead(
        liveRevision: status.live.revision, liveRoots: status.roots)
      let view = StatusView(
        status: status, conditions: conditions, sourceRevision: head ?? observed,
        isServing: try workspace.runningServer() != nil,
        quarantineCount: try store.quarantine().count,
        drifts: try workspace.shownDrifts(store), health: try store.latestWatch(),
        now: workspace.wall.now())
      switch output.format {
      case .json: Terminal.writeJSON(view.value)
      case .text:
        Terminal.write(lines: view.lines(width: Terminal.width, style: Terminal.outputStyle))
      }
      if let newest = try store.eventAhead(of: workspace.wall.now()) {
        Terminal.writeError(
          "writ: the clock is behind the newest event of the journal, \(newest): new events get that time"
        )
        Terminal.writeError("    set the clock; see writ doctor")
      }
    }
  }
}

/// The command `writ get`.
struct Get: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print live resources.",
    discussion: "writ get Job lists the jobs; writ get Job/db-backup prints one.")

  @Argument(help: "Kind or Kind/name. Default: everything.")
  var what: String?

  @Option(name: .long, help: "Print what was there at a MOMENT: see writ help state.")
  var at: String?

  @OptionGroup var source: SourceOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await reportingErrors {
      let workspace = try source.workspace(common)
      let selection = try ResourceSelection(what, workspace.registry)
      if let at {
        return try await LookBack(workspace, [at]).output(at, selection).showRecords(output.format)
      }
      let store = try workspace.existingStore()
      let records = try store.records(kind: selection.kind, name: selection.name)
      if selection.name != nil, records.isEmpty {
        throw selection.notLive(try store.names(selection.kind))
      }
      let revision = try store.status().live.revision
      if selection.name != nil, let record = records.first {
        let value = RecordView(
          record: record, revision: revision, commit: try store.commit(of: record),
          drift: try workspace.shownDrift(of: record, store)
        ).value
        switch output.format {
        case .json:
          Terminal.writeJSON(.sorted([.init("formatVersion", 1)] + (value.members ?? [])))
        case .text: Terminal.write(YAMLText.text(of: value))
        }
        return
      }
      switch output.format {
      case .json:
        Terminal.writeJSON([
          "formatVersion": 1,
          "items": .array(
            try records.map {
              RecordView(record: $0, revision: revision, commit: try store.commit(of: $0)).value
            }),
        ])
      case .text:
        if records.isEmpty {
          Terminal.writeError(
            "writ: no live resources\(selection.kind.map { " of kind \($0)" } ?? "")")
          return
        }
        Terminal.write(
          lines: RecordView.table(
            records, now: workspace.wall.now(), width: Terminal.width,
            style: Terminal.outputStyle))
      }
    }
  }
}

/// The command `writ describe`.
struct Describe: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Explain one live resource: where it comes from, what it names, who names it.",
    discussion: "writ describe run NAME tells of a run or an execution.")

  @Argument(help: "Kind/name, or: run NAME.")
  var what: String

  @Argument(help: ArgumentHelp("The name of a run or an execution.", valueName: "name"))
  var name: String?

  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  /// The run that is asked about; nil for a resource.
  private func runName() throws(SettingsError) -> String? {
    for word in ["run", "execution"] {
      if what == word {
        if let name { return name }
        throw SettingsError("which \(word)?", hint: "see what ran: writ runs")
      }
      if what.hasPrefix("\(word)/") { return String(what.dropFirst(word.count + 1)) }
    }
    guard name == nil else {
      throw SettingsError("\"\(what)\" takes no second name", hint: "write Kind/name")
    }
    return nil
  }

  func run() async throws {
    try await reportingErrors {
      let workspace = try common.workspace()
      if let run = try runName() {
        return try RunDescription(RunDesk(workspace, writes: false), run).show(output.format)
      }
      let store = try workspace.existingStore()
      let selection = try ResourceSelection(what, workspace.registry)
      guard let kind = selection.kind, let name = selection.name else {
        throw SettingsError("\"\(what)\" names no single resource", hint: "write Kind/name")
      }
      let key = ResourceKey(kind: kind, name: name)
      guard let record = try store.records(kind: kind, name: name).first else {
        throw selection.notLive(try store.names(kind))
      }
      let relations = try store.read { live throws(StoreError) in
        (
          try live.resources(named: [key]).first?.references ?? [],
          try live.referrers(to: [key])
        )
      }
      let events = try store.events(JournalQuery(subject: key.description, limit: 10))
      let commit = try store.commit(of: record)
      if output.format == .json {
        return Terminal.writeJSON([
          "formatVersion": 1,
          "resource": RecordView(
            record: record, revision: try store.status().live.revision, commit: commit,
            drift: try workspace.shownDrift(of: record, store)
          ).value,
          "names": .array(
            relations.0.map {
              ["target": .string($0.target.description), "pointer": .string($0.pointer.dotted)]
            }),
          "namedBy": .array(
            relations.1.map {
              ["key": .string($0.key.description), "location": .string($0.location.description)]
            }),
          "events": .array(events.map(JournalOutput.value)),
        ])
      }
      Terminal.write(
        lines: DescribeText(
          record: record, commit: commit, references: relations.0, referrers: relations.1,
          events: events, drift: try workspace.shownDrift(of: record, store),
          now: workspace.wall.now()
        ).lines(style: Terminal.outputStyle))
    }
  }
}

/// The command `writ history`.
struct History: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "What was applied, newest first; of one resource, what happened to it.")

  @Argument(help: "Kind/name. Default: all applies.")
  var what: String?

  @Option(name: .long, help: "How many entries.")
  var limit = 20

  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await reportingErrors {
      let workspace = try common.workspace()
      let store = try workspace.existingStore()
      if let what {
        let selection = try ResourceSelection(what, workspace.registry)
        guard let kind = selection.kind, let name = selection.name else {
          throw SettingsError("\"\(what)\" names no single resource", hint: "write Kind/name")
        }
        let key = ResourceKey(kind: kind, name: name)
        let history = try ResourceHistory(store, key, limit: limit)
        switch output.format {
        case .json: Terminal.writeJSON(history.value)
        case .text:
          Terminal.write(
            lines: history.lines(
              now: workspace.wall.now(), width: Terminal.width, style: Terminal.outputStyle))
        }
        if let words = history.dropped { Terminal.writeError("writ: \(TextLayout.escaped(words))") }
        return
      }
      let applies = try store.appliedPlans(limit: limit)
      let health = try watches(of: applies, store)
      switch output.format {
      case .json:
        Terminal.writeJSON([
          "formatVersion": 1,
          "items": .array(
            applies.map { HistoryView.value($0, health: health[$0.sequence]) }),
        ])
      case .text:
        Terminal.write(
          lines: HistoryView.table(
            applies, health: health, now: workspace.wall.now(), width: Terminal.width,
            style: Terminal.outputStyle))
      }
    }
  }
}

extension History {
  private func watches(
    of applies: [AppliedPlan], _ store: Store,
  ) throws -> [Int64: HealthRecord] {
    guard let newest = applies.first, let oldest = applies.last else { return [:] }
    let records = try store.watches(of: oldest.sequence...newest.sequence)
    return Dictionary(records.map { ($0.sequence, $0) }) { first, _ in first }
  }
}
