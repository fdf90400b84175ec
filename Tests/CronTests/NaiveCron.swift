import Cron
import TimeZones

/// What fits a calendar, decided by looking at each field of one time: slow, and easy to believe.
struct NaiveCron {
  let calendar: CronCalendar
  let rule: CronDayRule

  init?(_ expression: CronExpression, _ rule: CronDayRule = .or) {
    guard case .calendar(let calendar) = expression.timing else { return nil }
    self.calendar = calendar
    self.rule = rule
  }

  func fits(_ local: Int64) -> Bool {
    let time = CivilTime(localSeconds: local)
    return calendar.seconds.contains(time.second) && calendar.minutes.contains(time.minute)
      && calendar.hours.contains(time.hour) && calendar.months.contains(time.month)
      && fits(
        time.day, weekday: time.weekday,
        monthLength: Civil.length(ofMonth: time.month, in: time.year))
  }

  func fits(_ day: Int, weekday: Int, monthLength: Int) -> Bool {
    let fitsMonth = fitsDayOfMonth(day, weekday, monthLength)
    let fitsWeek = fitsDayOfWeek(day, weekday, monthLength)
    let isStar = calendar.daysOfMonth.startsWithStar || calendar.daysOfWeek.startsWithStar
    return rule == .and || isStar ? fitsMonth && fitsWeek : fitsMonth || fitsWeek
  }

  private func fitsDayOfMonth(_ day: Int, _ weekday: Int, _ length: Int) -> Bool {
    if calendar.daysOfMonth.contains(day) { return true }
    if calendar.daysFromEnd >> UInt32(length - day) & 1 == 1 { return true }
    return (1...length).contains { other in
      let isMeant =
        calendar.nearestWeekdays >> UInt32(other) & 1 == 1
        || calendar.nearestWeekdaysFromEnd >> UInt32(length - other) & 1 == 1
      guard isMeant else { return false }
      // The nearest of the month's working days; Saturday goes back, Sunday goes on.
      let working = (1...length).filter { (1...5).contains((weekday + $0 - day + 70) % 7) }
      return working.min { (abs($0 - other), $0) < (abs($1 - other), $1) } == day
    }
  }

  private func fitsDayOfWeek(_ day: Int, _ weekday: Int, _ length: Int) -> Bool {
    if calendar.daysOfWeek.contains(weekday) { return true }
    if calendar.nthWeekdays >> UInt64(weekday * 5 + (day - 1) / 7) & 1 == 1 { return true }
    return calendar.lastWeekdays >> UInt8(weekday) & 1 == 1 && day + 7 > length
  }

  // MARK: Clocks

  /// Whether it fires at `instant` by `clockRule`, by following the clocks second by second.
  ///
  /// Only instants at which `zone` has been the same for less than two days are special; so
  /// following them from two days before is enough.
  static func fires(
    _ expression: CronExpression, _ zone: Zone, _ clockRule: ClockRule, _ instants: Range<Int64>,
    step: Int64,
  ) -> [Int64] {
    guard let naive = NaiveCron(expression) else { return [] }
    var cursor = ZoneCursor()
    var reached = Int64.min
    var result: [Int64] = []
    for instant in stride(
      from: instants.lowerBound - 2 * 86_400, to: instants.upperBound, by: Int64.Stride(step))
    {
      let local = instant + Int64(zone.offset(at: instant, &cursor).seconds)
      defer { reached = max(reached, local) }
      guard instant >= instants.lowerBound else { continue }
      let isAgain = local <= reached
      let missed = reached == .min ? local : reached + step
      let inGap = stride(from: missed, to: local, by: Int64.Stride(step)).contains(
        where: naive.fits)
      if naive.fits(local) && !(isAgain && !naive.repeats(clockRule))
        || inGap && naive.shifts(clockRule)
      {
        result.append(instant)
      }
    }
    return result
  }

  private var isWildcard: Bool {
    calendar.minutes.startsWithStar || calendar.hours.startsWithStar
  }

  private func repeats(_ rule: ClockRule) -> Bool {
    switch rule {
    case .vixie: isWildcard
    case .cronos:
      calendar.seconds.isInterval || calendar.minutes.isInterval || calendar.hours.isInterval
    case .go: true
    case .ocps: false
    }
  }

  private func shifts(_ rule: ClockRule) -> Bool {
    rule == .cronos || rule == .vixie && !isWildcard
  }
}
