extension CELChecker {
  mutating func aggregate(_ node: Int) -> CELType {
    switch syntax[node].form {
    case .list(let elements):
      var joined: CELType?
      for element in elements {
        let type = element.isOptional ? unwrapped(element.node) : self.type(of: element.node)
        joined = joined.map { inference.join($0, type) ?? .dyn } ?? type
      }
      return .list(joined ?? inference.fresh())
    case .map(let entries):
      var (key, value): (CELType?, CELType?)
      for entry in entries {
        let keyType = type(of: entry.key)
        requireKey(keyType, at: entry.key)
        let valueType = entry.isOptional ? unwrapped(entry.value) : type(of: entry.value)
        key = key.map { inference.join($0, keyType) ?? .dyn } ?? keyType
        value = value.map { inference.join($0, valueType) ?? .dyn } ?? valueType
      }
      return .map(key ?? inference.fresh(), value ?? inference.fresh())
    case .construct(let name, _, let fields): return construct(node, name, fields)
    default: return .dyn
    }
  }

  private mutating func requireKey(_ type: CELType, at node: Int) {
    switch inference.shallow(type) {
    case .bool, .int, .uint, .string, .dyn, .variable: return
    case let type: mismatch("\(inference.full(type)) cannot be the key of a map", at: node)
    }
  }

  /// What the optional at `node` holds.
  private mutating func unwrapped(_ node: Int) -> CELType {
    let type = inference.shallow(self.type(of: node))
    switch type {
    case .optional(let wrapped): return wrapped
    case .dyn, .variable: return .dyn
    default:
      mismatch("'?' needs an optional, not \(inference.full(type))", at: node)
      return .dyn
    }
  }

  private mutating func construct(
    _ node: Int, _ name: String, _ fields: [CELField]
  ) -> CELType {
    guard case .constructor(let constructor) = resolved.references[node] else { return .dyn }
    for field in fields {
      let type = field.isOptional ? unwrapped(field.value) : type(of: field.value)
      guard let wanted = constructor.fields[field.name] else {
        let hint = CELSuggestion.hint(for: field.name, among: constructor.fields.keys)
        let problem = CELProblem(
          "\(name) has no field '\(field.name)'", offset: field.offset,
          length: field.name.utf8.count, hint: hint)
        problems.append(problem)
        continue
      }
      if !inference.unify(type, wanted) {
        mismatch("field '\(field.name)' is \(wanted), not \(inference.full(type))", at: field.value)
      }
    }
    return constructor.result
  }

  // MARK: Loops and bindings

  mutating func loop(_ node: Int, _ loop: CELLoop) -> CELType {
    let (key, _, element) = parts(of: loop.range) ?? (.dyn, .dyn, .dyn)
    if parts(of: loop.range) == nil {
      mismatch(
        "a loop needs a list or a map, not \(inference.full(type(of: loop.range)))", at: node)
    }
    if let filter = loop.filter { condition(filter, of: "the filter of the loop") }
    switch loop.kind {
    case .all, .exists, .existsOne, .filter:
      condition(loop.body, of: "\(loop.kind.rawValue)()")
      return loop.kind == .filter ? .list(element) : .bool
    case .map: return .list(type(of: loop.body))
    case .transformMap: return .map(key, type(of: loop.body))
    case .transformMapEntry:
      let type = type(of: loop.body)
      let entry: CELType = .map(inference.fresh(), inference.fresh())
      if !inference.unify(type, entry) {
        mismatch("transformMapEntry() needs a map, not \(inference.full(type))", at: loop.body)
      }
      return entry
    }
  }

  /// What the variables of a loop over `range` are; nil if nothing can go through it.
  func parts(of range: Int) -> (key: CELType, value: CELType, element: CELType)? {
    switch inference.shallow(type(of: range)) {
    case .list(let element): (.int, element, element)
    case .map(let key, let value): (key, value, key)
    case .object: (.string, .dyn, .string)
    case .dyn, .variable: (.dyn, .dyn, .dyn)
    default: nil
    }
  }

  mutating func bindOptional(_ node: Int, _ value: Int, _ body: Int, isFlat: Bool) -> CELType {
    switch inference.shallow(type(of: value)) {
    case .optional, .dyn, .variable: break
    case let type: mismatch("this needs an optional, not \(inference.full(type))", at: node)
    }
    let result = type(of: body)
    guard isFlat else { return .optional(result) }
    switch inference.shallow(result) {
    case .optional: return result
    case .dyn, .variable: return .dyn
    default:
      mismatch("optFlatMap() needs an optional, not \(inference.full(result))", at: body)
      return .dyn
    }
  }
}
