/// Turns tokens into a tree; stops at the first mistake.
///
/// What is open is kept in an array and not on the stack, so that no depth can overflow it.
struct CELParser {
  let tokens: [CELToken]
  let bounds: CELBounds
  let macros: Set<CELMacro>
  let hasOptionalSyntax: Bool
  var syntax = CELSyntax()
  var position = 0
  /// What is begun and waits for an operand, the innermost last.
  var pending: [Pending] = []
  /// Finished parts of what is open.
  var parts: [Part] = []

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

  func tooDeep(at token: CELToken) -> CELProblem {
    CELProblem(
      "the expression is nested more than \(bounds.depth) levels deep", offset: token.offset,
      length: token.length)
  }
}
