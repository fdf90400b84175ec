extension CELParser {
  /// Something that is begun and waits for an operand.
  enum Pending {
    case prefix(CELOperator, CELToken)
    case binary(CELOperator, left: Int, CELToken, precedence: Int)
    case chain(isAnd: Bool, start: Int, CELToken)
    /// After `a ?`.
    case then(condition: Int, CELToken)
    /// After `a ? b :`.
    case otherwise(condition: Int, then: Int, CELToken)
    case group(CELToken)
    case arguments(CELCallHead, start: Int)
    case list(CELToken, start: Int, isOptional: Bool)
    case key(CELToken, start: Int, isOptional: Bool)
    case value(CELToken, start: Int, key: Int, isOptional: Bool)
    case index(Int, CELToken, isOptional: Bool)
    case fields(CELConstructHead, start: Int, CELFieldHead)
  }

  /// A finished part of something that is open; those of one thing begin at its `start`.
  struct Part {
    var node: Int
    var key = 0
    var isOptional = false
    var field: CELFieldHead?
  }

  /// Takes the parts of the thing that is closed.
  private mutating func takeParts(from start: Int) -> [Part] {
    let taken = Array(parts[start...])
    parts.removeSubrange(start...)
    return taken
  }

  /// `receiver.name` before its arguments.
  struct CELCallHead {
    let name: String
    let receiver: Int?
    let isRooted: Bool
    let word: CELToken
  }

  /// `Name` before its fields.
  struct CELConstructHead {
    let name: String
    let isRooted: Bool
    let word: CELToken
  }

  /// `field:` before its value.
  struct CELFieldHead {
    let name: String
    let word: CELToken
    let isOptional: Bool
  }

  /// Begins something, unless too much is open already.
  mutating func open(_ new: Pending) throws(CELProblem) {
    guard pending.count < bounds.depth * 2 else { throw tooDeep(at: token) }
    pending.append(new)
  }

  /// The whole expression.
  mutating func expression() throws(CELProblem) -> Int {
    var operand: Int?
    while true {
      guard let node = operand else {
        operand = try begin()
        continue
      }
      if try suffix(node, &operand) { continue }
      let applied = try prefixes(node)
      if try infix(applied, &operand) { continue }
      let whole = try closeOperators(applied, above: 0)
      if pending.isEmpty {
        guard case .end = token.kind else { throw unexpected("an operator") }
        return whole
      }
      operand = try close(whole)
    }
  }

  // MARK: Operators

  private static func precedence(_ symbol: CELToken.Symbol?) -> Int {
    switch symbol {
    case .or: 1
    case .and: 2
    case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual, .isIn: 3
    case .plus, .minus: 4
    case .star, .slash, .percent: 5
    default: 0
    }
  }

  /// Applies the signs and negations before `node`.
  private mutating func prefixes(_ node: Int) throws(CELProblem) -> Int {
    var node = node
    while case .prefix(let symbol, let word)? = pending.last {
      pending.removeLast()
      node = try add(.unary(symbol, node), at: word, over: [node])
    }
    return node
  }

  /// Takes an operator after `node`; false if there is none.
  private mutating func infix(_ node: Int, _ operand: inout Int?) throws(CELProblem) -> Bool {
    let word = token
    guard let symbol else { return false }
    if symbol == .question {
      let condition = try closeOperators(node, above: 0)
      if case .then? = pending.last { throw unexpected("':'") }
      advance()
      try open(.then(condition: condition, word))
      operand = nil
      return true
    }
    let precedence = Self.precedence(symbol)
    guard precedence > 0 else { return false }
    advance()
    let left = try closeOperators(node, above: precedence - 1, chain: symbol)
    operand = nil
    if symbol == .and || symbol == .or {
      let isAnd = symbol == .and
      if case .chain(isAnd, _, _)? = pending.last {
        parts.append(Part(node: left))
      } else {
        try open(.chain(isAnd: isAnd, start: parts.count, word))
        parts.append(Part(node: left))
      }
    } else if let symbol = CELOperator(rawValue: symbol.rawValue) {
      try open(.binary(symbol, left: left, word, precedence: precedence))
    }
    return true
  }

  /// Ends all operators that bind tighter than `lowest`, but not a chain of `chain`.
  private mutating func closeOperators(
    _ node: Int, above lowest: Int, chain: CELToken.Symbol? = nil
  ) throws(CELProblem) -> Int {
    var node = node
    while true {
      switch pending.last {
      case .binary(let symbol, let left, let word, let precedence)? where precedence > lowest:
        pending.removeLast()
        node = try add(.binary(symbol, left, node), at: word, over: [left, node])
      case .chain(let isAnd, let start, let word)?
      where (isAnd ? 2 : 1) > lowest && chain != (isAnd ? .and : .or):
        pending.removeLast()
        let all = takeParts(from: start).map(\.node) + [node]
        node = try add(isAnd ? .and(all) : .or(all), at: word, over: all)
      default: return node
      }
    }
  }

  // MARK: Ends

  /// Ends or goes on with the innermost thing that is open, whose part `node` is.
  ///
  /// Gives the operand that came about, or nil if another is wanted.
  private mutating func close(_ node: Int) throws(CELProblem) -> Int? {
    guard let top = pending.popLast() else { return node }
    switch top {
    case .then(let condition, let word):
      try expect(.colon)
      try open(.otherwise(condition: condition, then: node, word))
      return nil
    case .otherwise(let condition, let then, let word):
      return try add(
        .conditional(condition, then: then, else: node), at: word, over: [condition, then, node])
    case .group:
      try expect(.rightParen)
      return node
    case .arguments(let head, let start):
      parts.append(Part(node: node))
      return try nextArgument(head, start)
    case .list(let word, let start, let isOptional):
      parts.append(Part(node: node, isOptional: isOptional))
      return try nextElement(word, start)
    case .key(let word, let start, let isOptional):
      try expect(.colon)
      try open(.value(word, start: start, key: node, isOptional: isOptional))
      return nil
    case .value(let word, let start, let key, let isOptional):
      parts.append(Part(node: node, key: key, isOptional: isOptional))
      return try nextEntry(word, start)
    case .index(let operand, let word, let isOptional):
      try expect(.rightBracket)
      return try add(
        .index(operand, key: node, isOptional: isOptional), at: word, over: [operand, node])
    case .fields(let head, let start, let field):
      parts.append(Part(node: node, field: field))
      return try nextField(head, start)
    case .prefix, .binary, .chain: throw unexpected("an operator")
    }
  }

  private mutating func nextArgument(
    _ head: CELCallHead, _ start: Int
  ) throws(CELProblem) -> Int? {
    if take(.comma) {
      try open(.arguments(head, start: start))
      return nil
    }
    try expect(.rightParen)
    return try call(head, takeParts(from: start).map(\.node))
  }

  private mutating func nextElement(_ word: CELToken, _ start: Int) throws(CELProblem) -> Int? {
    if take(.comma), symbol != .rightBracket { return try element(word, start) }
    try expect(.rightBracket)
    let elements = takeParts(from: start).map {
      CELElement(node: $0.node, isOptional: $0.isOptional)
    }
    return try add(.list(elements), at: word, over: elements.map(\.node))
  }

  private mutating func nextEntry(_ word: CELToken, _ start: Int) throws(CELProblem) -> Int? {
    if take(.comma), symbol != .rightBrace { return try entry(word, start) }
    try expect(.rightBrace)
    let entries = takeParts(from: start).map {
      CELEntry(key: $0.key, value: $0.node, isOptional: $0.isOptional)
    }
    return try add(.map(entries), at: word, over: entries.flatMap { [$0.key, $0.value] })
  }

  private mutating func nextField(
    _ head: CELConstructHead, _ start: Int
  ) throws(CELProblem) -> Int? {
    if take(.comma), symbol != .rightBrace { return try field(head, start) }
    try expect(.rightBrace)
    var fields: [CELField] = []
    for part in takeParts(from: start) {
      guard let field = part.field else { continue }
      fields.append(
        CELField(
          name: field.name, value: part.node, offset: field.word.offset,
          isOptional: field.isOptional))
    }
    return try add(
      .construct(head.name, isRooted: head.isRooted, fields), at: head.word,
      over: fields.map(\.value))
  }
}
