/// Turns tokens into a tree; stops at the first mistake.
struct CELParser {
  let tokens: [CELToken]
  let bounds: CELBounds
  let macros: Set<CELMacro>
  let hasOptionalSyntax: Bool
  var syntax = CELSyntax()
  private var position = 0
  private var nesting = 0

  init(
    tokens: [CELToken], bounds: CELBounds, macros: Set<CELMacro>, hasOptionalSyntax: Bool
  ) {
    self.tokens = tokens
    self.bounds = bounds
    self.macros = macros
    self.hasOptionalSyntax = hasOptionalSyntax
  }

  /// Parses `source`, and gives all mistakes in its words, or the first in its structure.
  static func parse(
    _ source: String, bounds: CELBounds, macros: Set<CELMacro>, hasOptionalSyntax: Bool
  ) throws(CELProblems) -> CELSyntax {
    let bytes = Array(source.utf8)
    guard bytes.count <= bounds.sourceBytes else {
      throw CELProblems([
        CELProblem(
          "the expression has \(bytes.count) bytes; the limit is \(bounds.sourceBytes)",
          offset: 0, length: 1)
      ])
    }
    let (tokens, problems) = CELLexer.tokens(of: bytes)
    guard problems.isEmpty else { throw CELProblems(problems) }
    var parser = CELParser(
      tokens: tokens, bounds: bounds, macros: macros, hasOptionalSyntax: hasOptionalSyntax)
    do throws(CELProblem) {
      parser.syntax.root = try parser.expression()
      guard case .end = parser.token.kind else { throw parser.unexpected("an operator") }
    } catch {
      throw CELProblems([error])
    }
    return parser.syntax
  }

  // MARK: Tokens

  var token: CELToken { tokens[position] }

  var symbol: CELToken.Symbol? {
    if case .symbol(let symbol) = tokens[position].kind { return symbol }
    return nil
  }

  @discardableResult
  mutating func advance() -> CELToken {
    let token = tokens[position]
    if position + 1 < tokens.count { position += 1 }
    return token
  }

  mutating func take(_ wanted: CELToken.Symbol) -> Bool {
    guard symbol == wanted else { return false }
    advance()
    return true
  }

  mutating func expect(_ wanted: CELToken.Symbol) throws(CELProblem) {
    guard take(wanted) else { throw unexpected("'\(wanted.rawValue)'") }
  }

  func unexpected(_ wanted: String) -> CELProblem {
    if case .reserved(let name) = token.kind {
      return CELProblem(
        "'\(name)' is a reserved word", offset: token.offset, length: token.length)
    }
    return CELProblem(
      "expected \(wanted), found \(token.text)", offset: token.offset, length: token.length)
  }

  // MARK: Nodes

  /// Adds a node at `token` over `children`.
  mutating func add(
    _ form: CELForm, at token: CELToken, over children: [Int]
  ) throws(CELProblem) -> Int {
    var depth = 0
    for child in children { depth = max(depth, syntax.nodes[child].depth) }
    guard depth < bounds.depth else { throw tooDeep(at: token) }
    syntax.nodes.append(
      CELNode(form: form, offset: token.offset, length: token.length, depth: depth + 1))
    return syntax.nodes.count - 1
  }

  private func tooDeep(at token: CELToken) -> CELProblem {
    CELProblem(
      "the expression is nested more than \(bounds.depth) levels deep", offset: token.offset,
      length: token.length)
  }

  // MARK: Operators

  /// An expression with everything down to the ternary operator.
  mutating func expression() throws(CELProblem) -> Int {
    nesting += 1
    defer { nesting -= 1 }
    guard nesting <= bounds.depth else { throw tooDeep(at: token) }
    let condition = try operation(from: 1)
    let question = token
    guard take(.question) else { return condition }
    let then = try operation(from: 1)
    try expect(.colon)
    let other = try expression()
    return try add(
      .conditional(condition, then: then, else: other), at: question,
      over: [condition, then, other])
  }

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

  private mutating func operation(from lowest: Int) throws(CELProblem) -> Int {
    var left = try unary()
    while let symbol, Self.precedence(symbol) >= lowest {
      let word = token
      if symbol == .and || symbol == .or {
        left = try chain(symbol, first: left)
        continue
      }
      advance()
      let right = try operation(from: Self.precedence(symbol) + 1)
      guard let operation = CELOperator(rawValue: symbol.rawValue) else {
        throw unexpected("an operator")
      }
      left = try add(.binary(operation, left, right), at: word, over: [left, right])
    }
    return left
  }

  /// All operands of `a && b && c` as one node.
  private mutating func chain(
    _ symbol: CELToken.Symbol, first: Int
  ) throws(CELProblem) -> Int {
    let word = token
    var operands = [first]
    while take(symbol) {
      operands.append(try operation(from: Self.precedence(symbol) + 1))
    }
    return try add(symbol == .and ? .and(operands) : .or(operands), at: word, over: operands)
  }

  private mutating func unary() throws(CELProblem) -> Int {
    let first = position
    while symbol == .not || symbol == .minus { advance() }
    var last = position
    var operand: Int
    if last > first, case .symbol(.minus) = tokens[last - 1].kind, let number = negative() {
      last -= 1
      let word = tokens[last]
      operand = try add(.literal(number), at: word, over: [])
      operand = try members(of: operand)
    } else {
      operand = try members(of: primary())
    }
    while last > first {
      last -= 1
      let word = tokens[last]
      var isNot = false
      if case .symbol(.not) = word.kind { isNot = true }
      operand = try add(.unary(isNot ? .not : .negate, operand), at: word, over: [operand])
    }
    return operand
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
}
