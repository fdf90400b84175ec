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
    let days = CronDays(self, rule)
    let months = months.hashes.reduce(months.mask) { $0 | $1.candidates }
    var weekday = firstWeekday
    for month in 1...12 {
      let length = month == 2 ? (isLeap ? 29 : 28) : 30 + (month + month / 8) % 2
      if months >> UInt64(month) & 1 == 1, days.mask(weekday, length) != 0 { return true }
      weekday = (weekday + length) % 7
    }
    return false
  }

  /// Whether the date fits day of month and day of week, by `rule`; Sunday is 0.
  package func fits(
    _ day: Int, weekday: Int, monthLength: Int, _ rule: CronDayRule,
  ) -> Bool {
    let firstWeekday = (weekday + 35 - (day - 1)) % 7
    return CronDays(self, rule).mask(firstWeekday, monthLength) >> UInt32(day - 1) & 1 == 1
  }
}
