extension CELTimestamp {
  /// Reads an RFC 3339 text such as `2009-02-13T23:31:30.5+01:00`.
  package init(parsing text: String) throws(CELFailure) {
    guard text.utf8.count <= 64 else { throw Self.malformed }
    var reader = Reader(bytes: Array(text.utf8))
    let year = try reader.number(4)
    try reader.skip("-")
    let month = try reader.number(2)
    try reader.skip("-")
    let day = try reader.number(2)
    try reader.skip("T", or: "t")
    let hour = try reader.number(2)
    try reader.skip(":")
    let minute = try reader.number(2)
    try reader.skip(":")
    let second = try reader.number(2)
    let nanoseconds = try reader.fraction()
    let offset = try reader.offset()
    guard reader.isAtEnd else { throw Self.malformed }
    guard (1...12).contains(month), day >= 1,
      day <= CivilDate.days(inMonth: month, of: year), hour <= 23, minute <= 59, second <= 59
    else {
      throw CELFailure(
        .invalidArgument, "\"\(text)\" names a day or a time that does not exist or is out of range"
      )
    }
    let days = CivilDate(year: year, month: month, day: day).daysSinceEpoch
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset
    guard let time = CELTimestamp(seconds: Int64(seconds), nanos: Int32(nanoseconds)) else {
      throw CELFailure(
        .overflow, "timestamp out of range: it must lie in the years 0001 to 9999")
    }
    self = time
  }

  private static let malformed = CELFailure(
    .invalidArgument,
    "a timestamp is written as RFC 3339 says, for example 2009-02-13T23:31:30Z")

  private struct Reader {
    let bytes: [UInt8]
    var position = 0

    var isAtEnd: Bool { position == bytes.count }

    mutating func number(_ count: Int) throws(CELFailure) -> Int {
      var value = 0
      for _ in 0..<count {
        guard let digit = digit() else { throw malformed }
        value = value * 10 + digit
      }
      return value
    }

    mutating func digit() -> Int? {
      guard position < bytes.count, (0x30...0x39).contains(bytes[position]) else { return nil }
      position += 1
      return Int(bytes[position - 1]) - 0x30
    }

    mutating func skip(
      _ expected: Unicode.Scalar, or other: Unicode.Scalar? = nil
    ) throws(CELFailure) {
      guard position < bytes.count,
        [expected, other].contains(Unicode.Scalar(bytes[position]))
      else { throw malformed }
      position += 1
    }

    mutating func fraction() throws(CELFailure) -> Int {
      guard position < bytes.count, bytes[position] == UInt8(ascii: ".") else { return 0 }
      position += 1
      var value = 0
      var count = 0
      while let digit = digit() {
        // Digits below the nanosecond are dropped.
        if count < 9 { value = value * 10 + digit }
        count += 1
      }
      guard count > 0 else { throw malformed }
      for _ in min(count, 9)..<9 { value *= 10 }
      return value
    }

    mutating func offset() throws(CELFailure) -> Int {
      guard position < bytes.count else { throw malformed }
      let first = Unicode.Scalar(bytes[position])
      position += 1
      if first == "Z" || first == "z" { return 0 }
      guard first == "+" || first == "-" else { throw malformed }
      let hours = try number(2)
      try skip(":")
      let minutes = try number(2)
      guard hours <= 23, minutes <= 59 else { throw malformed }
      return (first == "-" ? -1 : 1) * (hours * 3_600 + minutes * 60)
    }
  }
}
