extension CELParser {
  /// Takes the begin of an operand; nil if it only opened something.
  mutating func begin() throws(CELProblem) -> Int? {
    let word = token
    if let value = try literalValue() { return try add(.literal(value), at: word, over: []) }
    switch word.kind {
    case .symbol(.not):
      advance()
      try open(.prefix(.not, word))
    case .symbol(.minus):
      advance()
      let number = token
      if let value = negative() {
        return try add(
          .literal(value), at: CELToken(kind: number.kind, from: word, to: number), over: [])
      }
      try open(.prefix(.negate, word))
    case .symbol(.leftParen):
      advance()
      try open(.group(word))
    case .symbol(.leftBracket):
      advance()
      guard take(.rightBracket) else { return try element(word, parts.count) }
      return try add(.list([]), at: word, over: [])
    case .symbol(.leftBrace):
      advance()
      guard take(.rightBrace) else { return try entry(word, parts.count) }
      return try add(.map([]), at: word, over: [])
    case .symbol(.dot):
      advance()
      return try name(isRooted: true)
    case .identifier: return try name(isRooted: false)
    default: throw unexpected("an expression")
    }
    return nil
  }

  private mutating func literalValue() throws(CELProblem) -> CELValue? {
    let value: CELValue
    switch token.kind {
    case .int(let magnitude):
      guard let int = Int64(exactly: magnitude) else {
        throw CELProblem(
          "the number is too large for an int", offset: token.offset, length: token.length,
          hint: "add 'u' for an unsigned number")
      }
      value = .int(int)
    case .uint(let uint): value = .uint(uint)
    case .double(let double): value = .double(double)
    case .string(let string): value = .string(string)
    case .bytes(let bytes): value = .bytes(bytes)
    case .symbol(.yes): value = .bool(true)
    case .symbol(.no): value = .bool(false)
    case .symbol(.null): value = .null
    default: return nil
    }
    advance()
    return value
  }

  /// The number after a minus sign, so that the smallest whole number can be written.
  private mutating func negative() -> CELValue? {
    switch token.kind {
    case .int(let magnitude) where magnitude <= UInt64(Int64.max) + 1:
      advance()
      return .int(Int64(truncatingIfNeeded: 0 &- magnitude))
    case .double(let double):
      advance()
      return .double(-double)
    default:
      return nil
    }
  }

  private mutating func name(isRooted: Bool) throws(CELProblem) -> Int? {
    let word = token
    guard case .identifier(let name) = word.kind else { throw unexpected("a name") }
    advance()
    guard take(.leftParen) else {
      return try add(.identifier(name, isRooted: isRooted), at: word, over: [])
    }
    return try arguments(
      CELCallHead(name: name, receiver: nil, isRooted: isRooted, word: word))
  }

  /// The call, if it has no arguments; nil if the first is wanted.
  private mutating func arguments(_ head: CELCallHead) throws(CELProblem) -> Int? {
    if take(.rightParen) { return try call(head, []) }
    try open(.arguments(head, start: parts.count))
    return nil
  }

  mutating func call(_ head: CELCallHead, _ arguments: [Int]) throws(CELProblem) -> Int {
    if let receiver = head.receiver {
      if let macro = try expand(head.name, of: receiver, at: head.word, arguments) { return macro }
      return try add(
        .call(head.name, receiver: receiver, arguments: arguments), at: head.word,
        over: [receiver] + arguments)
    }
    if !head.isRooted, let macro = try expand(head.name, at: head.word, arguments) {
      return macro
    }
    return try add(
      .call(head.isRooted ? "." + head.name : head.name, receiver: nil, arguments: arguments),
      at: head.word, over: arguments)
  }

  mutating func element(_ word: CELToken, _ start: Int) throws(CELProblem) -> Int? {
    let isOptional = try optionalMark()
    try open(.list(word, start: start, isOptional: isOptional))
    return nil
  }

  mutating func entry(_ word: CELToken, _ start: Int) throws(CELProblem) -> Int? {
    let isOptional = try optionalMark()
    try open(.key(word, start: start, isOptional: isOptional))
    return nil
  }

  mutating func field(_ head: CELConstructHead, _ start: Int) throws(CELProblem) -> Int? {
    let isOptional = try optionalMark()
    let word = token
    switch word.kind {
    case .identifier(let name), .reserved(let name), .quoted(let name):
      advance()
      try expect(.colon)
      let field = CELFieldHead(name: name, word: word, isOptional: isOptional)
      try open(.fields(head, start: start, field))
      return nil
    default: throw unexpected("the name of a field")
    }
  }

  private mutating func optionalMark() throws(CELProblem) -> Bool {
    let word = token
    guard take(.question) else { return false }
    guard hasOptionalSyntax else {
      throw CELProblem(
        "optional syntax is not enabled here", offset: word.offset, length: word.length)
    }
    return true
  }

  /// Takes a selection, index, call or list of fields after `node`; false if there is none.
  mutating func suffix(_ node: Int, _ operand: inout Int?) throws(CELProblem) -> Bool {
    let word = token
    switch symbol {
    case .dot:
      advance()
      operand = try member(of: node)
    case .leftBracket:
      advance()
      let isOptional = try optionalMark()
      try open(.index(node, word, isOptional: isOptional))
      operand = nil
    case .leftBrace:
      guard let path = syntax.path(node) else { return false }
      advance()
      let name = syntax[node]
      let head = CELConstructHead(
        name: path.name, isRooted: path.isRooted,
        word: CELToken(kind: .end, offset: name.offset, length: name.length))
      if take(.rightBrace) {
        operand = try add(
          .construct(head.name, isRooted: head.isRooted, []), at: head.word, over: [])
      } else {
        operand = try field(head, parts.count)
      }
    default: return false
    }
    return true
  }

  private mutating func member(of operand: Int) throws(CELProblem) -> Int? {
    let isOptional = try optionalMark()
    let word = token
    let name: String
    switch word.kind {
    case .identifier(let text), .reserved(let text): name = text
    case .quoted(let text):
      advance()
      return try add(
        .select(operand, field: text, isOptional: isOptional), at: word, over: [operand])
    default: throw unexpected("the name of a field")
    }
    advance()
    guard !isOptional, take(.leftParen) else {
      return try add(
        .select(operand, field: name, isOptional: isOptional), at: word, over: [operand])
    }
    return try arguments(
      CELCallHead(name: name, receiver: operand, isRooted: false, word: word))
  }
}
