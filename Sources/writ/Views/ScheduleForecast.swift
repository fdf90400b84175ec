import Cron
import Rendering
import Resources
import TimeZones

/// The next fire times of a schedule, and the times nearby at which it does not fire, and why.
struct ScheduleForecast {
  struct Entry {
    var instant: Int64
    var offset: Int
    /// Local seconds that are meant.
    var nominal: Int64
    var fires: Bool
    /// A word for programs; nil where there is nothing to say.
    var reason: String?
    var words = ""
  }

  private(set) var entries: [Entry] = []
  /// How many times at which it does not fire are not in the list.
  private(set) var omitted = 0
  private let zone: Zone

  static let countLimit = 100_000
  /// How many times are looked at for those that fire.
  private static let examinedLimit = 1_000_000
  private static let skippedLimit = 1000

  /// Up to `count` times that fire, up to `until` where there is one.
  init(
    _ times: ScheduleTimes, after start: Int64, inclusive: Bool, count: Int, until: Int64?,
  ) {
    var times = times
    zone = times.occurrences.zone
    var at = start
    var isInclusive = inclusive
    var fires = 0
    var skipped = 0
    var examined = 0
    while fires < count, examined < Self.examinedLimit,
      let next = times.next(after: at, inclusive: isInclusive)
    {
      let occurrence = next.occurrence
      if let until, occurrence.instant > until { break }
      at = occurrence.instant
      isInclusive = false
      examined += 1
      if let exclusion = next.exclusion {
        // Nothing follows; some times are enough to see what is held back.
        let isOver = times.activeUntil.map { at >= $0 } ?? false
        if times.isSuspended || isOver, skipped >= count { break }
        skipped += 1
        guard skipped <= Self.skippedLimit else {
          omitted += 1
          continue
        }
        entries.append(Self.entry(occurrence, exclusion))
      } else {
        fires += 1
        entries.append(Self.entry(occurrence))
      }
    }
    let last = fires < count ? until ?? at : at
    let suppressed = times.suppressed(
      from: inclusive ? start : start + 1, through: max(last, at), limit: Self.skippedLimit)
    entries += suppressed.map { entry($0) }
    entries.sort {
      ($0.instant, $0.fires ? 1 : 0, $0.nominal) < ($1.instant, $1.fires ? 1 : 0, $1.nominal)
    }
  }

  private static func entry(_ occurrence: Occurrence) -> Entry {
    var entry = Entry(
      instant: occurrence.instant, offset: occurrence.offset, nominal: occurrence.nominal,
      fires: true)
    let time = clock(occurrence.nominal)
    switch occurrence.effect {
    case nil: break
    case .gapShifted(let merged):
      entry.reason = "gapShifted"
      let others = merged == 0 ? "" : ", and with it \(counted(merged)) more"
      entry.words = "clocks skip \(time); it runs right after the gap\(others)"
    case .mergedGap(let count):
      entry.reason = "mergedGap"
      entry.words = "runs also for \(counted(count)) that clocks skip"
    case .repeatedFold:
      entry.reason = "repeatedFold"
      entry.words = "clocks show \(time) again, and it runs again"
    case .skippedFold:
      entry.reason = "skippedFold"
      entry.words = "clocks show \(time) twice; it runs the first time only"
    }
    return entry
  }

  private static func entry(
    _ occurrence: Occurrence, _ exclusion: ScheduleTimes.Exclusion,
  ) -> Entry {
    let words =
      switch exclusion {
      case .suspended: "the schedule is suspended"
      case .outsideActive: "outside of its active time"
      case .skipDate: "on a skip date"
      case .outsideWindows: "outside of its windows"
      }
    return Entry(
      instant: occurrence.instant, offset: occurrence.offset, nominal: occurrence.nominal,
      fires: false, reason: exclusion.rawValue, words: words)
  }

  private func entry(_ suppressed: SuppressedOccurrence) -> Entry {
    let time = Self.clock(suppressed.nominal)
    let words =
      switch suppressed.verdict {
      case .skippedGap: "clocks skip \(time)"
      case .mergedGap: "clocks skip \(time); it is merged into the run right after the gap"
      case .skippedFold: "clocks show \(time) again; it ran the first time"
      }
    return Entry(
      instant: suppressed.instant, offset: zone.offset(at: suppressed.instant).seconds,
      nominal: suppressed.nominal, fires: false, reason: suppressed.verdict.rawValue, words: words)
  }

  /// The time of day of local seconds.
  private static func clock(_ local: Int64) -> String {
    let text = CivilTime(localSeconds: local).description.suffix(8)
    return String(text.hasSuffix(":00") ? text.dropLast(3) : text)
  }

  private static func counted(_ count: Int) -> String { "\(count) time\(count == 1 ? "" : "s")" }
}

// MARK: Output

extension ScheduleForecast {
  /// `{formatVersion, timeZone, tzdata, fires: [{utc, local, offset, reason?}], skipped: […]}`.
  func value(release: String?) -> Value {
    [
      "formatVersion": 1,
      "timeZone": .string(zone.name),
      "tzdata": release.map { .string($0) } ?? .null,
      "fires": .array(entries.filter(\.fires).map(\.value)),
      "skipped": .array(entries.filter { !$0.fires }.map(\.value)),
      "skippedOmitted": .integer(Int64(omitted)),
    ]
  }

  func lines(width: Int, style: Style) -> [String] {
    Table(
      [
        .init("LOCAL", isWhole: true), .init("UTC", isWhole: true), .init("FIRES"),
        .init("WHY", isWhole: true),
      ],
      rows: entries.map { entry in
        [
          .init(entry.local + ZoneOffset.text(seconds: entry.offset)),
          .init(entry.utc), .init(entry.fires ? "yes" : "no"), .init(entry.words),
        ]
      }
    ).lines(width: width, style: style)
  }
}

extension ScheduleForecast.Entry {
  var utc: String { "\(CivilTime(localSeconds: instant))Z" }
  var local: String { CivilTime(localSeconds: instant + Int64(offset)).description }

  fileprivate var value: Value {
    var members: [Value.Member] = [
      .init("utc", .string(utc)), .init("local", .string(local)),
      .init("offset", .string(offset == 0 ? "+00:00" : ZoneOffset.text(seconds: offset))),
    ]
    if let reason { members.append(.init("reason", .string(reason))) }
    if nominal != instant + Int64(offset) {
      members.append(.init("nominal", .string(CivilTime(localSeconds: nominal).description)))
    }
    return .sorted(members)
  }
}
