/// A cron expression: when something happens, without a time zone.
///
/// Five fields (minute, hour, day of month, month, day of week) or six with seconds first; names,
/// lists, ranges (also around the end), steps, `L`, `L-n`, `LW`, `nW`, `nL`, `n#k`, `?`, `H`, the
/// nicknames `@hourly` … `@yearly`, and `@every 90m`.
package struct CronExpression: Hashable, Sendable {
  package enum Timing: Hashable, Sendable {
    /// Whenever clock and calendar fit.
    case calendar(CronCalendar)
    /// Each time that so many nanoseconds have passed.
    case every(nanoseconds: Int64)
  }

  package let timing: Timing

  init(timing: Timing) { self.timing = timing }

  /// Reads an expression; letters may be small or capital.
  package init(parsing text: String) throws(CronError) {
    self = try CronParser.parse(text)
  }

  /// The expression with `H` resolved for `name`, the same on every machine and in every version.
  package func hashed(by name: String) -> CronExpression {
    guard case .calendar(var calendar) = timing else { return self }
    calendar.resolveHashes(by: name)
    return CronExpression(timing: .calendar(calendar))
  }

  /// Whether a name is needed to know when it fires.
  package var hasHash: Bool {
    guard case .calendar(let calendar) = timing else { return false }
    return CronField.allCases.contains { !calendar[$0].hashes.isEmpty }
  }
}

/// The fields of a cron expression as bit-masks.
package struct CronCalendar: Hashable, Sendable {
  package internal(set) var seconds: CronSet
  package internal(set) var minutes: CronSet
  package internal(set) var hours: CronSet
  package internal(set) var daysOfMonth: CronSet
  package internal(set) var months: CronSet
  package internal(set) var daysOfWeek: CronSet

  /// Bit n for `L-n`: n days before the last of the month; bit 0 for `L`.
  package internal(set) var daysFromEnd: UInt32 = 0
  /// Bit n for `nW`: the weekday nearest to the day n, in the same month.
  package internal(set) var nearestWeekdays: UInt32 = 0
  /// Bit n for `L-nW`: the weekday nearest to it; bit 0 for `LW`, the last weekday.
  package internal(set) var nearestWeekdaysFromEnd: UInt32 = 0
  /// Bit `weekday * 5 + k - 1` for `weekday#k`: the k-th of that weekday in the month.
  package internal(set) var nthWeekdays: UInt64 = 0
  /// Bit n for `nL`: the last of that weekday in the month.
  package internal(set) var lastWeekdays: UInt8 = 0

  init() {
    seconds = .zero
    (minutes, hours, daysOfMonth, months, daysOfWeek) =
      (CronSet(), CronSet(), CronSet(), CronSet(), CronSet())
  }

  package internal(set) subscript(field: CronField) -> CronSet {
    get {
      switch field {
      case .second: seconds
      case .minute: minutes
      case .hour: hours
      case .dayOfMonth: daysOfMonth
      case .month: months
      case .dayOfWeek: daysOfWeek
      }
    }
    set {
      switch field {
      case .second: seconds = newValue
      case .minute: minutes = newValue
      case .hour: hours = newValue
      case .dayOfMonth: daysOfMonth = newValue
      case .month: months = newValue
      case .dayOfWeek: daysOfWeek = newValue
      }
    }
  }

  mutating func resolveHashes(by name: String) {
    for field in CronField.allCases where !self[field].hashes.isEmpty {
      let hash = Self.hash(name, field)
      self[field].mask = self[field].hashes.reduce(self[field].mask) { $0 | $1.mask(hash) }
      self[field].hashes = []
    }
  }

  /// FNV-1a of the name and the field, mixed by the finalizer of SplitMix64.
  private static func hash(_ name: String, _ field: CronField) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    hash = (hash ^ UInt64(field.rawValue)) &* 0x100_0000_01B3
    hash = (hash ^ hash >> 30) &* 0xBF58_476D_1CE4_E5B9
    hash = (hash ^ hash >> 27) &* 0x94D0_49BB_1331_11EB
    return hash ^ hash >> 31
  }
}
