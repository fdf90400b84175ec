extension CELParser {
  /// A literal, a name, a call, or something in brackets.
  mutating func primary() throws(CELProblem) -> Int {
    let word = token
    switch word.kind {
    case .int(let magnitude):
      guard let int = Int64(exactly: magnitude) else {
        throw CELProblem(
          "the number is too large for an int", offset: word.offset, length: word.length,
          hint: "add 'u' for an unsigned number")
      }
      return try literal(.int(int))
    case .uint(let uint): return try literal(.uint(uint))
    case .double(let double): return try literal(.double(double))
    case .string(let string): return try literal(.string(string))
    case .bytes(let bytes): return try literal(.bytes(bytes))
    case .symbol(.yes): return try literal(.bool(true))
    case .symbol(.no): return try literal(.bool(false))
    case .symbol(.null): return try literal(.null)
    case .symbol(.leftParen):
      advance()
      let inner = try expression()
      try expect(.rightParen)
      return inner
    case .symbol(.leftBracket): return try list()
    case .symbol(.leftBrace): return try map()
    case .symbol(.dot):
      advance()
      return try name(isRooted: true)
    case .identifier: return try name(isRooted: false)
    default: throw unexpected("an expression")
    }
  }

  private mutating func literal(_ value: CELValue) throws(CELProblem) -> Int {
    try add(.literal(value), at: advance(), over: [])
  }

  private mutating func name(isRooted: Bool) throws(CELProblem) -> Int {
    let word = token
    guard case .identifier(let name) = word.kind else { throw unexpected("a name") }
    advance()
    guard symbol == .leftParen else {
      return try add(.identifier(name, isRooted: isRooted), at: word, over: [])
    }
    let arguments = try self.arguments()
    if !isRooted, let macro = try expand(name, at: word, arguments) { return macro }
    return try add(
      .call(isRooted ? "." + name : name, receiver: nil, arguments: arguments), at: word,
      over: arguments)
  }

  /// `(a, b)` of a call.
  private mutating func arguments() throws(CELProblem) -> [Int] {
    try expect(.leftParen)
    var arguments: [Int] = []
    while symbol != .rightParen {
      arguments.append(try expression())
      guard take(.comma) else { break }
      if symbol == .rightParen { throw unexpected("an expression") }
    }
    try expect(.rightParen)
    return arguments
  }

  private mutating func list() throws(CELProblem) -> Int {
    let word = advance()
    var elements: [CELElement] = []
    while symbol != .rightBracket {
      let isOptional = try optionalMark()
      elements.append(CELElement(node: try expression(), isOptional: isOptional))
      guard take(.comma) else { break }
    }
    try expect(.rightBracket)
    return try add(.list(elements), at: word, over: elements.map(\.node))
  }

  private mutating func map() throws(CELProblem) -> Int {
    let word = advance()
    var entries: [CELEntry] = []
    while symbol != .rightBrace {
      let isOptional = try optionalMark()
      let key = try expression()
      try expect(.colon)
      entries.append(CELEntry(key: key, value: try expression(), isOptional: isOptional))
      guard take(.comma) else { break }
    }
    try expect(.rightBrace)
    return try add(.map(entries), at: word, over: entries.flatMap { [$0.key, $0.value] })
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

  /// Selections, indexes, calls and field lists after `operand`.
  mutating func members(of operand: Int) throws(CELProblem) -> Int {
    var operand = operand
    while let symbol {
      switch symbol {
      case .dot:
        advance()
        operand = try member(of: operand)
      case .leftBracket:
        let word = advance()
        let isOptional = try optionalMark()
        let key = try expression()
        try expect(.rightBracket)
        operand = try add(
          .index(operand, key: key, isOptional: isOptional), at: word, over: [operand, key])
      case .leftBrace:
        guard let (name, isRooted) = path(operand) else { return operand }
        operand = try construct(name, isRooted: isRooted, at: operand)
      default: return operand
      }
    }
    return operand
  }

  private mutating func member(of operand: Int) throws(CELProblem) -> Int {
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
    guard symbol == .leftParen, !isOptional else {
      return try add(
        .select(operand, field: name, isOptional: isOptional), at: word, over: [operand])
    }
    let arguments = try self.arguments()
    if let macro = try expand(name, of: operand, at: word, arguments) { return macro }
    return try add(
      .call(name, receiver: operand, arguments: arguments), at: word,
      over: [operand] + arguments)
  }

  /// The dotted name that `node` is, if it is one.
  private func path(_ node: Int) -> (name: String, isRooted: Bool)? {
    switch syntax[node].form {
    case .identifier(let name, let isRooted): return (name, isRooted)
    case .select(let operand, let field, false):
      guard let (name, isRooted) = path(operand) else { return nil }
      return (name + "." + field, isRooted)
    default: return nil
    }
  }

  private mutating func construct(
    _ name: String, isRooted: Bool, at node: Int
  ) throws(CELProblem) -> Int {
    let nameNode = syntax[node]
    let word = CELToken(kind: .end, offset: nameNode.offset, length: nameNode.length)
    advance()
    var fields: [CELField] = []
    while symbol != .rightBrace {
      let isOptional = try optionalMark()
      let field = token
      switch field.kind {
      case .identifier(let name), .reserved(let name), .quoted(let name):
        advance()
        try expect(.colon)
        fields.append(
          CELField(
            name: name, value: try expression(), offset: field.offset, isOptional: isOptional))
      default: throw unexpected("the name of a field")
      }
      guard take(.comma) else { break }
    }
    try expect(.rightBrace)
    return try add(
      .construct(name, isRooted: isRooted, fields), at: word, over: fields.map(\.value))
  }
}
