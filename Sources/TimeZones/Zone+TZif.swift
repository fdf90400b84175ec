extension Zone {
  /// Limits of what is read; the files of IANA's database stay far below them.
  package enum Limit {
    package static let bytes = 262_144
    package static let transitions = 8192
    package static let abbreviationBytes = 64
  }

  /// Reads a compiled zone (RFC 8536 and RFC 9636, versions 1 to 4).
  ///
  /// The rule at the end is written out for a little more than 400 years; after that the calendar,
  /// and so the zone, begins again. A file that counts leap seconds is refused: its times are not
  /// those of the system's clock. Any bytes are read or refused, never more than ``Limit`` of them.
  package init(name: String, tzif bytes: [UInt8]) throws(ZoneError) {
    guard bytes.count <= Limit.bytes else {
      throw ZoneError("it has more than \(Limit.bytes) bytes", at: Limit.bytes)
    }
    var reader = TZifReader(bytes: bytes)
    let body = try reader.read()
    let last = body.changes.last?.start
    // Without a listed change the rule has always held; before 1800 nobody had one.
    let firstYear = last.map { Civil.date(days: Civil.split($0).day).year - 1 } ?? 1800
    guard let rule = body.rule, rule.daylight != nil, firstYear < 9999 else {
      let first = body.changes.isEmpty ? body.rule?.standard ?? body.first : body.first
      self.init(name: name, first: first, changes: body.changes, periodStart: nil)
      return
    }
    // One period, and a few years at each side so that what lies beside a change is there too.
    let changes = rule.changes(after: last ?? .min, years: firstYear..<firstYear + 406)
    let first = body.changes.isEmpty ? rule.standard : body.first
    let periodStart = Int64(Civil.days(year: firstYear + 3, month: 1, day: 1)) * 86_400
    self.init(
      name: name, first: first, changes: body.changes + changes,
      periodStart: changes.isEmpty ? nil : periodStart)
  }
}

/// The parts of a file.
private struct TZifBody {
  var first: ZoneOffset
  var changes: [(start: Int64, offset: ZoneOffset)]
  var rule: PosixRule?
}

private struct TZifReader {
  let bytes: [UInt8]
  var index = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  private struct Header {
    var version: UInt8
    /// UT or local indicators, standard or wall indicators, leap seconds, transitions, offsets,
    /// bytes of names.
    var counts: [Int]
  }

  mutating func read() throws(ZoneError) -> TZifBody {
    let first = try header()
    // Version 1 has 4 bytes for a time; all later ones repeat everything with 8, and add a rule.
    guard first.version >= UInt8(ascii: "2") else { return try body(first, timeSize: 4) }
    let counts = first.counts
    try skip(
      counts[3] * 5 + counts[4] * 6 + counts[5] + counts[2] * 8 + counts[1] + counts[0])
    var body = try body(try header(), timeSize: 8)
    body.rule = try footer()
    return body
  }

  private mutating func header() throws(ZoneError) -> Header {
    let start = index
    guard try take(4).elementsEqual("TZif".utf8) else {
      throw ZoneError("it is no compiled time zone: TZif is missing", at: start)
    }
    let version = try take(1).first ?? 0
    _ = try take(15)
    var counts: [Int] = []
    for _ in 0..<6 { counts.append(Int(try number(4))) }
    guard counts.allSatisfy({ (0...Limits.count).contains($0) }) else {
      throw ZoneError("a count is larger than \(Limits.count)", at: start + 20)
    }
    return Header(version: version, counts: counts)
  }

  private enum Limits { static let count = Zone.Limit.transitions }

  private mutating func body(_ header: Header, timeSize: Int) throws(ZoneError) -> TZifBody {
    let start = index
    let counts = header.counts
    guard counts[2] == 0 else {
      throw ZoneError("it counts leap seconds, which the system's clock does not", at: start)
    }
    guard (1...254).contains(counts[4]) else {
      throw ZoneError("it has \(counts[4]) offsets, not 1 to 254", at: start)
    }
    var times: [Int64] = []
    times.reserveCapacity(counts[3])
    for _ in 0..<counts[3] {
      let place = index
      let time = try number(timeSize)
      guard Zone.instants.contains(time), times.last.map({ $0 < time }) ?? true else {
        throw ZoneError("the changes are not in order", at: place)
      }
      times.append(time)
    }
    let indexPlace = index
    let indices = try take(counts[3])
    let offsets = try offsets(counts[4], nameBytes: counts[5])
    try skip(counts[1] + counts[0])
    guard indices.allSatisfy({ Int($0) < offsets.count }) else {
      throw ZoneError("a change leads to an offset that is not there", at: indexPlace)
    }
    let changes = zip(times, indices).map { (start: $0, offset: offsets[Int($1)]) }
    return TZifBody(first: offsets[0], changes: changes)
  }

  private mutating func offsets(
    _ count: Int, nameBytes: Int,
  ) throws(ZoneError) -> [ZoneOffset] {
    let place = index
    let records = Array(try take(count * 6))
    let names = Array(try take(nameBytes))
    var result: [ZoneOffset] = []
    for start in stride(from: 0, to: records.count, by: 6) {
      let bits = records[start..<start + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      let seconds = Int(Int32(bitPattern: bits))
      guard seconds.magnitude <= ZoneOffset.limit, records[start + 4] <= 1 else {
        throw ZoneError("an offset is not within 26 hours of UTC", at: place + start)
      }
      let name = names.dropFirst(Int(records[start + 5])).prefix { $0 != 0 }
      guard name.endIndex < names.count, name.count <= Zone.Limit.abbreviationBytes,
        name.allSatisfy({ (0x20...0x7E).contains($0) })
      else { throw ZoneError("an abbreviation is not one", at: place + start) }
      result.append(
        ZoneOffset(
          seconds: seconds, isDST: records[start + 4] == 1,
          abbreviation: String(decoding: name, as: UTF8.self)))
    }
    return result
  }

  /// The rule between two line feeds; nil where nothing stands there.
  private mutating func footer() throws(ZoneError) -> PosixRule? {
    let newline = UInt8(ascii: "\n")
    guard try take(1).first == newline else {
      throw ZoneError("the rule does not begin with a line feed", at: index - 1)
    }
    guard let end = bytes[index...].firstIndex(of: newline) else {
      throw ZoneError("the rule has no end", at: bytes.count)
    }
    let text = bytes[index..<end]
    index = end + 1
    return text.isEmpty ? nil : try PosixRule(parsing: text)
  }

  private mutating func take(_ count: Int) throws(ZoneError) -> ArraySlice<UInt8> {
    guard count <= bytes.count - index else {
      throw ZoneError("it ends too early", at: bytes.count)
    }
    defer { index += count }
    return bytes[index..<index + count]
  }

  private mutating func skip(_ count: Int) throws(ZoneError) { _ = try take(count) }

  /// A signed number of so many bytes.
  private mutating func number(_ size: Int) throws(ZoneError) -> Int64 {
    let bits = try take(size).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return size == 4 ? Int64(Int32(truncatingIfNeeded: bits)) : Int64(bitPattern: bits)
  }
}
