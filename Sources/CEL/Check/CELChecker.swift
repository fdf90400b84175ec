/// Finds out whether the types fit, from the innermost node to the outermost, without recursion,
/// and goes on after a mistake.
struct CELChecker {
  let environment: CELEnvironment
  let syntax: CELSyntax
  let resolved: CELResolved
  var inference = CELInference()
  var types: [CELType]
  var problems: [CELProblem]
  /// The overloads of calls whose arguments leave no choice.
  var exact: [Int: CELFunction] = [:]

  /// The type of each node of a tree that must give `expected` if that is not nil.
  static func check(
    _ syntax: CELSyntax, _ resolver: CELResolver, expecting expected: CELType?
  ) throws(CELProblems) -> CELChecked {
    var checker = CELChecker(
      environment: resolver.environment, syntax: syntax, resolved: resolver.resolved,
      types: Array(repeating: .dyn, count: syntax.nodes.count), problems: resolver.problems)
    for node in 0...syntax.root where checker.resolved.isReached[node] {
      checker.types[node] = checker.find(node)
    }
    let result = checker.types[syntax.root]
    if checker.problems.isEmpty, let expected, !checker.inference.unify(result, expected) {
      checker.mismatch(
        "the expression gives \(checker.inference.full(result)), but must give \(expected)",
        at: syntax.root)
    }
    guard checker.problems.isEmpty else {
      let limit = resolver.environment.bounds.problems
      throw CELProblems(Array(CELProblems(checker.problems).all.prefix(limit)))
    }
    return CELChecked(
      types: checker.types.map { checker.inference.full($0) }, exact: checker.exact)
  }

  mutating func mismatch(_ message: String, at node: Int, hint: String? = nil) {
    let node = syntax[node]
    problems.append(CELProblem(message, offset: node.offset, length: node.length, hint: hint))
  }

  func shown(_ types: [CELType]) -> String {
    "(" + types.map { inference.full($0).description }.joined(separator: ", ") + ")"
  }

  /// The type of a node that was looked at before.
  func type(of node: Int) -> CELType { types[node] }

  private mutating func find(_ node: Int) -> CELType {
    switch syntax[node].form {
    case .literal(let value): return Self.type(of: value)
    case .identifier, .blockIndex: return reference(node)
    case .select, .has: return selection(node)
    case .index(let operand, let key, let isOptional):
      return index(node, operand, key: key, isOptional: isOptional)
    case .call(let name, let receiver, let arguments):
      return call(node, name, receiver: receiver, arguments)
    case .unary, .binary, .and, .or, .conditional: return operation(node)
    case .list, .map, .construct: return aggregate(node)
    case .loop(let loop): return self.loop(node, loop)
    case .bind(_, _, let body): return type(of: body)
    case .bindOptional(_, let value, let body, let isFlat):
      return bindOptional(node, value, body, isFlat: isFlat)
    case .block(_, let body): return type(of: body)
    }
  }

  func reference(_ node: Int) -> CELType {
    switch resolved.references[node] {
    case .input(let slot): environment.variables[environment.variableNames[slot]] ?? .dyn
    case .local(_, let owner, let isSecond): declared(by: owner, isSecond: isSecond)
    case .lazy(_, let value): type(of: value)
    case .constant(_, let type): type
    default: .dyn
    }
  }

  /// The type of a variable that a loop or binding declares.
  private func declared(by owner: Int, isSecond: Bool) -> CELType {
    switch syntax[owner].form {
    case .loop(let loop):
      guard let parts = parts(of: loop.range) else { return .dyn }
      if loop.second == nil { return parts.element }
      return isSecond ? parts.value : parts.key
    case .bind(_, let value, _): return type(of: value)
    case .bindOptional(_, let value, _, _):
      if case .optional(let wrapped) = inference.shallow(type(of: value)) { return wrapped }
      return .dyn
    default: return .dyn
    }
  }

  static func type(of value: CELValue) -> CELType {
    switch value.kind {
    case .null: .null
    case .bool: .bool
    case .int: .int
    case .uint: .uint
    case .double: .double
    case .string: .string
    case .bytes: .bytes
    case .type: .type
    default: .dyn
    }
  }

  /// Whether anything is possible for a value of `type`.
  func isOpen(_ type: CELType) -> Bool {
    switch inference.shallow(type) {
    case .dyn, .variable: true
    default: false
    }
  }

  /// Wants a bool from `node`.
  mutating func condition(_ node: Int, of construct: String) {
    let type = type(of: node)
    guard inference.unify(type, .bool) else {
      mismatch("\(construct) needs a bool, not \(inference.full(type))", at: node)
      return
    }
  }
}
