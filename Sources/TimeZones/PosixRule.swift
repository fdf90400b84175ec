/// What a zone does from its last listed change on: the text at the end of a TZif file.
struct PosixRule: Hashable, Sendable {
  /// Standard time.
  let standard: ZoneOffset
  /// Daylight saving time, and when it begins and ends in each year; nil where there is none.
  let daylight: Daylight?

  struct Daylight: Hashable, Sendable {
    let offset: ZoneOffset
    /// In standard time.
    let start: Moment
    /// In daylight saving time.
    let end: Moment
  }

  /// A moment of each year in local time.
  struct Moment: Hashable, Sendable {
    let day: Day
    /// Seconds from the day's midnight, up to a week before or after.
    let time: Int

    func localSeconds(in year: Int) -> Int64 {
      Int64(day.days(in: year)) * 86_400 + Int64(time)
    }
  }

  /// A day of each year.
  enum Day: Hashable, Sendable {
    /// Day 1 to 365, without 29 February.
    case julian(Int)
    /// Day 0 to 365, with 29 February.
    case ordinal(Int)
    /// The week 1 to 4, or 5 for the last one, that has the weekday, 0 for Sunday, in the month.
    case weekday(month: Int, week: Int, weekday: Int)

    func days(in year: Int) -> Int {
      let newYear = Civil.days(year: year, month: 1, day: 1)
      switch self {
      case .julian(let day): return newYear + day - (Civil.isLeap(year) && day >= 60 ? 0 : 1)
      case .ordinal(let day): return newYear + day
      case .weekday(let month, let week, let weekday):
        let first = Civil.days(year: year, month: month, day: 1)
        let ahead = (weekday - Civil.weekday(days: first) + 7) % 7
        let day = ahead + (week - 1) * 7
        return first + (day < Civil.length(ofMonth: month, in: year) ? day : day - 7)
      }
    }
  }

  /// The changes after `instant` in so many years from `first` on, ascending.
  ///
  /// Daylight saving time is the union of its yearly stretches, so that one which lasts the whole
  /// year, or longer, never changes.
  func changes(
    after instant: Int64, years: Range<Int>,
  ) -> [(start: Int64, offset: ZoneOffset)] {
    guard let daylight else { return [] }
    var result: [(start: Int64, offset: ZoneOffset)] = []
    var until = Int64.min
    for year in years {
      let start = daylight.start.localSeconds(in: year) - Int64(standard.seconds)
      let sameYear = daylight.end.localSeconds(in: year) - Int64(daylight.offset.seconds)
      let end =
        sameYear > start
        ? sameYear : daylight.end.localSeconds(in: year + 1) - Int64(daylight.offset.seconds)
      guard end > until else { continue }
      if start > until {
        if until > instant { result.append((until, standard)) }
        if start > instant { result.append((start, daylight.offset)) }
      }
      until = end
    }
    return result
  }
}
