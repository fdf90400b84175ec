extension PosixRule {
  /// Reads POSIX's `TZ`, with the hours -167 to 167 of RFC 8536, such as `CET-1CEST,M3.5.0,M10.5.0/3`.
  init(parsing bytes: ArraySlice<UInt8>) throws(ZoneError) {
    var reader = PosixRuleReader(rest: bytes)
    let name = try reader.name()
    standard = ZoneOffset(seconds: try reader.offset(), abbreviation: name)
    guard reader.next != nil else {
      daylight = nil
      return
    }
    let summer = try reader.name()
    let isOffsetGiven = reader.next != nil && reader.next != UInt8(ascii: ",")
    let seconds = isOffsetGiven ? try reader.offset() : standard.seconds + 3600
    let offset = ZoneOffset(seconds: seconds, isDST: true, abbreviation: summer)
    daylight = Daylight(offset: offset, start: try reader.moment(), end: try reader.moment())
    guard reader.next == nil else { throw reader.problem("the rule has more than two moments") }
  }
}

private struct PosixRuleReader {
  var rest: ArraySlice<UInt8>

  var next: UInt8? { rest.first }

  func problem(_ reason: String) -> ZoneError { ZoneError(reason, at: rest.startIndex) }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    rest.removeFirst()
    return true
  }

  /// `CET` or `<+03>`.
  mutating func name() throws(ZoneError) -> String {
    let isQuoted = skip("<")
    let letters = rest.prefix { byte in
      let isLetter = (0x41...0x5A).contains(byte & 0xDF)
      let isOther = (0x30...0x39).contains(byte) || byte == 0x2B || byte == 0x2D
      return isLetter || isQuoted && isOther
    }
    guard (3...32).contains(letters.count) else {
      throw problem("a name in the rule has no 3 to 32 letters")
    }
    rest = rest.dropFirst(letters.count)
    guard !isQuoted || skip(">") else { throw problem("a name in the rule has no end") }
    return String(decoding: letters, as: UTF8.self)
  }

  /// Seconds east of UTC; the text has them west of it.
  mutating func offset() throws(ZoneError) -> Int { -(try time(upTo: 24)) }

  /// `,M3.5.0/2`, `,J60`, `,59/-1:30`.
  mutating func moment() throws(ZoneError) -> PosixRule.Moment {
    guard skip(",") else { throw problem("the rule does not say when daylight saving changes") }
    let day = try day()
    return PosixRule.Moment(day: day, time: skip("/") ? try time(upTo: 167) : 7200)
  }

  private mutating func day() throws(ZoneError) -> PosixRule.Day {
    if skip("J") { return .julian(try number(1...365)) }
    guard skip("M") else { return .ordinal(try number(0...365)) }
    let month = try number(1...12)
    guard skip(".") else { throw problem("after the month comes a dot") }
    let week = try number(1...5)
    guard skip(".") else { throw problem("after the week comes a dot") }
    return .weekday(month: month, week: week, weekday: try number(0...6))
  }

  /// `[+-]hours[:minutes[:seconds]]`, in seconds.
  private mutating func time(upTo hours: Int) throws(ZoneError) -> Int {
    let isNegative = skip("-")
    if !isNegative { _ = skip("+") }
    var seconds = try number(0...hours) * 3600
    if skip(":") {
      seconds += try number(0...59) * 60
      if skip(":") { seconds += try number(0...59) }
    }
    return isNegative ? -seconds : seconds
  }

  private mutating func number(_ range: ClosedRange<Int>) throws(ZoneError) -> Int {
    let digits = rest.prefix { (0x30...0x39).contains($0) }
    guard (1...3).contains(digits.count) else { throw problem("a number is missing in the rule") }
    let value = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    guard range.contains(value) else {
      throw problem("\(value) is not in \(range.lowerBound)-\(range.upperBound)")
    }
    rest = rest.dropFirst(digits.count)
    return value
  }
}
