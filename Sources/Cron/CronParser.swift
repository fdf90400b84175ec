/// Reads the fields of a cron expression.
struct CronParser {
  private let field: CronField
  /// The field's bytes, capitals only.
  private let bytes: [UInt8]
  /// Where the field begins in the whole text.
  private let start: Int
  private var index = 0
  private var set = CronSet()
  private var calendar: CronCalendar

  static func parse(_ text: String) throws(CronError) -> CronExpression {
    let scalars = Array(text.unicodeScalars)
    if let bad = scalars.firstIndex(where: { !$0.isASCII }) {
      throw CronError(nil, at: bad, "\"\(scalars[bad])\" has no meaning here")
    }
    let words = words(of: scalars.map { UInt8($0.value) })
    guard let first = words.first else {
      throw CronError(nil, at: 0, "it is empty", hint: "for example 30 2 * * *")
    }
    if first.bytes[0] == UInt8(ascii: "@") { return try nickname(words) }
    if let zone = zone(in: first, of: scalars) {
      throw CronError(
        nil, at: first.start, "a time zone does not stand in the expression",
        hint: "write it beside: timeZone: \(zone)")
    }
    guard words.count == 5 || words.count == 6 else {
      throw CronError(
        nil, at: words.last?.start ?? 0,
        "it has \(words.count) field\(words.count == 1 ? "" : "s"), not five or six",
        hint: "minute, hour, day of month, month, day of week; or six with seconds first")
    }
    var calendar = CronCalendar()
    for (field, word) in zip(CronField.allCases.suffix(words.count), words) {
      var parser = CronParser(field, word, calendar)
      try parser.parseField()
      calendar = parser.calendar
    }
    return CronExpression(timing: .calendar(calendar))
  }

  private typealias Word = (bytes: [UInt8], start: Int)

  private static func words(of bytes: [UInt8]) -> [Word] {
    let upper = bytes.map { $0 >= 0x61 && $0 <= 0x7A ? $0 & 0xDF : $0 }
    return upper.split { $0 == 0x20 || $0 == 0x09 }.map { (Array($0), $0.startIndex) }
  }

  private init(_ field: CronField, _ word: Word, _ calendar: CronCalendar) {
    self.field = field
    self.calendar = calendar
    bytes = word.bytes
    start = word.start
  }

  /// The zone that `CRON_TZ=…` or `TZ=…` names, in the letters of the text.
  private static func zone(in word: Word, of scalars: [Unicode.Scalar]) -> String? {
    for prefix in ["CRON_TZ=", "TZ="] where word.bytes.starts(with: prefix.utf8) {
      let start = word.start + prefix.utf8.count
      let letters = scalars[start..<word.start + word.bytes.count]
      return letters.isEmpty ? "Europe/Berlin" : String(String.UnicodeScalarView(letters))
    }
    return nil
  }

  // MARK: Nicknames

  private static func nickname(_ words: [Word]) throws(CronError) -> CronExpression {
    let name = String(decoding: words[0].bytes.dropFirst(), as: UTF8.self)
    if name == "EVERY" { return try every(words) }
    guard words.count == 1 else {
      throw CronError(nil, at: words[1].start, "nothing may follow a nickname")
    }
    let known: [(names: [String], text: String)] = [
      (["HOURLY"], "0 * * * *"), (["DAILY", "MIDNIGHT"], "0 0 * * *"), (["WEEKLY"], "0 0 * * 0"),
      (["MONTHLY"], "0 0 1 * *"), (["YEARLY", "ANNUALLY"], "0 0 1 1 *"),
    ]
    guard let found = known.first(where: { $0.names.contains(name) }) else {
      throw CronError(
        nil, at: words[0].start, "\"@\(name.lowercased())\" is no nickname",
        hint: name == "REBOOT"
          ? "a schedule does not know when a host starts"
          : "nicknames are @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually and @every"
      )
    }
    return try parse(found.text)
  }

  private static func every(_ words: [Word]) throws(CronError) -> CronExpression {
    guard words.count == 2 else {
      throw CronError(nil, at: words[0].start, "@every takes one duration", hint: "@every 90m")
    }
    let units: [(symbol: String, nanoseconds: Int64)] = [
      ("W", 604_800_000_000_000), ("D", 86_400_000_000_000), ("H", 3_600_000_000_000),
      ("M", 60_000_000_000), ("S", 1_000_000_000), ("MS", 1_000_000),
    ]
    var rest = words[1].bytes[...]
    var total: Int64 = 0
    var rank = -1
    func problem(_ reason: String) -> CronError {
      CronError(nil, at: words[1].start + rest.startIndex, reason, hint: "for example @every 1h30m")
    }
    while !rest.isEmpty {
      let digits = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
      let letters = rest.dropFirst(digits.count).prefix { $0 >= 0x41 && $0 <= 0x5A }
      let symbol = String(decoding: letters, as: UTF8.self)
      guard (1...9).contains(digits.count),
        let value = Int64(String(decoding: digits, as: UTF8.self)),
        let unit = units.firstIndex(where: { $0.symbol == symbol })
      else { throw problem("a duration is numbers, each with a unit of w, d, h, m, s or ms") }
      guard unit > rank else { throw problem("units go from the largest to the smallest") }
      rank = unit
      let (part, overflow) = value.multipliedReportingOverflow(by: units[unit].nanoseconds)
      let (sum, carry) = total.addingReportingOverflow(part)
      guard !overflow, !carry, sum <= 366 * units[1].nanoseconds else {
        throw problem("it is longer than 366d")
      }
      total = sum
      rest = rest.dropFirst(digits.count + letters.count)
    }
    guard total >= units[4].nanoseconds else { throw problem("it is shorter than 1s") }
    return CronExpression(timing: .every(nanoseconds: total))
  }

  // MARK: Fields

  private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func skip(_ character: Character) -> Bool {
    guard let byte = character.asciiValue, next == byte else { return false }
    index += 1
    return true
  }

  private func problem(_ reason: String, at place: Int? = nil, hint: String? = nil) -> CronError {
    CronError(field, at: start + (place ?? index), reason, hint: hint)
  }

  private mutating func parseField() throws(CronError) {
    var terms = 0
    repeat {
      if terms > 0, calendar.nearestWeekdays | calendar.nearestWeekdaysFromEnd != 0,
        field == .dayOfMonth
      {
        throw problem("W stands alone, not in a list")
      }
      try term(isFirst: terms == 0)
      terms += 1
    } while skip(",")
    if let rest = next {
      throw problem("\"\(Character(Unicode.Scalar(rest)))\" is not expected here")
    }
    if field == .dayOfMonth, terms > 1,
      calendar.nearestWeekdays | calendar.nearestWeekdaysFromEnd != 0
    {
      throw problem("W stands alone, not in a list", at: 0)
    }
    // Where a property of the text has no meaning, texts that differ only in it are equal.
    if field == .second || field == .month { set.startsWithStar = false }
    if ![.second, .minute, .hour].contains(field) { set.isInterval = false }
    set.hashes = set.hashes.filter { $0.candidates & ~set.mask != 0 }.sorted(by: CronHash.precedes)
    calendar[field] = set
  }

  private mutating func term(isFirst: Bool) throws(CronError) {
    switch next {
    case UInt8(ascii: "*"): try star(isFirst)
    case UInt8(ascii: "?"):
      index += 1
      guard isFirst, next == nil else { throw problem("? stands alone") }
      set.mask = field.full
      set.startsWithStar = true
      set.isInterval = true
    case UInt8(ascii: "H"): try hash()
    case UInt8(ascii: "L") where field == .dayOfMonth: try last()
    default: try values()
    }
  }

  private mutating func star(_ isFirst: Bool) throws(CronError) {
    index += 1
    if isFirst { set.startsWithStar = true }
    set.isInterval = true
    let step = try step() ?? 1
    set.mask |= field.mask(from: field.range.lowerBound, to: field.range.upperBound, step: step)
  }

  /// `5`, `5-9`, `5-9/2`, `5/2`, and after one value `W`, `L` and `#`.
  private mutating func values() throws(CronError) {
    let first = try value()
    if field == .dayOfMonth, skip("W") {
      calendar.nearestWeekdays |= 1 << UInt32(first)
      return
    }
    if field == .dayOfWeek, skip("L") {
      calendar.lastWeekdays |= 1 << UInt8(first % 7)
      return
    }
    if field == .dayOfWeek, skip("#") {
      let place = index
      guard let count = try number(), (1...5).contains(count), index == place + 1 else {
        throw problem("after # comes 1 to 5", at: place, hint: "MON#1 is the first Monday")
      }
      calendar.nthWeekdays |= 1 << UInt64(first % 7 * 5 + count - 1)
      return
    }
    var last = first
    var isRange = false
    if skip("-") {
      last = try value()
      isRange = true
    }
    let step = try step()
    if step != nil, !isRange { last = field.range.upperBound }
    if isRange || step != nil { set.isInterval = true }
    set.mask |= field.mask(from: first, to: last, step: step ?? 1)
  }

  /// `L`, `L-3`, `LW`, `L-3W`.
  private mutating func last() throws(CronError) {
    index += 1
    var days = 0
    if skip("-") {
      let place = index
      guard let number = try number(), number <= 30 else {
        throw problem("after L- comes 0 to 30", at: place)
      }
      days = number
    }
    if skip("W") {
      calendar.nearestWeekdaysFromEnd |= 1 << UInt32(days)
    } else {
      calendar.daysFromEnd |= 1 << UInt32(days)
    }
  }

  /// `H`, `H(0-29)`, each with or without a step.
  private mutating func hash() throws(CronError) {
    index += 1
    var range = field.hashRange
    if skip("(") {
      let place = index
      let low = try value()
      guard skip("-") else { throw problem("in H(…) stands a range", hint: "H(0-29)") }
      let high = try value()
      guard low <= high, skip(")") else {
        throw problem("in H(…) stands a range from low to high", at: place, hint: "H(0-29)")
      }
      guard high <= field.hashRange.upperBound else {
        throw problem("H goes up to \(field.hashRange.upperBound) here", at: place)
      }
      range = low...high
    }
    let step = try step()
    if step != nil { set.isInterval = true }
    let hash = CronHash(range: range, step: step)
    if !set.hashes.contains(hash) { set.hashes.append(hash) }
  }

  private mutating func step() throws(CronError) -> Int? {
    guard skip("/") else { return nil }
    let place = index
    guard let step = try number(), (1...field.range.upperBound).contains(step) else {
      throw problem("after / comes 1 to \(field.range.upperBound)", at: place)
    }
    return step
  }

  /// A number or a name of the field.
  private mutating func value() throws(CronError) -> Int {
    let place = index
    if let number = try number() {
      guard field.range.contains(number) else {
        throw problem(
          "\(number) is not in \(field.range.lowerBound)-\(field.range.upperBound)", at: place)
      }
      return number
    }
    // Names have three letters; what follows one may be the L of "last", as in FRIL.
    let letters = bytes[index...].prefix { $0 >= 0x41 && $0 <= 0x5A }
    let isName = letters.count == 3 || letters.count == 4 && letters.last == UInt8(ascii: "L")
    let word = String(decoding: letters.prefix(3), as: UTF8.self)
    if isName, let found = field.names.firstIndex(of: word) {
      index += 3
      return found + (field == .month ? 1 : 0)
    }
    throw unexpected()
  }

  private func unexpected() -> CronError {
    guard let next else { return problem("something is missing here") }
    let letters = bytes[index...].prefix { $0 >= 0x41 && $0 <= 0x5A }
    if letters.count > 1, !field.names.isEmpty {
      return problem(
        "\"\(String(decoding: letters, as: UTF8.self))\" is no name",
        hint: "names are \(field.names.joined(separator: ", "))")
    }
    let character = Character(Unicode.Scalar(next))
    if character == "L" || character == "W" || character == "#" {
      let hint =
        switch character {
        case "L":
          "for the last day of the month write L in the day of month; for the last Friday 5L"
        case "W": "for the weekday nearest to the 15th write 15W in the day of month"
        default: "for the first Monday write 1#1 in the day of week"
        }
      return problem("\(character) does not stand here", hint: hint)
    }
    return problem("\"\(character)\" is not expected here")
  }

  private mutating func number() throws(CronError) -> Int? {
    let digits = bytes[index...].prefix { $0 >= 0x30 && $0 <= 0x39 }
    guard !digits.isEmpty else { return nil }
    guard digits.count <= 2 else { throw problem("a number has at most two digits") }
    index += digits.count
    return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }
}
