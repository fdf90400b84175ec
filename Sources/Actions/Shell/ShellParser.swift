/// What a parser made of a text.
package enum ShellParse: Hashable, Sendable {
  case script(ShellScript)
  /// Something in it is not understood, or is over a limit; the offset counts bytes.
  case unparsed(reason: String, offset: Int)
}

/// Reads the text of a shell script into commands, without running or expanding anything.
///
/// Where shells disagree about a text, or where it is larger than the limits, it is called unparsed
/// and not guessed. The time is linear in the size of the text times the depth of backticks.
package struct ShellParser {
  /// How large a script may be.
  package struct Limits: Hashable, Sendable {
    package var bytes = 256 * 1024
    package var depth = 64
    package var nodes = 100_000
    /// How many bytes are looked at in all, for each byte of the text; a second line of defence.
    package var stepsPerByte = 80

    package init() {}
  }

  struct Failure: Error {
    var reason: String
    var offset: Int
  }

  struct PendingHereDocument {
    var delimiter: [UInt8]
    var isQuoted: Bool
    var stripsTabs: Bool
  }

  let bytes: [UInt8]
  let dialect: ShellDialect
  let limits: Limits
  let stepLimit: Int
  var position = 0
  /// Where the text ends for now: here-documents are parsed within their lines.
  var end: Int
  var depth = 0
  /// How many `$( )` and `<( )` are open.
  var substitutions = 0
  var nodes = 0
  var steps = 0
  var pending: [PendingHereDocument] = []
  var hereDocuments: [ShellWord] = []

  init(bytes: [UInt8], dialect: ShellDialect, limits: Limits, stepLimit: Int) {
    self.bytes = bytes
    self.dialect = dialect
    self.limits = limits
    self.stepLimit = stepLimit
    end = bytes.count
  }

  /// Parses `text` as `dialect` would read it.
  package static func parse(
    _ text: String, dialect: ShellDialect = .posix, limits: Limits = Limits(),
  ) -> ShellParse {
    parseCounting(text, dialect: dialect, limits: limits).result
  }

  /// Parses `text` and tells how many steps it took.
  package static func parseCounting(
    _ text: String, dialect: ShellDialect = .posix, limits: Limits = Limits(),
  ) -> (result: ShellParse, steps: Int) {
    let count = text.utf8.count
    guard count <= limits.bytes else {
      let reason = "the script has \(count) bytes; the limit is \(limits.bytes)"
      return (.unparsed(reason: reason, offset: limits.bytes), 0)
    }
    var parser = ShellParser(
      bytes: Array(text.utf8), dialect: dialect, limits: limits,
      stepLimit: count * limits.stepsPerByte + 1000)
    do throws(Failure) {
      return (.script(try parser.parseWhole()), parser.steps)
    } catch {
      return (.unparsed(reason: error.reason, offset: error.offset), parser.steps)
    }
  }

  mutating func parseWhole() throws(Failure) -> ShellScript {
    if let zero = bytes.firstIndex(of: 0) {
      throw Failure(reason: "the script contains a NUL byte", offset: zero)
    }
    var script = try parseList()
    guard position == end else { throw unexpected() }
    guard pending.isEmpty else { throw failure("a here-document has no end") }
    script.hereDocuments = hereDocuments
    return script
  }
}

// What all parts of the grammar stand on.
extension ShellParser {
  func failure(_ reason: String) -> Failure { Failure(reason: reason, offset: position) }

  func unexpected() -> Failure {
    guard position < end else { return failure("the script ends too early") }
    let rest = bytes[position..<min(end, position + 12)]
    let shown = String(decoding: rest.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    return failure(shown.isEmpty ? "unexpected end of line" : "unexpected '\(shown)'")
  }

  func peek(_ distance: Int = 0) -> UInt8? {
    let index = position + distance
    return index < end ? bytes[index] : nil
  }

  func at(_ text: String) -> Bool {
    let count = text.utf8.count
    guard end - position >= count else { return false }
    var index = position
    for scalar in text.utf8 {
      guard bytes[index] == scalar else { return false }
      index += 1
    }
    return true
  }

  mutating func step(_ count: Int = 1) throws(Failure) {
    steps += count
    guard steps <= stepLimit else { throw failure("the script takes too long to read") }
  }

  mutating func advance(_ count: Int = 1) throws(Failure) {
    try step(count)
    position += count
  }

  mutating func node() throws(Failure) {
    nodes += 1
    guard nodes <= limits.nodes else {
      throw failure("the script has more than \(limits.nodes) parts")
    }
  }

  mutating func enter() throws(Failure) {
    depth += 1
    guard depth <= limits.depth else {
      throw failure("the script is nested more than \(limits.depth) levels deep")
    }
  }

  mutating func leave() { depth -= 1 }

  /// Skips spaces, tabs, line continuations and a comment; not the end of the line.
  mutating func skipBlanks() throws(Failure) {
    while let byte = peek() {
      if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") {
        try advance()
      } else if try skipContinuation() {
        continue
      } else if byte == UInt8(ascii: "#") {
        while let other = peek(), other != UInt8(ascii: "\n") { try advance() }
      } else {
        return
      }
    }
  }

  /// Skips a backslash before the end of a line.
  mutating func skipContinuation() throws(Failure) -> Bool {
    guard at("\\\n") else { return false }
    guard pending.isEmpty else { throw failure("a line with a here-document is continued") }
    try advance(2)
    return true
  }

  /// Skips blanks and ends of lines, and reads the here-documents that stand there.
  mutating func skipLines() throws(Failure) {
    while true {
      try skipBlanks()
      guard peek() == UInt8(ascii: "\n") else { return }
      try advance()
      try readHereDocuments()
    }
  }

  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}

extension UInt8 {
  var isShellDelimiter: Bool {
    switch self {
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: ";"),
      UInt8(ascii: "&"), UInt8(ascii: "|"), UInt8(ascii: "("), UInt8(ascii: ")"),
      UInt8(ascii: "<"), UInt8(ascii: ">"):
      true
    default: false
    }
  }

  var isShellDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

  var isShellNameStart: Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self)
      || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) || self == UInt8(ascii: "_")
  }

  var isShellName: Bool { isShellNameStart || isShellDigit }
}
