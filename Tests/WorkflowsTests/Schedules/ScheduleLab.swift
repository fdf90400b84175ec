import Cron
import Resources
import Testing
import TimeZones
import Workflows
import ZoneSupport

/// A schedule with its cursor and ledger, for tests that call the machine by hand.
struct ScheduleLab {
  var definition: ScheduleDefinition
  var cursor: ScheduleCursor
  var activity = ScheduleActivity()
  var version = "2026a"
  private(set) var records: [OccurrenceRecord] = []
  private(set) var starts: [ScheduleDecision.Start] = []
  private(set) var last: ScheduleDecision

  init(
    _ definition: ScheduleDefinition, from start: String, version: String = "2026a",
  ) throws {
    var definition = definition
    self.version = version
    last = ScheduleMachine.begin(
      &definition, at: try Timestamp(parsing: start), previous: nil, zoneDataVersion: version)
    self.definition = definition
    cursor = last.cursor
  }

  init(cron: String, in zone: Zone = .utc, rule: ClockRule = .vixie, from start: String) throws {
    try self.init(Self.definition(cron: cron, in: zone, rule: rule), from: start)
  }

  static func definition(
    cron: String, in zone: Zone = .utc, rule: ClockRule = .vixie, name: String = "nightly",
  ) throws -> ScheduleDefinition {
    let times = Occurrences(try CronExpression(parsing: cron), in: zone, clockRule: rule)
    return ScheduleDefinition(
      name: name, digest: Digest(of: Array("\(cron) \(zone.name) \(rule)".utf8)), job: "backup",
      times: ScheduleTimes(times))
  }

  static func definition(
    every interval: TimeSpan, anchor: Int64 = 0, in zone: Zone = .utc, name: String = "nightly",
  ) -> ScheduleDefinition {
    let times = Occurrences(
      everyNanoseconds: interval.nanoseconds, anchor: anchor, in: zone)
    return ScheduleDefinition(
      name: name, digest: Digest(of: Array("every \(interval)".utf8)), job: "backup",
      times: ScheduleTimes(times), timing: .elapsedTime)
  }

  /// Decides until there is no more to do at once, and says what became of each occurrence, as
  /// `02T10:00:00 ran`.
  @discardableResult
  mutating func decide(_ time: String) throws -> [String] {
    try decide(at: Timestamp(parsing: time))
  }

  @discardableResult
  mutating func decide(at now: Timestamp) throws -> [String] {
    var rows: [OccurrenceRecord] = []
    for _ in 0..<10_000 {
      last = ScheduleMachine.decide(
        &definition, cursor, activity, now: now, zoneDataVersion: version)
      cursor = last.cursor
      rows += last.records
      starts += last.starts
      activity.active += last.starts.map(\.execution)
      guard last.hasMore else { break }
    }
    try #require(!last.hasMore)
    records += rows
    return rows.map(Self.text)
  }

  /// Begins anew with other content.
  @discardableResult
  mutating func change(
    to definition: ScheduleDefinition, at time: String, isNew: Bool = false,
  ) throws -> [String] {
    self.definition = definition
    let end = records.map(\.instant).max().map { instant in
      ScheduleMachine.LedgerEnd(
        instant: instant, nominal: records.map(\.nominal).max() ?? 0,
        fold: records.map(\.fold).max() ?? 0)
    }
    last = ScheduleMachine.begin(
      &self.definition, at: try Timestamp(parsing: time), previous: isNew ? nil : cursor,
      ledger: isNew ? end : nil, zoneDataVersion: version)
    cursor = last.cursor
    records += last.records
    return last.records.map(Self.text)
  }

  /// The execution that began first ends.
  mutating func end() { if !activity.active.isEmpty { activity.active.removeFirst() } }

  var nextDue: String { cursor.nextDue.map(\.description) ?? "never" }

  /// Whether two rows have the same key.
  var hasDoubles: Bool {
    Set(records.map { OccurrenceName($0) }).count != records.count
  }

  static func text(_ record: OccurrenceRecord) -> String {
    let time = CivilTime(localSeconds: record.nominal).description.dropFirst(8)
    let fold = record.fold == 0 ? "" : "/\(record.fold)"
    let count = record.count == 1 ? "" : " x\(record.count)"
    return "\(time)\(fold) \(record.verdict)\(count)"
  }
}

/// What a row of the ledger is unique on, within a schedule.
struct OccurrenceName: Hashable {
  var nominal: Int64
  var fold: Int

  init(_ record: OccurrenceRecord) {
    nominal = record.nominal
    fold = record.fold
  }

  init(nominal: Int64, fold: Int) {
    self.nominal = nominal
    self.fold = fold
  }
}

extension Timestamp {
  /// Whole seconds since 1970.
  static func second(_ second: Int64) -> Timestamp {
    Timestamp(nanoseconds: second * 1_000_000_000)
  }
}

extension Zone {
  /// A zone that has always had a POSIX rule, as if a file of new data said so.
  init(name: String, rule: String) throws {
    func header(_ counts: [UInt8]) -> [UInt8] {
      Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15)
        + counts.flatMap { [0, 0, 0, $0] }
    }
    // One offset of 0 seconds, named "UTC", which the rule takes the place of.
    let body: [UInt8] = [0, 0, 0, 0, 0, 0] + Array("UTC\0".utf8)
    try self.init(
      name: name,
      tzif: header([0, 0, 0, 0, 1, 4]) + body + header([0, 0, 0, 0, 1, 4]) + body
        + Array("\n\(rule)\n".utf8))
  }
}
