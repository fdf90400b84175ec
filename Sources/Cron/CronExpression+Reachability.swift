/// How day of month and day of week go together where both are restricted.
package enum CronDayRule: Hashable, Sendable {
  /// One of them must fit, unless one begins with `*`: Vixie's rule.
  case or
  /// Both must fit: the rule of Quartz and Cronos.
  case and
}

extension CronExpression {
  /// Whether no day of any year fits.
  ///
  /// This is exact: every year is one of 14, by the weekday that it begins with and by its length,
  /// and all 14 come again and again. Hashes that are not resolved count with all their values.
  /// What no expression can tell is not looked at: whether a clock change, a window, a skipped date
  /// or the end of a schedule's active time takes all of its times away.
  package func neverFires(days rule: CronDayRule = .or) -> Bool {
    guard case .calendar(let calendar) = timing else { return false }
    for firstWeekday in 0..<7 {
      for isLeap in [false, true] where calendar.fires(firstWeekday, isLeap, rule) { return false }
    }
    return true
  }

  package var neverFires: Bool { neverFires() }
}

extension CronCalendar {
  /// Whether a day of the year fits that begins with `firstWeekday`, where Sunday is 0.
  fileprivate func fires(_ firstWeekday: Int, _ isLeap: Bool, _ rule: CronDayRule) -> Bool {
    let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    let months = values(.month)
    var weekday = firstWeekday
    for (month, length) in lengths.enumerated() {
      if months >> UInt64(month + 1) & 1 == 1 {
        for day in 1...length
        where fits(day, weekday: (weekday + day - 1) % 7, monthLength: length, rule) {
          return true
        }
      }
      weekday = (weekday + length) % 7
    }
    return false
  }

  private func values(_ field: CronField) -> UInt64 {
    self[field].hashes.reduce(self[field].mask) { $0 | $1.candidates }
  }

  /// Whether the date fits day of month and day of week, by `rule`; Sunday is 0.
  package func fits(
    _ day: Int, weekday: Int, monthLength: Int, _ rule: CronDayRule,
  ) -> Bool {
    let fitsMonth = fitsDayOfMonth(day, weekday, monthLength)
    let fitsWeek = fitsDayOfWeek(day, weekday, monthLength)
    let isStar = daysOfMonth.startsWithStar || daysOfWeek.startsWithStar
    return rule == .and || isStar ? fitsMonth && fitsWeek : fitsMonth || fitsWeek
  }

  private func fitsDayOfMonth(_ day: Int, _ weekday: Int, _ length: Int) -> Bool {
    if values(.dayOfMonth) >> UInt64(day) & 1 == 1 { return true }
    if daysFromEnd >> UInt32(length - day) & 1 == 1 { return true }
    guard nearestWeekdays | nearestWeekdaysFromEnd != 0 else { return false }
    return (max(1, day - 2)...min(length, day + 2)).contains { other in
      let isMeant =
        nearestWeekdays >> UInt32(other) & 1 == 1
        || nearestWeekdaysFromEnd >> UInt32(length - other) & 1 == 1
      guard isMeant else { return false }
      return Self.nearestWeekday(to: other, (weekday + other - day + 7) % 7, length) == day
    }
  }

  /// The working day nearest to `day`, without leaving the month.
  private static func nearestWeekday(to day: Int, _ weekday: Int, _ length: Int) -> Int {
    switch weekday {
    case 6: day > 1 ? day - 1 : day + 2
    case 0: day < length ? day + 1 : day - 2
    default: day
    }
  }

  private func fitsDayOfWeek(_ day: Int, _ weekday: Int, _ length: Int) -> Bool {
    if values(.dayOfWeek) >> UInt64(weekday) & 1 == 1 { return true }
    if nthWeekdays >> UInt64(weekday * 5 + (day - 1) / 7) & 1 == 1 { return true }
    return lastWeekdays >> UInt8(weekday) & 1 == 1 && day + 7 > length
  }
}
