/// Which days of a month fit day of month and day of week.
struct CronDays: Hashable, Sendable {
  /// Bit 0 for the first of the month.
  private let daysOfMonth: UInt32
  /// Bit 0 for Sunday.
  private let weekdays: UInt64
  private let daysFromEnd: UInt32
  private let nearestWeekdays: UInt32
  private let nearestWeekdaysFromEnd: UInt32
  private let nthWeekdays: UInt64
  private let lastWeekdays: UInt8
  private let mustBothFit: Bool

  /// The days of `calendar`; a hash that is not resolved counts with all its values.
  init(_ calendar: CronCalendar, _ rule: CronDayRule) {
    func values(_ set: CronSet) -> UInt64 { set.hashes.reduce(set.mask) { $0 | $1.candidates } }
    daysOfMonth = UInt32(truncatingIfNeeded: values(calendar.daysOfMonth) >> 1)
    weekdays = values(calendar.daysOfWeek) & 0x7F
    daysFromEnd = calendar.daysFromEnd
    nearestWeekdays = calendar.nearestWeekdays
    nearestWeekdaysFromEnd = calendar.nearestWeekdaysFromEnd
    nthWeekdays = calendar.nthWeekdays
    lastWeekdays = calendar.lastWeekdays
    mustBothFit =
      rule == .and || calendar.daysOfMonth.startsWithStar || calendar.daysOfWeek.startsWithStar
  }

  /// The days of a month of `length` days that begins with `firstWeekday`; bit 0 for the first.
  func mask(_ firstWeekday: Int, _ length: Int) -> UInt32 {
    let all = UInt32.max >> UInt32(32 - length)
    let byMonth = dayOfMonthMask(firstWeekday, length)
    let byWeek = dayOfWeekMask(firstWeekday, length)
    return (mustBothFit ? byMonth & byWeek : byMonth | byWeek) & all
  }

  private func dayOfMonthMask(_ firstWeekday: Int, _ length: Int) -> UInt32 {
    var mask = daysOfMonth
    guard daysFromEnd | nearestWeekdays | nearestWeekdaysFromEnd != 0 else { return mask }
    Self.forEachBit(UInt64(daysFromEnd)) { if $0 < length { mask |= 1 << UInt32(length - 1 - $0) } }
    func addWeekday(nearestTo day: Int) {
      guard (0..<length).contains(day) else { return }
      mask |= 1 << UInt32(Self.nearestWeekday(to: day, (firstWeekday + day) % 7, length))
    }
    Self.forEachBit(UInt64(nearestWeekdays)) { addWeekday(nearestTo: $0 - 1) }
    Self.forEachBit(UInt64(nearestWeekdaysFromEnd)) { addWeekday(nearestTo: length - 1 - $0) }
    return mask
  }

  /// The working day nearest to `day`, counted from 0, without leaving the month.
  private static func nearestWeekday(to day: Int, _ weekday: Int, _ length: Int) -> Int {
    switch weekday {
    case 6: day > 0 ? day - 1 : day + 2
    case 0: day < length - 1 ? day + 1 : day - 2
    default: day
    }
  }

  private func dayOfWeekMask(_ firstWeekday: Int, _ length: Int) -> UInt32 {
    // The week as it stands at the month's beginning, five times.
    let turned = (weekdays >> UInt64(firstWeekday) | weekdays << UInt64(7 - firstWeekday)) & 0x7F
    var mask = UInt32(truncatingIfNeeded: turned &* 0x1020_4081)
    guard nthWeekdays != 0 || lastWeekdays != 0 else { return mask }
    Self.forEachBit(nthWeekdays) {
      let day = ($0 / 5 - firstWeekday + 7) % 7 + $0 % 5 * 7
      if day < length { mask |= 1 << UInt32(day) }
    }
    Self.forEachBit(UInt64(lastWeekdays)) {
      let first = ($0 - firstWeekday + 7) % 7
      mask |= 1 << UInt32(first + (length - 1 - first) / 7 * 7)
    }
    return mask
  }

  private static func forEachBit(_ mask: UInt64, _ body: (Int) -> Void) {
    var rest = mask
    while rest != 0 {
      body(rest.trailingZeroBitCount)
      rest &= rest - 1
    }
  }
}
