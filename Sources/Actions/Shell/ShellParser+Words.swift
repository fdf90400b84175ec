// Words and the quotes in them.
extension ShellParser {
  /// What ends the text that is being read.
  enum WordEnd {
    /// A blank or an operator.
    case delimiter
    /// The `}` of `${`.
    case brace
    /// The `]` of a subscript.
    case bracket
    /// A blank outside of parentheses: a pattern after `=~`.
    case blank
  }

  /// Reads a word; something that can begin one must be there.
  mutating func parseWord() throws(Failure) -> ShellWord {
    try node()
    var parts: [ShellWord.Part] = []
    if atProcessSubstitution() {
      try advance(2)
      guard peek() != UInt8(ascii: "(") else {
        throw failure("this is either arithmetic or commands")
      }
      parts.append(.process(try parseSubstitution()))
    }
    parts += try parseParts(until: .delimiter)
    return ShellWord(parts)
  }

  mutating func parseRegularExpression() throws(Failure) -> ShellWord {
    try node()
    return ShellWord(try parseParts(until: .blank))
  }

  mutating func parseParts(until wordEnd: WordEnd) throws(Failure) -> [ShellWord.Part] {
    var parts: [ShellWord.Part] = []
    var literal: [UInt8] = []
    var parentheses = 0
    func flush() {
      guard !literal.isEmpty else { return }
      parts.append(.literal(String(decoding: literal, as: UTF8.self)))
      literal = []
    }
    while let byte = peek() {
      switch wordEnd {
      case .delimiter where byte.isShellDelimiter, .brace where byte == UInt8(ascii: "}"),
        .bracket where byte == UInt8(ascii: "]"):
        flush()
        return parts
      case .blank:
        if byte == UInt8(ascii: "(") { parentheses += 1 }
        if byte == UInt8(ascii: ")") { parentheses -= 1 }
        let isBlank = byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == 10
        if isBlank && parentheses == 0 {
          flush()
          return parts
        }
        guard !isBlank, parentheses >= 0, !";&<>".utf8.contains(byte) else { throw unexpected() }
      default: break
      }
      switch byte {
      case UInt8(ascii: "\\"):
        if try skipContinuation() { continue }
        guard position + 1 < end else { throw failure("a backslash at the end") }
        flush()
        try advance()
        parts.append(.quoted(try readCharacter()))
      case UInt8(ascii: "'"):
        flush()
        try advance()
        parts.append(.quoted(try readSingleQuoted()))
      case UInt8(ascii: "\""):
        flush()
        try advance()
        parts.append(.doubleQuoted(try parseQuotedParts(until: UInt8(ascii: "\""))))
      case UInt8(ascii: "$"), UInt8(ascii: "`"):
        if let part = try parseExpansion(isQuoted: false) {
          flush()
          parts.append(part)
        } else {
          literal.append(byte)
          try advance()
        }
      default:
        if byte == UInt8(ascii: "\n") { try refuseLineEndBeforeHereDocument() }
        literal.append(byte)
        try advance()
      }
    }
    guard wordEnd == .delimiter else { throw unexpected() }
    flush()
    return parts
  }

  /// Reads text in which only `$`, backticks and backslashes are special, up to and with `quote`.
  mutating func parseQuotedParts(until quote: UInt8?) throws(Failure) -> [ShellWord.Part] {
    try enter()
    defer { leave() }
    var parts: [ShellWord.Part] = []
    var literal: [UInt8] = []
    func flush() {
      guard !literal.isEmpty else { return }
      parts.append(.literal(String(decoding: literal, as: UTF8.self)))
      literal = []
    }
    while let byte = peek() {
      if byte == quote {
        try advance()
        flush()
        return parts
      }
      switch byte {
      case UInt8(ascii: "\\"):
        if try skipContinuation() { continue }
        try advance()
        guard let next = peek() else {
          guard quote == nil else { throw unexpected() }
          literal.append(byte)
          continue
        }
        if !"$`\"\\".utf8.contains(next) || (quote == nil && next == UInt8(ascii: "\"")) {
          literal.append(byte)
        }
        literal += Array(try readCharacter().utf8)
      case UInt8(ascii: "$"), UInt8(ascii: "`"):
        if let part = try parseExpansion(isQuoted: true) {
          flush()
          parts.append(part)
        } else {
          literal.append(byte)
          try advance()
        }
      default:
        if byte == UInt8(ascii: "\n") { try refuseLineEndBeforeHereDocument() }
        literal.append(byte)
        try advance()
      }
    }
    guard quote == nil else { throw failure("a quotation has no end") }
    flush()
    return parts
  }

  /// Reads what `${x:-` is followed by within double quotes, up to the brace.
  mutating func parseQuotedBraceParts() throws(Failure) -> [ShellWord.Part] {
    var parts: [ShellWord.Part] = []
    while let byte = peek() {
      switch byte {
      case UInt8(ascii: "}"): return parts
      case UInt8(ascii: "'"), UInt8(ascii: "\""):
        throw failure("shells disagree about quotes within quoted braces")
      case UInt8(ascii: "\\"):
        if try skipContinuation() { continue }
        try advance()
        guard peek() != nil else { throw unexpected() }
        parts.append(.quoted(try readCharacter()))
      case UInt8(ascii: "$"), UInt8(ascii: "`"):
        if let part = try parseExpansion(isQuoted: true) {
          parts.append(part)
        } else {
          parts.append(.quoted("$"))
          try advance()
        }
      default:
        if byte == UInt8(ascii: "\n") { try refuseLineEndBeforeHereDocument() }
        parts.append(.quoted(try readCharacter()))
      }
    }
    throw unexpected()
  }

  private mutating func readCharacter() throws(Failure) -> String {
    let start = position
    if peek() == UInt8(ascii: "\n") { try refuseLineEndBeforeHereDocument() }
    try advance()
    while let byte = peek(), byte & 0xC0 == 0x80 { try advance() }
    return text(start..<position)
  }

  private mutating func readSingleQuoted() throws(Failure) -> String {
    let start = position
    while let byte = peek() {
      if byte == UInt8(ascii: "'") {
        let content = text(start..<position)
        try advance()
        return content
      }
      if byte == UInt8(ascii: "\n") { try refuseLineEndBeforeHereDocument() }
      try advance()
    }
    throw failure("a quotation has no end")
  }

  func refuseLineEndBeforeHereDocument() throws(Failure) {
    guard pending.isEmpty else { throw failure("a quotation goes over a here-document") }
  }
}
