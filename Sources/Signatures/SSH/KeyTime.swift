import Resources

/// The times of `valid-after` and `valid-before`: `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`,
/// with or without a `Z`.
///
/// Always UTC. `ssh-keygen` takes a time without `Z` in the zone of the machine that it runs on,
/// which would make a commit good on one machine and bad on another.
enum KeyTime {
  static func parse(_ text: String) -> Timestamp? {
    var digits = Array(text.utf8)
    if let last = digits.last, last | 0x20 == UInt8(ascii: "z") { digits.removeLast() }
    guard [8, 12, 14].contains(digits.count), let year = number(digits[0..<4]),
      let month = number(digits[4..<6]), let day = number(digits[6..<8]),
      CivilDate.years.contains(year), let date = CivilDate(year: year, month: month, day: day)
    else { return nil }
    let hour = digits.count > 8 ? number(digits[8..<10]) : 0
    let minute = digits.count > 8 ? number(digits[10..<12]) : 0
    let second = digits.count > 12 ? number(digits[12..<14]) : 0
    guard let hour, let minute, let second, hour < 24, minute < 60, second < 60 else { return nil }
    let seconds = date.daysSinceEpoch * 86_400 + hour * 3600 + minute * 60 + second
    return Timestamp(nanoseconds: Int64(seconds) * 1_000_000_000)
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    digits.reduce(0) { value, digit in
      guard let value, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      return value * 10 + Int(digit - UInt8(ascii: "0"))
    }
  }
}
