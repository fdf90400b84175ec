/// Finds out what names stand for and whether the types fit, and goes on after a mistake.
struct CELChecker {
  let environment: CELEnvironment
  let syntax: CELSyntax
  /// Whether types must fit; if not, everything is `dyn` and mistakes wait until they are reached.
  let isStrict: Bool
  var inference = CELInference()
  var checked: CELChecked
  var problems: [CELProblem] = []
  var scope: [Local] = []
  var blocks: [[CELType]] = []
  var blockSlots: [Int] = []

  /// A loop variable or binding.
  struct Local {
    let name: String
    let type: CELType
    let slot: Int
  }

  init(environment: CELEnvironment, syntax: CELSyntax, isStrict: Bool) {
    self.environment = environment
    self.syntax = syntax
    self.isStrict = isStrict
    checked = CELChecked(types: Array(repeating: .dyn, count: syntax.nodes.count))
  }

  /// Checks the expression, which must give `expected` if that is not nil.
  static func check(
    _ syntax: CELSyntax, in environment: CELEnvironment, isStrict: Bool, expecting: CELType?
  ) throws(CELProblems) -> CELChecked {
    var checker = CELChecker(environment: environment, syntax: syntax, isStrict: isStrict)
    let result = checker.type(of: syntax.root)
    if isStrict, checker.problems.isEmpty, let expecting,
      !checker.inference.unify(result, expecting)
    {
      checker.report(
        "the expression gives \(checker.inference.full(result)), but must give \(expecting)",
        at: syntax.root)
    }
    guard checker.problems.isEmpty else {
      throw CELProblems(Array(checker.problems.prefix(environment.bounds.problems)))
    }
    for index in checker.checked.types.indices {
      checker.checked.types[index] = checker.inference.full(checker.checked.types[index])
    }
    return checker.checked
  }

  // MARK: Mistakes

  mutating func report(_ message: String, at node: Int, hint: String? = nil) {
    let node = syntax[node]
    problems.append(
      CELProblem(message, offset: node.offset, length: node.length, hint: hint))
  }

  /// A mistake in types; nothing in unchecked expressions.
  mutating func mismatch(_ message: String, at node: Int, hint: String? = nil) {
    if isStrict { report(message, at: node, hint: hint) }
  }

  /// A name that means nothing: a problem, or a failure once it is reached.
  mutating func missing(_ failure: CELFailure, at node: Int, hint: String?) -> CELType {
    if isStrict {
      report(failure.message, at: node, hint: hint)
    } else {
      var failure = failure
      failure.offset = syntax[node].offset
      checked.references[node] = .failure(failure)
    }
    return .dyn
  }

  func shown(_ types: [CELType]) -> String {
    "(" + types.map { inference.full($0).description }.joined(separator: ", ") + ")"
  }

  // MARK: Types

  mutating func type(of node: Int) -> CELType {
    let found = find(node)
    checked.types[node] = found
    return found
  }

  private mutating func find(_ node: Int) -> CELType {
    switch syntax[node].form {
    case .literal(let value): return Self.type(of: value)
    case .identifier(let name, let isRooted): return identifier(node, name, isRooted)
    case .select, .has: return selection(node)
    case .index(let operand, let key, let isOptional):
      return index(node, operand, key: key, isOptional: isOptional)
    case .call(let name, let receiver, let arguments):
      return call(node, name, receiver: receiver, arguments)
    case .unary, .binary, .and, .or, .conditional: return operation(node)
    case .list, .map, .construct: return aggregate(node)
    case .loop(let loop): return self.loop(node, loop)
    case .bind, .bindOptional, .block, .blockIndex: return binding(node)
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

  /// Runs `body` with another local, and gives its slot.
  mutating func declare(_ name: String, _ type: CELType) -> Int {
    let slot = checked.localCount
    checked.localCount += 1
    scope.append(Local(name: name, type: type, slot: slot))
    return slot
  }
}
