import Resources

/// One line of a file of keys, read from left to right.
///
/// Words end at blanks that are not in double quotes; inside of quotes, `\"` is a quote.
struct KeyFileLine {
  let bytes: [UInt8]
  let number: Int
  let file: String
  private(set) var index = 0
  private(set) var diagnostics: [Diagnostic] = []

  init(_ bytes: ArraySlice<UInt8>, number: Int, file: String) {
    self.bytes = Array(bytes)
    self.number = number
    self.file = file
    skipBlanks()
  }

  /// Whether nothing stands on the line but blanks and a comment.
  var isEmpty: Bool { index == bytes.count || bytes[index] == UInt8(ascii: "#") }
  var isAtEnd: Bool { index == bytes.count }

  /// The next word as it is written, quotes included; nil at the end of the line.
  mutating func word() -> Range<Int>? {
    guard !isAtEnd else { return nil }
    let start = index
    var isQuoted = false
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\\"), index + 1 < bytes.count,
        bytes[index + 1] == UInt8(ascii: "\"")
      {
        index += 2
        continue
      }
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if !isQuoted, Self.isBlank(byte) { break }
      index += 1
    }
    let range = start..<index
    if isQuoted { refuse("unquoted", "a quote is opened here and never closed", at: range) }
    skipBlanks()
    return range
  }

  /// The next word, without moving on.
  func peek() -> Range<Int>? {
    var copy = self
    return copy.word()
  }

  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  mutating func refuse(
    _ code: String, _ message: String, at range: Range<Int>, hint: String? = nil,
  ) {
    diagnostics.append(
      Diagnostic(
        code: code, message, at: SourceLocation(file: file, range: place(of: range)), hint: hint))
  }

  /// Where a stretch of the line stands in the file; columns count scalars.
  func place(of range: Range<Int>) -> SourceRange {
    func position(_ index: Int) -> SourcePosition {
      let scalars = bytes[..<index].count { $0 & 0xC0 != 0x80 }
      return SourcePosition(line: number, column: scalars + 1)
    }
    return SourceRange(start: position(range.lowerBound), end: position(range.upperBound))
  }

  private mutating func skipBlanks() {
    while index < bytes.count, Self.isBlank(bytes[index]) { index += 1 }
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }

  // MARK: Keys

  /// Whether the word names an algorithm, so that a key starts with it.
  func startsKey(_ range: Range<Int>) -> Bool {
    let word = text(range)
    return SSHPublicKey.algorithms.contains(word) || word == "ssh-dss"
      || word.hasSuffix("-cert-v01@openssh.com")
  }

  /// Reads an algorithm and base 64; what follows is a comment.
  mutating func key() -> SSHPublicKey? {
    guard let name = word() else {
      refuse(
        "missing-key", "the key is missing", at: bytes.count..<bytes.count,
        hint: "a line is: PRINCIPALS [OPTIONS] ssh-ed25519 AAAA…")
      return nil
    }
    guard startsKey(name) else {
      let known = SSHPublicKey.algorithms
      refuse(
        "unknown-key-type", "\"\(text(name).prefix(64))\" is no kind of key", at: name,
        hint: Suggestion.didYouMean(text(name), among: known)
          ?? "kinds of keys: \(known.joined(separator: ", "))")
      return nil
    }
    guard let range = word() else {
      refuse("missing-key", "the key ends after its kind", at: name)
      return nil
    }
    guard let blob = Base64.decode(bytes[range]) else {
      refuse("bad-key", "the key is not base 64", at: range, hint: "copy the whole key again")
      return nil
    }
    do throws(SSHPublicKey.Problem) {
      let key = try SSHPublicKey(blob: blob)
      guard key.algorithm == text(name) else {
        refuse("bad-key", "the key is one of \(key.algorithm), not of \(text(name))", at: name)
        return nil
      }
      return key
    } catch {
      refuse("bad-key", error.words, at: range)
      return nil
    }
  }

  // MARK: Options

  struct Option {
    var name: String
    /// Nil for a flag.
    var value: String?
    var range: Range<Int>
  }

  /// Splits the word of options at its commas.
  func options(_ range: Range<Int>) -> [Option] {
    var result: [Option] = []
    var start = range.lowerBound
    var isQuoted = false
    var index = start
    while index <= range.upperBound {
      let isEnd = index == range.upperBound
      if !isEnd, bytes[index] == UInt8(ascii: "\""),
        index == start || bytes[index - 1] != UInt8(ascii: "\\")
      {
        isQuoted.toggle()
      }
      if isEnd || (!isQuoted && bytes[index] == UInt8(ascii: ",")) {
        result.append(option(start..<index))
        start = index + 1
      }
      index += 1
    }
    return result
  }

  private func option(_ range: Range<Int>) -> Option {
    guard let equals = bytes[range].firstIndex(of: UInt8(ascii: "=")) else {
      return Option(name: text(range).lowercased(), value: nil, range: range)
    }
    return Option(
      name: text(range.lowerBound..<equals).lowercased(),
      value: Self.unquoted(bytes[(equals + 1)..<range.upperBound]), range: range)
  }

  /// What stands between quotes; nil where there are none.
  static func unquoted(_ bytes: ArraySlice<UInt8>) -> String? {
    let quote = UInt8(ascii: "\"")
    guard bytes.count >= 2, bytes.first == quote, bytes.last == quote else { return nil }
    return String(decoding: bytes.dropFirst().dropLast(), as: UTF8.self)
      .split(separator: "\\\"", omittingEmptySubsequences: false).joined(separator: "\"")
  }
}
