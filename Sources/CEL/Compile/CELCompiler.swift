/// Turns a checked tree into closures that need no names and no tree when they run.
///
/// Goes from the innermost node to the outermost, without recursion.
struct CELCompiler {
  let environment: CELEnvironment
  let syntax: CELSyntax
  let resolved: CELResolved
  let checked: CELChecked
  /// Whether constants that a function refuses are problems.
  let isStrict: Bool
  let branches: [CELBranch]
  /// The numbers of the operands that are branches.
  let branchNumbers: [Int: Int]
  private var codes: [CELCode?]
  private var chains: [Path?]
  /// The fields of variables that nodes select.
  private var paths: [Int: String] = [:]
  private var slots: Set<Int> = []
  var problems: [CELProblem] = []

  /// What folding constants may still cost while the expression is compiled.
  var foldingBudget = 20_000

  init(
    environment: CELEnvironment, syntax: CELSyntax, resolved: CELResolved, checked: CELChecked,
    isStrict: Bool, recordsBranches: Bool
  ) {
    self.environment = environment
    self.syntax = syntax
    self.resolved = resolved
    self.checked = checked
    self.isStrict = isStrict
    (branches, branchNumbers) =
      recordsBranches ? CELBranch.all(in: syntax, resolved.isReached) : ([], [:])
    codes = Array(repeating: nil, count: syntax.nodes.count)
    chains = Array(repeating: nil, count: syntax.nodes.count)
  }

  /// Compiles all nodes.
  mutating func compile() throws(CELProblems) -> CELProgram {
    for node in 0...syntax.root where resolved.isReached[node] { codes[node] = make(node) }
    guard problems.isEmpty else { throw CELProblems(problems) }
    let code = code(syntax.root)
    return CELProgram(
      resultType: checked.types[syntax.root],
      variables: slots.map { environment.variableNames[$0] }.sorted(),
      paths: Set(paths.values).sorted(), branches: branches, run: code.run,
      test: code.asTest("the expression", at: syntax[syntax.root].offset),
      localCount: resolved.localCount, slotCount: environment.variableNames.count,
      offsetInZone: environment.offsetInZone)
  }

  /// The code of a node that was compiled before.
  func code(_ node: Int) -> CELCode {
    codes[node] ?? CELCode(failure: CELFailure(.undeclared, "this was not compiled"))
  }

  private mutating func make(_ node: Int) -> CELCode {
    switch syntax[node].form {
    case .literal(let value): return CELCode(constant: value)
    case .identifier, .blockIndex: return reference(node)
    case .select, .has: return selection(node)
    case .index(let operand, let key, let isOptional):
      return index(node, operand, key: key, isOptional: isOptional)
    case .call(_, let receiver, let arguments): return call(node, receiver, arguments)
    case .unary(let symbol, let operand): return unary(node, symbol, operand)
    case .binary(let symbol, let left, let right): return binary(node, symbol, left, right)
    case .and(let operands): return conjunction(operands, decides: false)
    case .or(let operands): return conjunction(operands, decides: true)
    case .conditional(let condition, let then, let other):
      return conditional(condition, then, other)
    case .list(let elements): return list(node, elements)
    case .map(let entries): return map(node, entries)
    case .construct(_, _, let fields): return construct(node, fields)
    case .loop(let loop): return self.loop(node, loop)
    case .bind(_, let value, let body): return bind(node, value, body)
    case .bindOptional(_, let value, let body, let isFlat):
      return bindOptional(node, value, body, isFlat: isFlat)
    case .block(let values, let body): return block(node, values, body)
    }
  }

  /// What a name stands for.
  private mutating func reference(_ node: Int) -> CELCode {
    let offset = syntax[node].offset
    switch resolved.references[node] {
    case .input(let slot):
      slots.insert(slot)
      let name = environment.variableNames[slot]
      paths[node] = name
      chains[node] = Path(isLocal: false, slot: slot, name: name, offset: offset, fields: [])
      return input(slot, offset)
    case .local(let slot, _, _):
      chains[node] = Path(isLocal: true, slot: slot, name: "", offset: offset, fields: [])
      return CELCode { (frame: inout CELFrame) throws(CELFailure) -> CELValue in
        try frame.charge(1)
        guard let value = frame.locals[slot] else {
          throw CELFailure(.unbound, "the variable has no value yet", offset: offset)
        }
        return value
      }
    case .lazy(let slot, let value): return lazy(slot, value)
    case .constant(let value, _): return CELCode(constant: value)
    case .failure(let failure): return CELCode(failure: failure)
    default:
      return CELCode(failure: CELFailure(.undeclared, "undeclared name", offset: offset))
    }
  }

  private func input(_ slot: Int, _ offset: Int) -> CELCode {
    let name = environment.variableNames[slot]
    return CELCode { (frame: inout CELFrame) throws(CELFailure) -> CELValue in
      try frame.charge(1)
      guard let value = frame.inputs[slot] ?? frame.demanded(slot) else {
        throw CELFailure(.unbound, "no value for variable '\(name)'", offset: offset)
      }
      return value
    }
  }

  // MARK: Fields

  private mutating func selection(_ node: Int) -> CELCode {
    if resolved.references[node] != nil { return reference(node) }
    let offset = syntax[node].offset
    switch syntax[node].form {
    case .has(let operand, let field, _):
      notePath(node, operand, field)
      let run = code(operand).run
      return CELCode(test: { (frame: inout CELFrame) throws(CELFailure) -> Bool in
        try frame.charge(1)
        let value = try run(&frame)
        if case .map(let map) = value { return map.value(forField: field) != nil }
        do throws(CELFailure) {
          return try CELSelection.hasField(field, value)
        } catch {
          throw error.at(offset)
        }
      })
    case .select(let operand, let field, true):
      let run = code(operand).run
      return CELCode { (frame: inout CELFrame) throws(CELFailure) -> CELValue in
        try frame.charge(1)
        let value = try run(&frame)
        do throws(CELFailure) {
          return .optional(try CELSelection.optionalField(field, of: value))
        } catch {
          throw error.at(offset)
        }
      }
    case .select(let operand, let field, false):
      notePath(node, operand, field)
      if let path = extend(node, operand, field) { return select(path) }
      return select(code(operand).run, field, offset)
    default: return reference(node)
    }
  }

  private func select(_ run: @escaping CELRun, _ field: String, _ offset: Int) -> CELCode {
    CELCode { (frame: inout CELFrame) throws(CELFailure) -> CELValue in
      try frame.charge(1)
      let value = try run(&frame)
      if case .map(let map) = value, let found = map.value(forField: field) { return found }
      do throws(CELFailure) {
        return try CELSelection.field(field, of: value)
      } catch {
        throw error.at(offset)
      }
    }
  }

  /// `variable.field.field`.
  struct Path: Sendable {
    let isLocal: Bool
    let slot: Int
    let name: String
    let offset: Int
    var fields: [(name: String, offset: Int)]
  }

  /// The node as a chain of fields of a variable, if its operand is one.
  private mutating func extend(_ node: Int, _ operand: Int, _ field: String) -> Path? {
    guard var path = chains[operand] else { return nil }
    path.fields.append((field, syntax[node].offset))
    chains[node] = path
    return path
  }

  /// Notes that `node` takes a field of `operand`, in place of all of `operand`.
  private mutating func notePath(_ node: Int, _ operand: Int, _ field: String) {
    if let path = paths.removeValue(forKey: operand) { paths[node] = path + "." + field }
  }

  private func select(_ path: Path) -> CELCode {
    let cost = path.fields.count + 1
    let slot = path.slot
    let isLocal = path.isLocal
    return CELCode { (frame: inout CELFrame) throws(CELFailure) -> CELValue in
      try frame.charge(cost)
      guard
        var value = isLocal ? frame.locals[slot] : frame.inputs[slot] ?? frame.demanded(slot)
      else {
        throw CELFailure(.unbound, "no value for variable '\(path.name)'", offset: path.offset)
      }
      for field in path.fields {
        if case .map(let map) = value, let found = map.value(forField: field.name) {
          value = found
        } else {
          do throws(CELFailure) {
            value = try CELSelection.field(field.name, of: value)
          } catch {
            throw error.at(field.offset)
          }
        }
      }
      return value
    }
  }

  private mutating func index(_ node: Int, _ operand: Int, key: Int, isOptional: Bool) -> CELCode {
    let offset = syntax[node].offset
    if case .literal(.string(let name)) = syntax[key].form { notePath(node, operand, name) }
    let (container, key) = (code(operand).run, code(key).run)
    return CELCode { (frame: inout CELFrame) throws(CELFailure) -> CELValue in
      try frame.charge(1)
      let value = try container(&frame)
      let key = try key(&frame)
      do throws(CELFailure) {
        if isOptional { return .optional(try CELSelection.optionalElement(key, of: value)) }
        return try CELSelection.element(key, of: value)
      } catch {
        throw error.at(offset)
      }
    }
  }
}
