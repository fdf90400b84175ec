extension CELDuration {
  /// Reads a text such as `1h30m`, `-1.5s` or `100ms`.
  package init(parsing text: String) throws(CELFailure) {
    guard text.utf8.count <= 128 else { throw Self.malformed(text) }
    var rest = Array(text.utf8)[...]
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
    guard !rest.isEmpty else { throw Self.malformed(text) }
    var total: Int128 = 0
    if rest.elementsEqual([UInt8(ascii: "0")]) { rest = [] }
    while !rest.isEmpty {
      guard let part = Self.part(&rest) else { throw Self.malformed(text) }
      total += part
    }
    if isNegative { total = -total }
    let limit = Int128(Int64.max)
    guard (-limit...limit).contains(total),
      let span = CELDuration(
        seconds: Int64(total / 1_000_000_000), nanos: Int64(total % 1_000_000_000))
    else {
      throw CELFailure(
        .overflow, "duration out of range: it must lie within ±\(CELDuration.secondsLimit)s")
    }
    self = span
  }

  /// Reads a number and its unit, in nanoseconds; nil where there is none.
  private static func part(_ rest: inout ArraySlice<UInt8>) -> Int128? {
    let whole = digits(&rest)
    var fraction: [Int] = []
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      fraction = digits(&rest)
    }
    guard !whole.isEmpty || !fraction.isEmpty, let unit = unit(&rest) else { return nil }
    // 24 digits of the largest unit stay far below the bound of 128 bits; what is longer without
    // leading zeros is out of range anyway.
    let significant = whole.drop { $0 == 0 }
    guard significant.count <= 24 else { return Int128(1) << 100 }
    var result = significant.reduce(Int128(0)) { $0 * 10 + Int128($1) } * unit
    var scale = unit
    for digit in fraction.prefix(18) {
      result += Int128(digit) * scale / 10
      let remainder = Int128(digit) * scale % 10
      // Below the nanosecond digits are dropped.
      if remainder != 0, scale < 10 { break }
      scale /= 10
    }
    return result
  }

  private static func digits(_ rest: inout ArraySlice<UInt8>) -> [Int] {
    let found = rest.prefix { (0x30...0x39).contains($0) }
    rest = rest.dropFirst(found.count)
    return found.map { Int($0) - 0x30 }
  }

  private static func unit(_ rest: inout ArraySlice<UInt8>) -> Int128? {
    let name = rest.prefix { !(0x30...0x39).contains($0) && $0 != UInt8(ascii: ".") }
    rest = rest.dropFirst(name.count)
    switch String(decoding: name, as: UTF8.self) {
    case "ns": return 1
    case "us", "µs", "μs": return 1_000
    case "ms": return 1_000_000
    case "s": return 1_000_000_000
    case "m": return 60_000_000_000
    case "h": return 3_600_000_000_000
    default: return nil
    }
  }

  private static func malformed(_ text: String) -> CELFailure {
    CELFailure(
      .invalidArgument,
      "\"\(text.prefix(64))\" is no duration; write numbers with the units h, m, s, ms, us or ns, "
        + "for example 1h30m")
  }
}
