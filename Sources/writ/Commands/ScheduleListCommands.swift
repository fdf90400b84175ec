import App
import ArgumentParser
import Engine
import Persistence
import Planning
import Rendering
import Resources
import TimeZones
import Workflows

/// The command `writ schedule list`.
struct ScheduleList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List schedules: when they are due, and whether they are held.")

  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await reportingErrors {
      let workspace = try common.workspace()
      let store = try workspace.existingStore()
      let entries = try ScheduleEntry.all(store)
      let now = workspace.wall.now()
      switch output.format {
      case .json:
        Terminal.writeJSON([
          "formatVersion": 1, "schedules": .array(entries.map { $0.value(now: now) }),
        ])
      case .text:
        if entries.isEmpty { return Terminal.writeError("writ: no schedule is live") }
        Terminal.write(
          lines: ScheduleEntry.table(
            entries, now: now, width: Terminal.width, style: Terminal.outputStyle))
      }
    }
  }
}

/// A live schedule, and how far it was decided.
struct ScheduleEntry {
  var name: String
  var spec: Value
  var row: ScheduleRow?

  static func all(_ store: Store) throws -> [ScheduleEntry] {
    var rows: [String: ScheduleRow] = [:]
    for row in try store.scheduleRows() { rows[row.name] = row }
    return try store.records(kind: "Schedule", name: nil).map { record in
      let name = record.resource.key.name
      return ScheduleEntry(name: name, spec: record.content["spec"] ?? [:], row: rows[name])
    }
  }

  private var pause: ScheduleCursor.Pause? { row?.cursor?.pause }

  private func isPaused(now: Timestamp) -> Bool {
    pause.map { $0.until.map { now < $0 } ?? true } ?? false
  }

  private func held(now: Timestamp) -> String? {
    if spec["suspend"] == true { return "suspended in git" }
    guard let pause, isPaused(now: now) else { return nil }
    return "paused by \(pause.actor)"
      + (pause.until.map { " until \($0.wholeSeconds)" } ?? "")
      + (pause.reason.isEmpty ? "" : ": \(pause.reason)")
  }

  private var when: String {
    let when = spec["when"]
    if let cron = when?["cron"]?.string { return "\(cron) \(when?["timeZone"]?.string ?? "UTC")" }
    if let every = when?["every"]?.string { return "every \(every)" }
    return when?["at"]?.string.map { "at \($0)" } ?? ""
  }

  func value(now: Timestamp) -> Value {
    [
      "held": RunView.text(held(now: now)), "job": spec["job"] ?? .null,
      "name": .string(name), "nextDue": RunView.time(row?.cursor?.nextDue),
      "overlap": spec["overlap"] ?? .null,
      "waiting": .integer(Int64(row?.cursor?.buffer.count ?? 0)),
      "when": .string(when),
    ]
  }

  static func table(
    _ entries: [ScheduleEntry], now: Timestamp, width: Int, style: Style,
  ) -> [String] {
    let table = Table(
      [
        .init("SCHEDULE", isWhole: true), .init("JOB"), .init("WHEN", minimumWidth: 12),
        .init("NEXT", isWhole: true),
      ],
      rows: entries.map { entry in
        [
          .init(entry.name), .init(entry.spec["job"]?.string ?? ""), .init(entry.when),
          entry.next(now: now),
        ]
      })
    return table.lines(
      reasons: entries.map { $0.held(now: now) ?? "" }, title: "HELD", width: width, style: style)
  }

  private func next(now: Timestamp) -> Table.Cell {
    if held(now: now) != nil { return .init("held", .blocked) }
    guard let next = row?.cursor?.nextDue else {
      return .init(row?.cursor == nil ? "not decided yet" : "never")
    }
    let text = RelativeTime.text(next, now: now)
    // It is late only where nobody decides, such as without a server.
    return .init(text.hasSuffix("ago") ? "since \(text.dropLast(4))" : text)
  }
}

/// The command `writ schedule pause`.
struct SchedulePause: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause",
    abstract: "Hold a schedule beside git; what it misses is not caught up.")

  @Argument(help: "The name of a live schedule.")
  var name: String

  @Option(name: .long, help: "Why, for the journal and for those who wonder.")
  var reason = ""

  @Option(name: .long, help: "It goes on by itself after so long, such as 2h.")
  var duration: String?

  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await reportingErrors {
      let desk = try RunDesk(try common.workspace())
      var until: Timestamp?
      if let duration {
        guard let span = try? TimeSpan(parsing: duration) else {
          throw SettingsError("--duration \"\(duration)\" is no length of time", hint: "such as 2h")
        }
        until = Timestamp(
          nanoseconds: desk.workspace.wall.now().nanoseconds + span.nanoseconds)
      }
      let isNew = try desk.service.setPaused(true, name, reason: reason, until: until)
      try await desk.settle()
      if common.quiet { return }
      Terminal.writeLine(
        isNew
          ? "Schedule/\(name) is paused\(until.map { " until \($0.wholeSeconds)" } ?? "")"
          : "Schedule/\(name) was paused already")
      Terminal.writeLine("    let it go on with: writ schedule resume \(name)")
    }
  }
}

/// The command `writ schedule resume`.
struct ScheduleResume: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "End the pause of a schedule.")

  @Argument(help: "The name of a live schedule.")
  var name: String

  @Option(name: .long, help: "Why, for the journal.")
  var reason = ""

  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await reportingErrors {
      let desk = try RunDesk(try common.workspace())
      let wasPaused = try desk.service.setPaused(false, name, reason: reason)
      try await desk.settle()
      if !common.quiet {
        Terminal.writeLine(
          wasPaused ? "Schedule/\(name) goes on" : "Schedule/\(name) was not paused")
      }
    }
  }
}

/// The command `writ schedule history`.
struct ScheduleHistory: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "What became of each time of a schedule, the newest first.")

  @Argument(help: "The name of a schedule, live or not.")
  var name: String

  @Option(name: .long, help: "How many at most, up to 10000.")
  var limit = 20

  @Option(name: .long, help: "Only times before then: next of the page before.")
  var before: Int64?

  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await reportingErrors {
      guard (1...10_000).contains(limit) else {
        throw SettingsError("--limit \(limit) is not in 1-10000")
      }
      let workspace = try common.workspace()
      let store = try workspace.existingStore()
      let records = try store.occurrences(of: name, before: before, limit: limit)
      let counts = try store.verdictCounts(of: name)
      if counts.isEmpty { try expectLive(store) }
      switch output.format {
      case .json:
        Terminal.writeJSON([
          "counts": .sorted(
            counts.map { .init($0.key.rawValue, .integer(Int64($0.value))) }), "formatVersion": 1,
          "next": records.count == limit
            ? records.last.map { .integer($0.nominal) } ?? .null : .null,
          "occurrences": .array(records.map(Self.value)),
        ])
      case .text:
        if records.isEmpty {
          return Terminal.writeError("writ: nothing was decided yet about Schedule/\(name)")
        }
        Terminal.write(lines: table(records))
        let words = counts.sorted { $0.key.rawValue < $1.key.rawValue }
          .map { "\($0.value) \($0.key.rawValue)" }
        if !common.quiet { Terminal.writeError("writ: \(words.joined(separator: ", "))") }
      }
    }
  }

  private func expectLive(_ store: Store) throws {
    let names = try store.names("Schedule")
    if !names.contains(name) {
      throw ResourceSelection(ResourceKey(kind: "Schedule", name: name)).notLive(names)
    }
  }

  private static func value(_ record: OccurrenceRecord) -> Value {
    [
      "count": .integer(Int64(record.count)), "decidedAt": .string(record.decidedAt.description),
      "due": .string(CivilTime(localSeconds: record.instant).description + "Z"),
      "execution": RunView.text(record.execution?.description),
      "fold": .integer(Int64(record.fold)),
      "nominal": .string(CivilTime(localSeconds: record.nominal).description),
      "reason": .string(record.reason), "verdict": .string(record.verdict.rawValue),
      "zoneData": .string(record.zoneDataVersion),
    ]
  }

  /// UTC stands beside the schedule's own time only where they differ, and the reason in the
  /// place of the execution where there is none and no room for both.
  private func table(_ records: [OccurrenceRecord]) -> [String] {
    let isLocal = records.contains { $0.nominal != $0.instant }
    let verdictWidth = records.map(\.verdict.rawValue.count).max() ?? 0
    let room = Terminal.width - (isLocal ? 44 : 23) - max(7, verdictWidth)
    let reasons = records.map { ($0.count > 1 ? "\($0.count) times; " : "") + $0.reason }
    let isNarrow = reasons.contains { TextLayout.width(of: $0) > room - 23 }
    func standsIn(_ index: Int) -> Bool {
      isNarrow && records[index].execution == nil && TextLayout.width(of: reasons[index]) <= room
    }
    let table = Table(
      [
        .init(isLocal ? "TIME (LOCAL)" : "TIME (UTC)", isWhole: true),
        .init("DUE (UTC)", isWhole: true), .init("VERDICT", isWhole: true),
        .init("EXECUTION", isWhole: true),
      ].filter { isLocal || $0.title != "DUE (UTC)" },
      rows: records.enumerated().map { index, record in
        let cells: [Table.Cell?] = [
          .init(Self.short(record.nominal)), isLocal ? .init(Self.short(record.instant)) : nil,
          .init(record.verdict.rawValue, record.verdict == .ran ? .create : .plain),
          .init(record.execution?.description ?? (standsIn(index) ? reasons[index] : "-")),
        ]
        return cells.compactMap(\.self)
      })
    return table.lines(
      reasons: records.indices.map { index in
        let isPlain = isNarrow && records[index].reason == "on time" && records[index].count == 1
        return standsIn(index) || isPlain ? "" : reasons[index]
      }, width: Terminal.width, style: Terminal.outputStyle)
  }

  /// `2026-12-24 18:00:00`.
  private static func short(_ seconds: Int64) -> String {
    CivilTime(localSeconds: seconds).description.replacing("T", with: " ", maxReplacements: 1)
  }
}
