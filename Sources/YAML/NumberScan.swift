/// Reads a plain scalar that starts like a number.
///
/// It holds where it is; the text comes with each call, because a span cannot be kept.
struct NumberScan {
  private var index = 0
  private var isSigned = false
  private var hasUnderscore = false

  /// What `utf8` means; call it once, with a text that is not empty.
  mutating func read(_ utf8: Span<UInt8>) -> PlainScalar {
    isSigned = utf8[0] == UInt8(ascii: "+") || utf8[0] == UInt8(ascii: "-")
    if isSigned { index = 1 }
    guard let first = peek(utf8) else { return .text }
    if first == UInt8(ascii: "0"), index + 1 < utf8.count {
      switch utf8[index + 1] {
      case UInt8(ascii: "o"): return octal(utf8)
      case UInt8(ascii: "x"): return hexadecimal(utf8)
      case UInt8(ascii: "b"): return binary(utf8)
      default: break
      }
    }
    return first == UInt8(ascii: ".") ? point(utf8) : decimal(utf8)
  }

  private func peek(_ utf8: Span<UInt8>) -> UInt8? {
    index < utf8.count ? utf8[index] : nil
  }

  /// Steps over digits and underscores; the number of digits.
  private mutating func digits(
    _ utf8: Span<UInt8>, upTo last: UInt8 = UInt8(ascii: "9"),
  ) -> Int {
    var count = 0
    while let byte = peek(utf8) {
      if byte >= UInt8(ascii: "0"), byte <= last {
        count += 1
      } else if byte == UInt8(ascii: "_") {
        hasUnderscore = true
      } else {
        break
      }
      index += 1
    }
    return count
  }

  private mutating func octal(_ utf8: Span<UInt8>) -> PlainScalar {
    index += 2
    let count = digits(utf8, upTo: UInt8(ascii: "7"))
    guard index == utf8.count, count > 0, !isSigned, !hasUnderscore else { return .text }
    return Self.integer(utf8.extracting(droppingFirst: 2), radix: 8)
  }

  private mutating func binary(_ utf8: Span<UInt8>) -> PlainScalar {
    index += 2
    let count = digits(utf8, upTo: UInt8(ascii: "1"))
    return index == utf8.count && count > 0 ? .refused(.binary) : .text
  }

  private mutating func hexadecimal(_ utf8: Span<UInt8>) -> PlainScalar {
    index += 2
    var count = 0
    while let byte = peek(utf8) {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
        UInt8(ascii: "A")...UInt8(ascii: "F"):
        count += 1
      case UInt8(ascii: "_"): hasUnderscore = true
      default: return .text
      }
      index += 1
    }
    guard count > 0 else { return .text }
    if hasUnderscore { return .refused(.underscore) }
    if isSigned { return .refused(.signedHexadecimal) }
    return Self.integer(utf8.extracting(droppingFirst: 2), radix: 16)
  }

  private static func integer(_ utf8: Span<UInt8>, radix: Int) -> PlainScalar {
    Int64(String(copying: utf8), radix: radix).map { .integer($0) } ?? .refused(.tooLarge)
  }

  /// What starts with a point, after its sign: `.5`, `.inf`.
  private mutating func point(_ utf8: Span<UInt8>) -> PlainScalar {
    guard index + 1 < utf8.count else { return .text }
    if utf8.count - index == 4 {
      switch String(copying: utf8.extracting(droppingFirst: index + 1)) {
      case "inf", "Inf", "INF": return .refused(.notFinite)
      case "nan", "NaN", "NAN": return isSigned ? .text : .refused(.notFinite)
      default: break
      }
    }
    let first = utf8[index + 1]
    guard first >= UInt8(ascii: "0"), first <= UInt8(ascii: "9") else { return .text }
    return fraction(utf8, hasLeadingZero: false)
  }

  private mutating func decimal(_ utf8: Span<UInt8>) -> PlainScalar {
    let start = index
    guard utf8[start] != UInt8(ascii: "_") else { return .text }
    let count = digits(utf8)
    guard count > 0 else { return .text }
    let hasLeadingZero = count > 1 && utf8[start] == UInt8(ascii: "0")
    guard let next = peek(utf8) else {
      if hasUnderscore { return .refused(.underscore) }
      if hasLeadingZero { return .refused(.leadingZero) }
      return count <= 18 ? .integer(Self.small(utf8, from: start)) : Self.integer(utf8, radix: 10)
    }
    switch next {
    case UInt8(ascii: ":"): return sexagesimal(utf8)
    case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
      return fraction(utf8, hasLeadingZero: hasLeadingZero)
    default: return .text
    }
  }

  /// Nearly all integers, without a detour over String.
  private static func small(_ utf8: Span<UInt8>, from start: Int) -> Int64 {
    var value: Int64 = 0
    for index in start..<utf8.count { value = value * 10 + Int64(utf8[index] - UInt8(ascii: "0")) }
    return utf8[0] == UInt8(ascii: "-") ? -value : value
  }

  /// The rest of a number after its whole part: `.5`, `.5e3`, `e3`.
  private mutating func fraction(_ utf8: Span<UInt8>, hasLeadingZero: Bool) -> PlainScalar {
    if peek(utf8) == UInt8(ascii: ".") {
      index += 1
      _ = digits(utf8)
    }
    let isUnderscored = hasUnderscore
    hasUnderscore = false
    if let byte = peek(utf8), byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
      index += 1
      if let sign = peek(utf8), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
        index += 1
      }
      guard digits(utf8) > 0, !hasUnderscore else { return .text }
    }
    guard index == utf8.count else { return .text }
    if isUnderscored { return .refused(.underscore) }
    if hasLeadingZero { return .refused(.leadingZero) }
    guard let value = Double(String(copying: utf8)) else { return .text }
    return value.isFinite ? .number(value) : .refused(.notFinite)
  }

  /// The rest of `12:30:15.5` after its first group; the groups after it are 0 to 59.
  private mutating func sexagesimal(_ utf8: Span<UInt8>) -> PlainScalar {
    while peek(utf8) == UInt8(ascii: ":") {
      index += 1
      let start = index
      while let byte = peek(utf8), byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
        index += 1
      }
      switch index - start {
      case 1: break
      case 2: guard utf8[start] <= UInt8(ascii: "5") else { return .text }
      default: return .text
      }
    }
    if peek(utf8) == UInt8(ascii: ".") {
      index += 1
      _ = digits(utf8)
    }
    return index == utf8.count ? .refused(.sexagesimal) : .text
  }
}
