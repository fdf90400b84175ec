// What begins with a dollar sign or a backtick.
extension ShellParser {
  /// Reads an expansion; nil where the dollar sign is only a dollar sign, which stays.
  mutating func parseExpansion(isQuoted: Bool) throws(Failure) -> ShellWord.Part? {
    try node()
    try enter()
    defer { leave() }
    if peek() == UInt8(ascii: "`") { return .command(try parseBackticks(isQuoted: isQuoted)) }
    guard let next = peek(1) else { return nil }
    switch next {
    case UInt8(ascii: "("):
      guard pending.isEmpty else { throw failure("a substitution after a here-document begins") }
      if at("$((") {
        try advance(3)
        return .arithmetic(try parseArithmetic(allowsSemicolon: false))
      }
      try advance(2)
      guard !at("\\\n") else { throw failure("a continued line within an operator") }
      return .command(try parseSubstitution())
    case UInt8(ascii: "{"):
      try advance(2)
      return .parameter(try parseBraced(isQuoted: isQuoted))
    case UInt8(ascii: "'") where !isQuoted:
      try advance(2)
      return .quoted(try readEscapedQuotation())
    case UInt8(ascii: "\"") where !isQuoted:
      throw failure("'$\"' means different things to different shells")
    case UInt8(ascii: "["): throw failure("'$[' means different things to different shells")
    case UInt8(ascii: "\\") where peek(2) == UInt8(ascii: "\n"):
      throw failure("a continued line within an expansion")
    case UInt8(ascii: "~"), UInt8(ascii: "="), UInt8(ascii: "^"), UInt8(ascii: "+"):
      guard dialect != .zsh else { throw failure("an expansion with flags") }
      return nil
    default: break
    }
    if next.isShellNameStart {
      try advance()
      let start = position
      while let byte = peek(), byte.isShellName { try advance() }
      let name = text(start..<position)
      if dialect == .zsh, peek() == UInt8(ascii: "[") { throw failure("a subscript") }
      return .parameter(ShellParameter(name: name))
    }
    guard next.isShellDigit || "@*#?-$!".utf8.contains(next) else { return nil }
    try advance(2)
    return .parameter(ShellParameter(name: String(decoding: [next], as: UTF8.self)))
  }

  /// Reads the commands of `$(` up to and with `)`.
  mutating func parseSubstitution() throws(Failure) -> ShellScript {
    substitutions += 1
    let script = try parseList()
    substitutions -= 1
    guard pending.isEmpty else { throw failure("a here-document does not end in its substitution") }
    try expectByte(UInt8(ascii: ")"))
    return script
  }

  private mutating func parseBackticks(isQuoted: Bool) throws(Failure) -> ShellScript {
    guard pending.isEmpty else { throw failure("a substitution after a here-document begins") }
    let start = position
    try advance()
    var inner: [UInt8] = []
    while true {
      guard let byte = peek() else { throw failure("a backtick has no end") }
      if byte == UInt8(ascii: "`") { break }
      if byte == UInt8(ascii: "\\"), let next = peek(1) {
        let isEscape = "$`\\".utf8.contains(next)
        if isQuoted && next == UInt8(ascii: "\"") {
          throw failure("shells disagree about quotes within quoted backticks")
        }
        if !isEscape { inner.append(byte) }
        inner.append(next)
        try advance(2)
      } else {
        inner.append(byte)
        try advance()
      }
    }
    try advance()
    var parser = ShellParser(bytes: inner, dialect: dialect, limits: limits, stepLimit: stepLimit)
    parser.depth = depth
    parser.substitutions = substitutions
    parser.nodes = nodes
    parser.steps = steps
    parser.hereDocuments = hereDocuments
    hereDocuments = []
    do throws(Failure) {
      var script = try parser.parseWhole()
      hereDocuments = script.hereDocuments
      script.hereDocuments = []
      nodes = parser.nodes
      steps = parser.steps
      return script
    } catch {
      throw Failure(reason: error.reason, offset: start)
    }
  }

  /// Reads an arithmetic expression up to and with `))`.
  mutating func parseArithmetic(allowsSemicolon: Bool) throws(Failure) -> ShellArithmetic {
    var parts: [ShellWord.Part] = []
    var literal: [UInt8] = []
    var open = 0
    while let byte = peek() {
      switch byte {
      case UInt8(ascii: ")") where open == 0:
        guard peek(1) == UInt8(ascii: ")") else {
          throw failure("this is either arithmetic or commands")
        }
        try advance(2)
        if !literal.isEmpty { parts.append(.literal(String(decoding: literal, as: UTF8.self))) }
        return ShellArithmetic(parts: parts)
      case UInt8(ascii: "("): open += 1
      case UInt8(ascii: ")"): open -= 1
      case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "{"),
        UInt8(ascii: "}"):
        throw failure("a quotation in an arithmetic expression")
      case UInt8(ascii: ";") where !allowsSemicolon:
        throw failure("this is either arithmetic or commands")
      case UInt8(ascii: "$"), UInt8(ascii: "`"):
        guard let part = try parseExpansion(isQuoted: true) else { throw unexpected() }
        if !literal.isEmpty { parts.append(.literal(String(decoding: literal, as: UTF8.self))) }
        literal = []
        parts.append(part)
        continue
      default:
        if byte == UInt8(ascii: "\n") { try refuseLineEndBeforeHereDocument() }
      }
      literal.append(byte)
      try advance()
    }
    throw failure("an arithmetic expression has no end")
  }

  private mutating func parseBraced(isQuoted: Bool) throws(Failure) -> ShellParameter {
    var parameter = ShellParameter(name: "")
    let isMarked = { (byte: UInt8?) in
      byte.map { $0.isShellName || "@*?$!#-".utf8.contains($0) } ?? false
    }
    if peek() == UInt8(ascii: "#"), isMarked(peek(1)) {
      parameter.isLength = true
      try advance()
    } else if peek() == UInt8(ascii: "!"), isMarked(peek(1)) {
      parameter.isIndirect = true
      try advance()
    }
    let start = position
    if let first = peek(), first.isShellName {
      while let byte = peek(), byte.isShellName { try advance() }
      let isName = first.isShellNameStart || text(start..<position).utf8.allSatisfy(\.isShellDigit)
      guard isName else { throw failure("the name of a parameter is not understood") }
    } else if let first = peek(), "@*?$!#-".utf8.contains(first) {
      try advance()
    } else {
      throw failure("an expansion is not understood")
    }
    parameter.name = text(start..<position)
    if peek() == UInt8(ascii: "[") {
      guard dialect.hasExtensions else { throw unexpected() }
      try advance()
      parameter.subscriptParts = try parseParts(until: .bracket)
      try advance()
    }
    try parseParameterOperator(into: &parameter, isQuoted: isQuoted)
    try expectByte(UInt8(ascii: "}"))
    return parameter
  }

  private mutating func parseParameterOperator(
    into parameter: inout ShellParameter, isQuoted: Bool,
  ) throws(Failure) {
    if peek() == UInt8(ascii: "}") { return }
    let operators = [
      ":-", ":=", ":?", ":+", "##", "%%", "//", "/#", "/%", "^^", ",,", "-", "=", "?", "+", "#",
      "%", "/", "^", ",", "@", ":",
    ]
    guard !parameter.isLength, let sign = operators.first(where: { at($0) }) else {
      throw failure("an expansion is not understood")
    }
    let isCommon = ["-", "=", "?", "+", "#", "%"].contains { sign.hasSuffix($0) && sign != "/#" }
    guard isCommon && sign != "/%" || dialect.hasExtensions else {
      throw failure("only some shells know '\(sign)' in an expansion")
    }
    try advance(sign.utf8.count)
    parameter.operator = sign
    parameter.word = isQuoted ? try parseQuotedBraceParts() : try parseParts(until: .brace)
  }

  /// Reads `$'..'` after its first quote.
  private mutating func readEscapedQuotation() throws(Failure) -> String {
    var content: [UInt8] = []
    while let byte = peek() {
      try advance()
      if byte == UInt8(ascii: "'") {
        guard let text = String(validating: content, as: UTF8.self) else {
          throw failure("a quotation is not UTF-8")
        }
        return text
      }
      if byte == UInt8(ascii: "\n") { try refuseLineEndBeforeHereDocument() }
      if byte == UInt8(ascii: "\\") {
        if peek() == UInt8(ascii: "'") && !dialect.hasExtensions {
          throw failure("shells disagree about a quote in $'..'")
        }
        try readEscape(into: &content)
      } else {
        content.append(byte)
      }
    }
    throw failure("a quotation has no end")
  }

  private mutating func readEscape(into content: inout [UInt8]) throws(Failure) {
    guard let byte = peek() else { throw unexpected() }
    let simple: [UInt8: UInt8] = [
      UInt8(ascii: "a"): 7, UInt8(ascii: "b"): 8, UInt8(ascii: "e"): 27, UInt8(ascii: "E"): 27,
      UInt8(ascii: "f"): 12, UInt8(ascii: "n"): 10, UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9,
      UInt8(ascii: "v"): 11, UInt8(ascii: "\\"): 92, UInt8(ascii: "'"): 39, UInt8(ascii: "\""): 34,
      UInt8(ascii: "?"): 63,
    ]
    if let plain = simple[byte] {
      content.append(plain)
      return try advance()
    }
    if byte == UInt8(ascii: "x") {
      try advance()
      return try appendNumber(readDigits(radix: 16, most: 2), to: &content)
    }
    if byte == UInt8(ascii: "u") || byte == UInt8(ascii: "U") {
      try advance()
      let number = try readDigits(radix: 16, most: byte == UInt8(ascii: "u") ? 4 : 8)
      guard let number, number < 0x80 else { throw failure("an escape is not understood") }
      return try appendNumber(number, to: &content)
    }
    guard byte.isShellDigit else { throw failure("an escape is not understood") }
    try appendNumber(readDigits(radix: 8, most: 3), to: &content)
  }

  private func appendNumber(_ number: Int?, to content: inout [UInt8]) throws(Failure) {
    guard let number, number > 0 else { throw failure("an escape is not understood") }
    content.append(UInt8(truncatingIfNeeded: number))
  }

  private mutating func readDigits(radix: Int, most: Int) throws(Failure) -> Int? {
    let start = position
    while position - start < most, let byte = peek(),
      let value = Character(UnicodeScalar(byte)).hexDigitValue, value < radix
    {
      try advance()
    }
    return Int(text(start..<position), radix: radix)
  }
}
