/// Finds out what names stand for, from the outermost node to the innermost, without recursion.
struct CELResolver {
  let environment: CELEnvironment
  let syntax: CELSyntax
  let isStrict: Bool
  var resolved: CELResolved
  var problems: [CELProblem] = []
  private var scopes: [Scope] = []
  private var scopeOfNode: [Int?]

  /// What is declared at a place, and the index of the scope around.
  private struct Scope {
    let parent: Int?
    let declared: Declared
  }

  private enum Declared {
    case local(String, slot: Int, owner: Int, isSecond: Bool)
    /// The first `visible` values of a block.
    case block([Int], firstSlot: Int, visible: Int)
  }

  init(environment: CELEnvironment, syntax: CELSyntax, isStrict: Bool) {
    self.environment = environment
    self.syntax = syntax
    self.isStrict = isStrict
    resolved = CELResolved(isReached: Array(repeating: false, count: syntax.nodes.count))
    scopeOfNode = Array(repeating: nil, count: syntax.nodes.count)
    resolved.isReached[syntax.root] = true
    for node in stride(from: syntax.root, through: 0, by: -1) where resolved.isReached[node] {
      visit(node)
    }
  }

  // MARK: Nodes

  private mutating func reach(_ children: [Int], in scope: Int?) {
    for child in children {
      resolved.isReached[child] = true
      scopeOfNode[child] = scope
    }
  }

  private mutating func visit(_ node: Int) {
    let scope = scopeOfNode[node]
    switch syntax[node].form {
    case .literal: break
    case .identifier(let name, let isRooted): identifier(node, name, isRooted)
    case .select(let operand, _, let isOptional):
      if !isOptional, let path = globalPath(node),
        let reference = qualified(path.name, path.isRooted)
      {
        resolved.references[node] = reference
      } else {
        reach([operand], in: scope)
      }
    case .has(let operand, _, _): reach([operand], in: scope)
    case .index(let operand, let key, _): reach([operand, key], in: scope)
    case .call(let name, let receiver, let arguments):
      call(node, name, receiver: receiver, arguments)
    case .unary(_, let operand): reach([operand], in: scope)
    case .binary(_, let left, let right): reach([left, right], in: scope)
    case .and(let operands), .or(let operands): reach(operands, in: scope)
    case .conditional(let condition, let then, let other):
      reach([condition, then, other], in: scope)
    case .list(let elements): reach(elements.map(\.node), in: scope)
    case .map(let entries): reach(entries.flatMap { [$0.key, $0.value] }, in: scope)
    case .construct(let name, let isRooted, let fields):
      reach(fields.map(\.value), in: scope)
      construct(node, name, isRooted)
    case .loop, .bind, .bindOptional, .block: declare(node, scope)
    case .blockIndex(let index): blockIndex(node, index)
    }
  }

  private mutating func declare(_ node: Int, _ scope: Int?) {
    switch syntax[node].form {
    case .loop(let loop):
      reach([loop.range], in: scope)
      let inner = add([loop.first] + (loop.second.map { [$0] } ?? []), owner: node, to: scope)
      reach([loop.body] + (loop.filter.map { [$0] } ?? []), in: inner)
    case .bind(let name, let value, let body), .bindOptional(let name, let value, let body, _):
      reach([value], in: scope)
      reach([body], in: add([name], owner: node, to: scope))
    case .block(let values, let body):
      let first = resolved.localCount
      resolved.localCount += values.count
      resolved.slots[node] = first
      for visible in 0...values.count {
        scopes.append(
          Scope(
            parent: scope, declared: .block(values, firstSlot: first, visible: visible)))
        let child = visible < values.count ? values[visible] : body
        reach([child], in: scopes.count - 1)
      }
    default: break
    }
  }

  /// A scope with `names` within `scope`.
  private mutating func add(_ names: [String], owner: Int, to scope: Int?) -> Int? {
    resolved.slots[owner] = resolved.localCount
    var scope = scope
    for (index, name) in names.enumerated() {
      scopes.append(
        Scope(
          parent: scope,
          declared: .local(
            name, slot: resolved.localCount, owner: owner, isSecond: index > 0)))
      resolved.localCount += 1
      scope = scopes.count - 1
    }
    return scope
  }

  // MARK: Names

  private mutating func identifier(_ node: Int, _ name: String, _ isRooted: Bool) {
    if !isRooted, let local = local(name, at: node) {
      resolved.references[node] = local
    } else if let reference = qualified(name, isRooted) {
      resolved.references[node] = reference
    } else {
      let hint = isStrict ? CELSuggestion.hint(for: name, among: names(at: node)) : nil
      missing(node, "undeclared variable '\(name)'", hint: hint)
    }
  }

  /// All variables that can be named at `node`.
  private func names(at node: Int) -> [String] {
    var known = Array(environment.variables.keys)
    var scope = scopeOfNode[node]
    while let index = scope {
      if case .local(let name, _, _, _) = scopes[index].declared { known.append(name) }
      scope = scopes[index].parent
    }
    return known
  }

  private func local(_ name: String, at node: Int) -> CELReference? {
    var scope = scopeOfNode[node]
    while let index = scope {
      if case .local(name, let slot, let owner, let isSecond) = scopes[index].declared {
        return .local(slot, owner: owner, isSecond: isSecond)
      }
      scope = scopes[index].parent
    }
    return nil
  }

  private mutating func blockIndex(_ node: Int, _ number: Int) {
    var scope = scopeOfNode[node]
    while let index = scope {
      if case .block(let values, let first, let visible) = scopes[index].declared {
        guard number < visible else { break }
        resolved.references[node] = .lazy(first + number, node: values[number])
        return
      }
      scope = scopes[index].parent
    }
    missing(node, "cel.index(\(number)) is no value of the block before this place", hint: nil)
  }

  /// The variable or constant with the full name that `name` stands for.
  private func qualified(_ name: String, _ isRooted: Bool) -> CELReference? {
    for candidate in environment.candidates(for: name, isRooted: isRooted) {
      if let slot = environment.slots[candidate] { return .input(slot) }
      if let constant = environment.constants[candidate] {
        return .constant(constant.value, constant.type)
      }
    }
    return nil
  }

  /// The dotted name that `node` may be, unless it begins with a local.
  private func globalPath(_ node: Int) -> (name: String, isRooted: Bool)? {
    guard let path = syntax.path(node) else { return nil }
    if !path.isRooted, case .identifier(let first, _) = syntax[path.root].form,
      local(first, at: node) != nil
    {
      return nil
    }
    return (path.name, path.isRooted)
  }

  private mutating func construct(_ node: Int, _ name: String, _ isRooted: Bool) {
    for candidate in environment.candidates(for: name, isRooted: isRooted) {
      if let constructor = environment.constructors[candidate] {
        resolved.references[node] = .constructor(constructor)
        return
      }
    }
    let hint = CELSuggestion.hint(for: name, among: environment.constructors.keys)
    missing(
      node, "undeclared type '\(name)'",
      hint: hint ?? "records are written as maps: {'name': value}")
  }

  // MARK: Calls

  private mutating func call(
    _ node: Int, _ written: String, receiver: Int?, _ arguments: [Int]
  ) {
    let scope = scopeOfNode[node]
    reach(arguments, in: scope)
    guard let receiver else {
      let isRooted = written.hasPrefix(".")
      let name = isRooted ? String(written.dropFirst()) : written
      guard let found = overloads(name, isRooted: isRooted, isMember: false) else {
        return undeclared(node, name, isMember: false)
      }
      return use(found, node, hasReceiver: false, count: arguments.count)
    }
    if let path = globalPath(receiver),
      let found = overloads(path.name + "." + written, isRooted: path.isRooted, isMember: false)
    {
      return use(found, node, hasReceiver: false, count: arguments.count)
    }
    if let found = overloads(written, isRooted: true, isMember: true) {
      reach([receiver], in: scope)
      return use(found, node, hasReceiver: true, count: arguments.count + 1)
    }
    if isStrict { reach([receiver], in: scope) }
    undeclared(node, written, isMember: true)
  }

  /// Takes the overloads with the right number of parameters; the checker tells if there is none.
  private mutating func use(
    _ functions: [CELFunction], _ node: Int, hasReceiver: Bool, count: Int
  ) {
    let fitting = functions.filter {
      $0.isVariadic ? count >= $0.parameters.count - 1 : count == $0.parameters.count
    }
    resolved.references[node] = .function(
      fitting.isEmpty && isStrict ? functions : fitting, hasReceiver: hasReceiver)
  }

  private func overloads(_ name: String, isRooted: Bool, isMember: Bool) -> [CELFunction]? {
    for candidate in environment.candidates(for: name, isRooted: isRooted) {
      guard let functions = environment.functions[candidate] else { continue }
      let fitting = functions.filter { $0.isMember == isMember }
      if !fitting.isEmpty { return fitting }
    }
    return nil
  }

  private mutating func undeclared(_ node: Int, _ name: String, isMember: Bool) {
    let hint = isStrict ? functionHint(name, isMember: isMember) : nil
    missing(node, "undeclared function '\(name)'", hint: hint)
  }

  private func functionHint(_ name: String, isMember: Bool) -> String? {
    if let other = environment.functions[name]?.first {
      return "it is called as \(other.signature)"
    }
    let macros =
      isMember ? ["all", "exists", "exists_one", "map", "filter"] : ["has"]
    let isMacro = !environment.macros.isEmpty
    if isMacro, name == "has" { return "write has(a.b)" }
    if isMacro, ["all", "exists", "exists_one", "map", "filter"].contains(name) {
      return "write list.\(name)(element, …) with the name of a variable and an expression"
    }
    var names: [String] = isMacro ? macros : []
    for (name, functions) in environment.functions
    where functions.contains(where: { $0.isMember == isMember }) {
      names.append(name)
    }
    return CELSuggestion.hint(for: name, among: names)
  }

  /// A name that means nothing: a problem, or a failure once it is reached.
  private mutating func missing(_ node: Int, _ message: String, hint: String?) {
    let word = syntax[node]
    if isStrict {
      problems.append(
        CELProblem(message, offset: word.offset, length: word.length, hint: hint))
    }
    resolved.references[node] = .failure(
      CELFailure(.undeclared, message, offset: word.offset))
  }
}
