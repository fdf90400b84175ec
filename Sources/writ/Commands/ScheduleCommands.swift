import App
import ArgumentParser
import Cron
import Engine
import Kinds
import Persistence
import Planning
import Resources
import TimeZones

/// The command `writ schedule`.
struct ScheduleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schedule", abstract: "When jobs run, and what became of each time.",
    subcommands: [
      ScheduleNext.self, ScheduleList.self, SchedulePause.self, ScheduleResume.self,
      ScheduleHistory.self,
    ])
}

/// The command `writ schedule next`.
struct ScheduleNext: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "next",
    abstract: "Print when a schedule fires next, and why not where it does not.",
    discussion: """
      Of a live schedule: writ schedule next db-backup-nightly
      Of an expression:   writ schedule next --cron "30 2 * * *" --zone Europe/Berlin
      Times are RFC 3339 (2026-12-24T18:00:00Z). Jitter is not added.
      """)

  @Argument(help: "The name of a live schedule; with --cron, only what H in it is resolved by.")
  var name: String?

  @Option(name: .long, help: "A cron expression, instead of a live schedule.")
  var cron: String?

  @Option(name: .long, help: "The time zone of --cron. Default: UTC.")
  var zone: String?

  @Option(
    name: .long,
    help: "Whose rules hold for --cron around a clock change: vixie, cronos, go or ocps.")
  var dst: String?

  @Option(
    name: .long,
    help: "Whether day of month or day of week of --cron must fit, or both: or, and.")
  var days: String?

  @Option(name: .long, help: "After when to look. Default: now.")
  var from: String?

  @Flag(name: .long, help: "Look at the moment --from itself too.")
  var inclusive = false

  @Option(name: .long, help: "How many times. Default: 10, or with --until all up to 100000.")
  var count: Int?

  @Option(name: .long, help: "Up to when to look.")
  var until: String?

  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await reportingErrors {
      let zones = ZoneFiles()
      let start = try Self.time(from, "--from") ?? Self.now()
      let end = try Self.time(until, "--until")
      if let until, let end, end < start {
        throw SettingsError(
          "--until \(until) is before \(CivilTime(localSeconds: start))Z, where it begins")
      }
      let count = try wantedCount()
      let times = try (cron == nil ? liveTimes(zones) : cronTimes(zones))
      let forecast = ScheduleForecast(
        times, after: start, inclusive: inclusive, count: count, until: end)
      switch output.format {
      case .json: Terminal.writeJSON(forecast.value(release: zones.release()))
      case .text: show(forecast, times)
      }
    }
  }

  private func show(_ forecast: ScheduleForecast, _ times: ScheduleTimes) {
    if forecast.entries.isEmpty {
      Terminal.writeError("writ: it does not fire in that time")
    } else {
      Terminal.write(lines: forecast.lines(width: Terminal.width, style: Terminal.outputStyle))
    }
    if forecast.omitted > 0 {
      Terminal.writeError("writ: \(forecast.omitted) more at which it does not fire are not shown")
    }
  }

  private func wantedCount() throws(SettingsError) -> Int {
    let limit = ScheduleForecast.countLimit
    let count = count ?? (until == nil ? 10 : limit)
    guard (1...limit).contains(count) else {
      throw SettingsError("--count \(count) is not in 1-\(limit)")
    }
    return count
  }

  private static func now() -> Int64 { SystemClock().now().nanoseconds / 1_000_000_000 }

  private static func time(
    _ text: String?, _ option: String,
  ) throws(SettingsError) -> Int64? {
    guard let text else { return nil }
    do throws(TextFormat.Problem) {
      return try Timestamp(parsing: text).nanoseconds / 1_000_000_000
    } catch {
      throw SettingsError("\(option) \"\(text)\": \(error.reason)", hint: error.hint)
    }
  }

  // MARK: What fires

  private func cronTimes(_ zones: ZoneFiles) throws -> ScheduleTimes {
    var expression: CronExpression
    do throws(CronError) {
      expression = try CronExpression(parsing: cron ?? "")
    } catch {
      throw SettingsError("--cron \"\(cron ?? "")\": \(error)", hint: error.hint)
    }
    if expression.hasHash {
      guard let name else {
        throw SettingsError(
          "what H stands for depends on the schedule's name",
          hint: "write the name too: writ schedule next NAME --cron \"\(cron ?? "")\"")
      }
      expression = expression.hashed(by: name)
    }
    let rule = try Self.choice(dst, "--dst", ClockRule.allCases.map(\.rawValue), ClockRule.init)
    let days = try Self.choice(days, "--days", ["or", "and"]) {
      $0 == "and" ? .and : $0 == "or" ? CronDayRule.or : nil
    }
    guard !expression.neverFires(days: days ?? .or) else {
      throw SettingsError(
        "\"\(cron ?? "")\" never fires: no day of any year fits",
        hint: "check the day of the month against the month and the weekday")
    }
    return ScheduleTimes(
      Occurrences(
        expression, in: try Self.zone(zone ?? "UTC", zones), clockRule: rule ?? .vixie,
        days: days ?? .or))
  }

  private func liveTimes(_ zones: ZoneFiles) throws -> ScheduleTimes {
    guard let name else {
      throw SettingsError(
        "which schedule?", hint: "name a live schedule, or an expression with --cron")
    }
    guard zone == nil, dst == nil, days == nil else {
      throw SettingsError(
        "--zone, --dst and --days are for --cron; a schedule has its own",
        hint: "leave them out, or write --cron")
    }
    let workspace = try common.workspace()
    let store = try workspace.existingStore()
    let key = ResourceKey(kind: "Schedule", name: name)
    guard let record = try store.records(kind: key.kind, name: name).first else {
      throw ResourceSelection(key).notLive(try store.names(key.kind))
    }
    let spec = record.content["spec"] ?? [:]
    let zone = try Self.zone(ScheduleSpec.zoneName(spec), zones)
    guard let times = ScheduleSpec.times(spec, name: name, in: zone) else {
      throw SettingsError("\(key) has no times that can be read")
    }
    return times
  }

  private static func zone(_ name: String, _ zones: ZoneFiles) throws -> Zone {
    do throws(SettingsError) {
      return try zones.zone(name)
    } catch {
      throw SettingsError(
        error.message, hint: Suggestion.didYouMean(name, among: TimeZoneName.all) ?? error.hint)
    }
  }

  private static func choice<Choice>(
    _ text: String?, _ option: String, _ known: [String], _ make: (String) -> Choice?,
  ) throws(SettingsError) -> Choice? {
    guard let text else { return nil }
    guard let found = make(text) else {
      throw SettingsError(
        "\(option) \"\(text)\" is not one of \(known.joined(separator: ", "))",
        hint: Suggestion.didYouMean(text, among: known))
    }
    return found
  }
}
