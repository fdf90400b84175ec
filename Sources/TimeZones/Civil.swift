/// The proleptic Gregorian calendar, in days since 1970-01-01.
package enum Civil {
  /// After so many seconds the calendar, weekdays included, begins again: 400 years.
  package static let cycle: Int64 = 146_097 * 86_400

  /// The days from 1970-01-01 to a date; months are 1 to 12, any day is counted on.
  package static func days(year: Int, month: Int, day: Int) -> Int {
    // Years begin in March here, so that the leap day is the last one.
    let year = month <= 2 ? year - 1 : year
    let era = (year >= 0 ? year : year - 399) / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// The date that is `days` after 1970-01-01.
  package static func date(days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (
      yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
      dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    )
  }

  /// The weekday of a day, 0 for Sunday.
  package static func weekday(days: Int) -> Int {
    let rest = (days + 4) % 7
    return rest < 0 ? rest + 7 : rest
  }

  /// Whether the year has a 29 February.
  package static func isLeap(_ year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  /// How many days the month has, 1 for January.
  package static func length(ofMonth month: Int, in year: Int) -> Int {
    month == 2 ? (isLeap(year) ? 29 : 28) : 30 + (month + month / 8) % 2
  }

  /// The day and the second of the day of so many seconds since 1970-01-01T00:00:00.
  package static func split(_ seconds: Int64) -> (day: Int, second: Int) {
    var day = seconds / 86_400
    var second = seconds - day * 86_400
    if second < 0 {
      day -= 1
      second += 86_400
    }
    return (Int(day), Int(second))
  }
}
