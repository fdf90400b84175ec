internal import Resources

/// Finds what makes a file no text, before libyaml sees it.
///
/// After this check libyaml's own reader finds nothing to refuse, and counts lines as editors do.
enum TextCheck {
  enum Result {
    /// A text of so many Unicode scalars, without the byte order mark at its start.
    case text(characters: Int)
    case problem(Problem)
  }

  struct Problem {
    var offset: Int
    var kind: Kind
  }

  enum Kind {
    case utf16
    case notUTF8(UInt8)
    case nul
    case control(UInt32)
    case byteOrderMark
    case lineSeparator(UInt32)
    case directives
  }

  /// `%TAG` lines are compared each with each by libyaml.
  private static let maximumTagDirectives = 100

  static func byteOrderMarkLength(_ bytes: Span<UInt8>) -> Int {
    guard bytes.count >= 3 else { return 0 }
    return bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF ? 3 : 0
  }

  static func examine(_ bytes: Span<UInt8>) -> Result {
    var index = byteOrderMarkLength(bytes)
    if index == 0, isUTF16(bytes) { return .problem(Problem(offset: 0, kind: .utf16)) }
    var characters = bytes.count - index
    var directives = 0
    while index < bytes.count {
      if index + 8 <= bytes.count, isPrintable(word(bytes, at: index)) {
        index += 8
        continue
      }
      let byte = bytes[index]
      switch byte {
      case 0x20..<0x7F, 0x09: index += 1
      case 0x0A, 0x0D:
        index += 1
        guard startsTagDirective(bytes, at: index) else { continue }
        directives += 1
        guard directives <= maximumTagDirectives else {
          return .problem(Problem(offset: index, kind: .directives))
        }
      case 0: return .problem(Problem(offset: index, kind: .nul))
      case 0x01..<0x80: return .problem(Problem(offset: index, kind: .control(UInt32(byte))))
      default:
        let length = sequenceLength(bytes, at: index)
        guard length > 0 else { return .problem(Problem(offset: index, kind: .notUTF8(byte))) }
        if let kind = refusal(bytes, at: index, length: length) {
          return .problem(Problem(offset: index, kind: kind))
        }
        index += length
        characters -= length - 1
      }
    }
    return .text(characters: characters)
  }

  private static func isUTF16(_ bytes: Span<UInt8>) -> Bool {
    guard bytes.count >= 2 else { return false }
    return (bytes[0] == 0xFF && bytes[1] == 0xFE) || (bytes[0] == 0xFE && bytes[1] == 0xFF)
  }

  private static func startsTagDirective(_ bytes: Span<UInt8>, at index: Int) -> Bool {
    index + 1 < bytes.count && bytes[index] == UInt8(ascii: "%")
      && bytes[index + 1] == UInt8(ascii: "T")
  }

  private static func word(_ bytes: Span<UInt8>, at index: Int) -> UInt64 {
    unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
  }

  /// Whether all eight bytes are from 0x20 to 0x7E: no borrow and no carry reaches a high bit.
  private static func isPrintable(_ word: UInt64) -> Bool {
    let each: UInt64 = 0x0101_0101_0101_0101
    return (word | (word &- each &* 0x20) | (word &+ each)) & (each &* 0x80) == 0
  }

  /// The length of the well-formed sequence at `index` (Unicode, table 3-7); 0 for a malformed one.
  private static func sequenceLength(_ bytes: Span<UInt8>, at index: Int) -> Int {
    let first = bytes[index]
    let second: ClosedRange<UInt8>
    let length: Int
    switch first {
    case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: return 0
    }
    guard index + length <= bytes.count, second.contains(bytes[index + 1]) else { return 0 }
    for offset in 2..<max(2, length) {
      guard bytes[index + offset] & 0xC0 == 0x80 else { return 0 }
    }
    return length
  }

  /// Why the well-formed character at `index` is refused.
  private static func refusal(
    _ bytes: Span<UInt8>, at index: Int, length: Int,
  ) -> Kind? {
    let first = bytes[index]
    let second = bytes[index + 1]
    if length == 2 {
      guard first == 0xC2, second < 0xA0 else { return nil }
      return second == 0x85 ? .lineSeparator(0x85) : .control(UInt32(second))
    }
    guard length == 3 else { return nil }
    let third = bytes[index + 2]
    switch (first, second, third) {
    case (0xE2, 0x80, 0xA8): return .lineSeparator(0x2028)
    case (0xE2, 0x80, 0xA9): return .lineSeparator(0x2029)
    case (0xEF, 0xBB, 0xBF): return .byteOrderMark
    case (0xEF, 0xBF, 0xBE): return .control(0xFFFE)
    case (0xEF, 0xBF, 0xBF): return .control(0xFFFF)
    default: return nil
    }
  }
}

extension TextCheck.Problem {
  func diagnostic(in bytes: Span<UInt8>, file: String) -> Diagnostic {
    let place = position(in: bytes)
    let location = SourceLocation(file: file, range: SourceRange(start: place, end: place))
    switch kind {
    case .utf16:
      return Diagnostic(
        code: "not-utf8", "the file is UTF-16, not UTF-8", at: location, hint: "save it as UTF-8")
    case .notUTF8(let byte):
      return Diagnostic(
        code: "not-utf8",
        "the file is not UTF-8: there is a byte 0x\(Hex.text(of: [byte]))",
        at: location, hint: "save it as UTF-8")
    case .nul:
      return Diagnostic(
        code: "not-text", "the file is not text: it has a NUL byte", at: location,
        hint: "a binary file needs another name, and UTF-16 must be saved as UTF-8")
    case .control(let scalar):
      return Diagnostic(
        code: "not-text", "the file has the control character U+\(Self.digits(scalar))",
        at: location, hint: "remove it, or write \"\\u\(Self.digits(scalar))\" in double quotes")
    case .byteOrderMark:
      return Diagnostic(
        code: "not-text", "there is a byte order mark (U+FEFF) inside the file", at: location,
        hint: "remove this invisible character; it often comes from joining files")
    case .lineSeparator(let scalar):
      return Diagnostic(
        code: "line-separator",
        "the character U+\(Self.digits(scalar)) ends a line to some YAML readers and not to others",
        at: location, hint: "replace it, or write \"\\u\(Self.digits(scalar))\" in double quotes")
    case .directives:
      return Diagnostic(
        code: "tag-directive", "the file has very many %TAG directives", at: location,
        hint: "remove them; tags of one's own are not used here")
    }
  }

  /// Counts lines and columns from the start; only for the one place that is reported.
  private func position(in bytes: Span<UInt8>) -> SourcePosition {
    var line = 1
    var column = 1
    var index = TextCheck.byteOrderMarkLength(bytes)
    while index < offset {
      let byte = bytes[index]
      let isBreak =
        byte == 0x0A
        || (byte == 0x0D && !(index + 1 < bytes.count && bytes[index + 1] == 0x0A))
      if isBreak {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
      index += 1
    }
    return SourcePosition(line: line, column: column)
  }

  private static func digits(_ scalar: UInt32) -> String {
    Hex.text(of: [UInt8(scalar >> 8 & 0xFF), UInt8(scalar & 0xFF)]).uppercased()
  }
}
