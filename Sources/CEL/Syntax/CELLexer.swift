/// Cuts a source into tokens, and goes on after a mistake.
struct CELLexer {
  let source: [UInt8]
  var position = 0
  private(set) var tokens: [CELToken] = []
  private(set) var problems: [CELProblem] = []

  init(_ source: [UInt8]) { self.source = source }

  /// All tokens, of which the last is the end, and what was wrong.
  static func tokens(of source: [UInt8]) -> (tokens: [CELToken], problems: [CELProblem]) {
    var lexer = CELLexer(source)
    while lexer.skipBlanks() {
      let start = lexer.position
      do throws(CELProblem) {
        let kind = try lexer.next()
        lexer.append(kind, from: start)
      } catch {
        lexer.problems.append(error)
        if lexer.position == start { lexer.position += 1 }
        while let byte = lexer.peek(), byte & 0xC0 == 0x80 { lexer.position += 1 }
        if lexer.problems.count >= 20 { break }
      }
    }
    lexer.append(.end, from: lexer.position)
    return (lexer.tokens, lexer.problems)
  }

  private mutating func append(_ kind: CELToken.Kind, from start: Int) {
    tokens.append(CELToken(kind: kind, offset: start, length: position - start))
  }

  func peek(_ distance: Int = 0) -> UInt8? {
    position + distance < source.count ? source[position + distance] : nil
  }

  /// Skips blanks and comments; false at the end.
  private mutating func skipBlanks() -> Bool {
    while let byte = peek() {
      switch byte {
      case 0x20, 0x09, 0x0A, 0x0C, 0x0D: position += 1
      case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "/"):
        while let byte = peek(), byte != 0x0A { _ = byte; position += 1 }
      default: return true
      }
    }
    return false
  }

  private mutating func next() throws(CELProblem) -> CELToken.Kind {
    guard let byte = peek() else { return .end }
    if Self.isDigit(byte) || (byte == UInt8(ascii: ".") && peek(1).map(Self.isDigit) == true) {
      return try number()
    }
    if let literal = try text() { return literal }
    if Self.isNameStart(byte) { return name() }
    if byte == UInt8(ascii: "`") { return try quotedName() }
    if let symbol = symbol() { return .symbol(symbol) }
    throw CELProblem("unexpected \(character())", offset: position, length: 1, hint: hint(byte))
  }

  private func hint(_ byte: UInt8) -> String? {
    switch byte {
    case UInt8(ascii: "="): "compare with '=='"
    case UInt8(ascii: "&"): "write '&&'"
    case UInt8(ascii: "|"): "write '||'"
    default: nil
    }
  }

  /// The character at the position, for a message.
  private func character() -> String {
    let end = min(position + 4, source.count)
    let scalar = String(decoding: source[position..<end], as: UTF8.self).unicodeScalars.first
    guard let scalar else { return "end" }
    if scalar.value < 0x20 || scalar.value == 0x7F {
      return "control character U+\(String(scalar.value, radix: 16, uppercase: true))"
    }
    return "character '\(Character(scalar))'"
  }

  private mutating func symbol() -> CELToken.Symbol? {
    guard let byte = peek() else { return nil }
    if let second = peek(1) {
      let pair = String(decoding: [byte, second], as: UTF8.self)
      if let symbol = CELToken.Symbol(rawValue: pair), symbol != .isIn {
        position += 2
        return symbol
      }
    }
    guard let symbol = CELToken.Symbol(rawValue: String(decoding: [byte], as: UTF8.self)) else {
      return nil
    }
    position += 1
    return symbol
  }

  private mutating func name() -> CELToken.Kind {
    let start = position
    while let byte = peek(), Self.isNameStart(byte) || Self.isDigit(byte) { position += 1 }
    let name = String(decoding: source[start..<position], as: UTF8.self)
    switch name {
    case "in": return .symbol(.isIn)
    case "true": return .symbol(.yes)
    case "false": return .symbol(.no)
    case "null": return .symbol(.null)
    default: return CELToken.reservedWords.contains(name) ? .reserved(name) : .identifier(name)
    }
  }

  /// A name in backticks: letters, digits, and `_ . - / space`.
  private mutating func quotedName() throws(CELProblem) -> CELToken.Kind {
    let start = position
    position += 1
    while let byte = peek(), byte != UInt8(ascii: "`") {
      guard Self.isNameStart(byte) || Self.isDigit(byte) || " .-/".utf8.contains(byte) else {
        throw CELProblem(
          "unexpected \(character()) in a name between backticks", offset: position, length: 1,
          hint: "write ['…'] instead")
      }
      position += 1
    }
    let name = String(decoding: source[(start + 1)..<position], as: UTF8.self)
    guard peek() != nil, !name.isEmpty else {
      throw CELProblem(
        name.isEmpty ? "empty name between backticks" : "backtick without its end",
        offset: start, length: max(1, position - start))
    }
    position += 1
    return .quoted(name)
  }

  static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  static func isNameStart(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || byte == 0x5F
  }

  static func hexDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case 0x30...0x39: UInt32(byte) - 0x30
    case 0x41...0x46: UInt32(byte) - 0x37
    case 0x61...0x66: UInt32(byte) - 0x57
    default: nil
    }
  }
}
