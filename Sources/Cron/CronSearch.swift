internal import TimeZones

/// Finds the local times that fit a calendar, in local seconds, as if clocks never changed.
///
/// Remembers the month of the last answer, so that the next one near it needs no calendar.
struct CronSearch: Hashable, Sendable {
  /// The years that are looked at.
  static let years = 1...9999

  private let seconds: UInt64
  private let minutes: UInt64
  private let hours: UInt64
  private let months: UInt64
  private let days: CronDays
  /// The second of the day of the first and of the last time.
  private let firstTime: Int
  private let lastTime: Int

  private var year = 0
  private var month = 0
  /// The day number of the first of the month.
  private var monthStart = 0
  private var monthLength = 0
  /// The days that fit; bit 0 for the first.
  private var monthDays: UInt32 = 0

  init(_ calendar: CronCalendar, _ rule: CronDayRule) {
    seconds = calendar.seconds.mask
    minutes = calendar.minutes.mask
    hours = calendar.hours.mask
    months = calendar.months.mask
    days = CronDays(calendar, rule)
    func low(_ mask: UInt64) -> Int { mask.trailingZeroBitCount }
    func high(_ mask: UInt64) -> Int { 63 - mask.leadingZeroBitCount }
    firstTime = low(hours) * 3600 + low(minutes) * 60 + low(seconds)
    lastTime = high(hours) * 3600 + high(minutes) * 60 + high(seconds)
  }

  // MARK: Forward

  /// The first time at or after `local`; nil where there is none up to the year 9999.
  ///
  /// The expression must be one that fires in some year.
  mutating func next(from local: Int64) -> Int64? {
    let (day, second) = Civil.split(local)
    enter(day)
    let index = day - monthStart
    if monthDays >> UInt32(index) & 1 == 1 {
      let time = nextTime(second)
      if time >= 0 { return Int64(day) * 86_400 + Int64(time) }
    }
    let rest = monthDays >> UInt32(index + 1)
    if rest != 0 {
      return Int64(day + 1 + rest.trailingZeroBitCount) * 86_400 + Int64(firstTime)
    }
    repeat {
      let later = months >> UInt64(month + 1)
      if later != 0 {
        month += 1 + later.trailingZeroBitCount
      } else {
        year += 1
        month = months.trailingZeroBitCount
      }
      guard year <= Self.years.upperBound else { return nil }
      enterMonth()
    } while monthDays == 0
    return Int64(monthStart + monthDays.trailingZeroBitCount) * 86_400 + Int64(firstTime)
  }

  /// The first time of a day that is not before `second`; negative where there is none.
  private func nextTime(_ second: Int) -> Int {
    let hour = second / 3600
    let minute = second / 60 - hour * 60
    if hours >> UInt64(hour) & 1 == 1 {
      if minutes >> UInt64(minute) & 1 == 1 {
        let rest = seconds >> UInt64(second % 60)
        if rest != 0 { return second + rest.trailingZeroBitCount }
      }
      let rest = minutes >> UInt64(minute + 1)
      if rest != 0 {
        let next = minute + 1 + rest.trailingZeroBitCount
        return hour * 3600 + next * 60 + seconds.trailingZeroBitCount
      }
    }
    let rest = hours >> UInt64(hour + 1)
    guard rest != 0 else { return -1 }
    return (hour + 1 + rest.trailingZeroBitCount) * 3600 + minutes.trailingZeroBitCount * 60
      + seconds.trailingZeroBitCount
  }

  // MARK: Back

  /// The last time at or before `local`; nil where there is none from the year 1 on.
  ///
  /// The expression must be one that fires in some year.
  mutating func previous(from local: Int64) -> Int64? {
    let (day, second) = Civil.split(local)
    enter(day)
    let index = day - monthStart
    if monthDays >> UInt32(index) & 1 == 1 {
      let time = previousTime(second)
      if time >= 0 { return Int64(day) * 86_400 + Int64(time) }
    }
    let rest = monthDays & (1 << UInt32(index) - 1)
    if rest != 0 { return Int64(monthStart + Self.high(rest)) * 86_400 + Int64(lastTime) }
    repeat {
      let earlier = months & (1 << UInt64(month) - 1)
      if earlier != 0 {
        month = Self.high(earlier)
      } else {
        year -= 1
        month = Self.high(months)
      }
      guard year >= Self.years.lowerBound else { return nil }
      enterMonth()
    } while monthDays == 0
    return Int64(monthStart + Self.high(monthDays)) * 86_400 + Int64(lastTime)
  }

  /// The last time of a day that is not after `second`; negative where there is none.
  private func previousTime(_ second: Int) -> Int {
    let hour = second / 3600
    let minute = second / 60 - hour * 60
    if hours >> UInt64(hour) & 1 == 1 {
      if minutes >> UInt64(minute) & 1 == 1 {
        let rest = seconds & (2 << UInt64(second % 60) - 1)
        if rest != 0 { return second - second % 60 + Self.high(rest) }
      }
      let rest = minutes & (1 << UInt64(minute) - 1)
      if rest != 0 { return hour * 3600 + Self.high(rest) * 60 + Self.high(seconds) }
    }
    let rest = hours & (1 << UInt64(hour) - 1)
    guard rest != 0 else { return -1 }
    return Self.high(rest) * 3600 + Self.high(minutes) * 60 + Self.high(seconds)
  }

  private static func high<Mask: FixedWidthInteger>(_ mask: Mask) -> Int {
    Mask.bitWidth - 1 - mask.leadingZeroBitCount
  }

  // MARK: Counting

  /// How many times fit from `start` up to but without `end`, where these are a few days apart.
  mutating func count(from start: Int64, to end: Int64) -> Int {
    guard start < end else { return 0 }
    let (firstDay, firstSecond) = Civil.split(start)
    let (lastDay, lastSecond) = Civil.split(end)
    var count = 0
    for day in firstDay...lastDay {
      enter(day)
      guard monthDays >> UInt32(day - monthStart) & 1 == 1 else { continue }
      count += timesBefore(day == lastDay ? lastSecond : 86_400)
      count -= timesBefore(day == firstDay ? firstSecond : 0)
    }
    return count
  }

  /// How many times of a day are before `second`.
  private func timesBefore(_ second: Int) -> Int {
    let hour = second / 3600
    let minute = second / 60 % 60
    let perMinute = seconds.nonzeroBitCount
    let perHour = minutes.nonzeroBitCount * perMinute
    func before(_ mask: UInt64, _ value: Int) -> Int {
      (mask & (1 << UInt64(value) - 1)).nonzeroBitCount
    }
    var count = before(hours, hour) * perHour
    guard hours >> UInt64(hour) & 1 == 1 else { return count }
    count += before(minutes, minute) * perMinute
    guard minutes >> UInt64(minute) & 1 == 1 else { return count }
    return count + before(seconds, second % 60)
  }

  // MARK: Months

  /// Makes the month of `day` the one that is looked at.
  private mutating func enter(_ day: Int) {
    guard UInt(bitPattern: day - monthStart) >= UInt(bitPattern: monthLength) else { return }
    (year, month, _) = Civil.date(days: day)
    enterMonth()
  }

  private mutating func enterMonth() {
    monthStart = Civil.days(year: year, month: month, day: 1)
    monthLength = Civil.length(ofMonth: month, in: year)
    let isMeant = months >> UInt64(month) & 1 == 1
    monthDays = isMeant ? days.mask(Civil.weekday(days: monthStart), monthLength) : 0
  }
}
