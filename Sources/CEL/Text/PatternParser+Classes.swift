/// Escapes and bracketed classes.
extension PatternParser {
  /// Reads what follows a backslash outside of brackets.
  mutating func escape(at start: Int) throws(PatternProblem) {
    switch peek() {
    case "A": try advanced { parser throws(PatternProblem) in try parser.append(check: .textStart) }
    case "z": try advanced { parser throws(PatternProblem) in try parser.append(check: .textEnd) }
    case "b":
      try advanced { parser throws(PatternProblem) in try parser.append(check: .wordBoundary) }
    case "B":
      try advanced { parser throws(PatternProblem) in try parser.append(check: .notWordBoundary) }
    case "Q":
      position += 1
      try quoted()
    default:
      position = start
      if let set = try escapedClass() {
        try append(set: folded(set))
      } else {
        try append(literal: escapedScalar())
      }
    }
  }

  private mutating func advanced(
    _ body: (inout PatternParser) throws(PatternProblem) -> Void
  ) throws(PatternProblem) {
    position += 1
    try body(&self)
  }

  /// Reads literal text up to `\E` or the end.
  private mutating func quoted() throws(PatternProblem) {
    while let next = peek() {
      if next == "\\", peek(1) == "E" {
        position += 2
        return
      }
      let isLast = peek(1) == "\\" && peek(2) == "E"
      position += 1
      if isLast {
        // What follows `\E` can repeat the last scalar, so the end is read first.
        position += 2
        try append(literal: next)
        return
      }
      try appendQuoted(next)
    }
  }

  /// Adds a scalar of quoted text, in which braces and stars repeat nothing.
  private mutating func appendQuoted(_ scalar: Unicode.Scalar) throws(PatternProblem) {
    let here = position
    position = source.count
    try append(literal: scalar)
    position = here
  }

  /// Reads `\d`, `\pL` and the like; nil where the backslash begins something else.
  private mutating func escapedClass() throws(PatternProblem) -> ScalarSet? {
    let set: ScalarSet
    switch peek(1) {
    case "d": set = NamedScalarSets.digits
    case "D": set = NamedScalarSets.digits.inverted
    case "w": set = NamedScalarSets.words
    case "W": set = NamedScalarSets.words.inverted
    case "s": set = NamedScalarSets.spaces
    case "S": set = NamedScalarSets.spaces.inverted
    case "p", "P": return try unicodeClass()
    default: return nil
    }
    position += 2
    return set
  }

  private mutating func unicodeClass() throws(PatternProblem) -> ScalarSet {
    let start = position
    var inverts = peek(1) == "P"
    position += 2
    var name: String
    if peek() == "{" {
      let first = position + 1
      while let next = peek(), next != "}" { position += 1 }
      guard peek() == "}" else { throw PatternProblem("a \"\\p{\" is not closed", at: start) }
      name = text(first..<position)
      if name.hasPrefix("^") {
        name.removeFirst()
        inverts.toggle()
      }
    } else {
      guard let next = peek() else { throw PatternProblem("\"\\p\" names no class", at: start) }
      name = String(next)
    }
    position += 1
    guard let set = NamedScalarSets.category(name) else {
      throw PatternProblem(
        "\"\(name)\" is no Unicode general category such as L, Lu or Nd; scripts are not supported",
        at: start)
    }
    return inverts ? set.inverted : set
  }

  /// Reads an escape that stands for one scalar.
  private mutating func escapedScalar() throws(PatternProblem) -> Unicode.Scalar {
    let start = position
    position += 1
    guard let next = peek() else { throw PatternProblem("a backslash ends the pattern", at: start) }
    position += 1
    switch next {
    case "a": return "\u{07}"
    case "f": return "\u{0C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "v": return "\u{0B}"
    case "x": return try hexadecimal(at: start)
    case "0"..."7": return try octal(next, at: start)
    case "1"..."9": throw PatternProblem("back-references are not supported", at: start)
    case "k": throw PatternProblem("back-references are not supported", at: start)
    default:
      let isWord = NamedScalarSets.words.contains(next.value) && next != "_"
      guard next.isASCII, !isWord else {
        throw PatternProblem("\"\\\(next)\" is no escape", at: start)
      }
      return next
    }
  }

  private mutating func octal(
    _ first: Unicode.Scalar, at start: Int
  ) throws(PatternProblem) -> Unicode.Scalar {
    var value = first.value - 0x30
    var digits = 1
    while digits < 3, let next = peek(), ("0"..."7").contains(next) {
      value = value * 8 + next.value - 0x30
      digits += 1
      position += 1
    }
    guard first == "0" || digits > 1, let scalar = Unicode.Scalar(value) else {
      throw PatternProblem("back-references are not supported", at: start)
    }
    return scalar
  }

  private mutating func hexadecimal(at start: Int) throws(PatternProblem) -> Unicode.Scalar {
    let braced = peek() == "{"
    if braced { position += 1 }
    var value: UInt32 = 0
    var digits = 0
    while let next = peek(), let digit = Character(next).hexDigitValue, next.isASCII,
      braced || digits < 2
    {
      value = min(value * 16 + UInt32(digit), 0x110000)
      digits += 1
      position += 1
    }
    let complete = braced ? digits > 0 && peek() == "}" : digits == 2
    if braced { position += 1 }
    guard complete, let scalar = Unicode.Scalar(value) else {
      throw PatternProblem(
        "\"\\x\" needs two hexadecimal digits, or a code point in braces", at: start)
    }
    return scalar
  }

  /// Reads a class in brackets.
  mutating func characterClass() throws(PatternProblem) -> ScalarSet {
    let start = position
    position += 1
    let inverts = peek() == "^"
    if inverts { position += 1 }
    var ranges: [ClosedRange<UInt32>] = []
    var isFirst = true
    while let next = peek(), next != "]" || isFirst {
      isFirst = false
      if next == "[", peek(1) == ":", let set = try posixClass() {
        ranges += set.ranges
      } else if next == "\\", let set = try escapedClass() {
        ranges += set.ranges
      } else {
        ranges.append(try classRange())
      }
    }
    guard peek() == "]" else { throw PatternProblem("a \"[\" is not closed", at: start) }
    position += 1
    let set = folded(ScalarSet(ranges))
    return inverts ? set.inverted : set
  }

  private mutating func posixClass() throws(PatternProblem) -> ScalarSet? {
    var end = position + 2
    while end + 1 < source.count, !(source[end] == ":" && source[end + 1] == "]") {
      guard source[end] != "]" else { return nil }
      end += 1
    }
    guard end + 1 < source.count else { return nil }
    let written = text((position + 2)..<end)
    let inverts = written.hasPrefix("^")
    guard let set = NamedScalarSets.posix(inverts ? String(written.dropFirst()) : written) else {
      throw PatternProblem("\"[:\(written):]\" is no class", at: position)
    }
    position = end + 2
    return inverts ? set.inverted : set
  }

  private mutating func classRange() throws(PatternProblem) -> ClosedRange<UInt32> {
    let start = position
    let low = try classScalar()
    guard peek() == "-", let after = peek(1), after != "]" else { return low.value...low.value }
    position += 1
    let high = try classScalar()
    guard low.value <= high.value else {
      throw PatternProblem("a range of a class ends before it begins", at: start)
    }
    return low.value...high.value
  }

  private mutating func classScalar() throws(PatternProblem) -> Unicode.Scalar {
    guard let next = peek() else {
      throw PatternProblem("a \"[\" is not closed", at: position)
    }
    if next == "\\" { return try escapedScalar() }
    position += 1
    return next
  }
}
