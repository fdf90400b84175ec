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
    case .construct(let name, let isRooted, let fields):
      return construct(node, name, isRooted, fields)
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
    _ node: Int, _ name: String, _ isRooted: Bool, _ fields: [CELField]
  ) -> CELType {
    let constructor = environment.candidates(for: name, isRooted: isRooted)
      .compactMap { environment.constructors[$0] }.first
    guard let constructor else {
      for field in fields { _ = type(of: field.value) }
      return missing(
        CELFailure(.undeclared, "undeclared type '\(name)'"), at: node,
        hint: CELSuggestion.hint(for: name, among: environment.constructors.keys)
          ?? "records are written as maps: {'name': value}")
    }
    checked.references[node] = .constructor(constructor)
    for field in fields {
      let type = field.isOptional ? unwrapped(field.value) : type(of: field.value)
      guard let wanted = constructor.fields[field.name] else {
        let hint = CELSuggestion.hint(for: field.name, among: constructor.fields.keys)
        let problem = CELProblem(
          "\(name) has no field '\(field.name)'", offset: field.offset,
          length: field.name.utf8.count, hint: hint)
        if isStrict { problems.append(problem) }
        continue
      }
      if !inference.unify(type, wanted) {
        mismatch("field '\(field.name)' is \(wanted), not \(inference.full(type))", at: field.value)
      }
    }
    return isStrict ? constructor.result : .dyn
  }

  // MARK: Loops and bindings

  mutating func loop(_ node: Int, _ loop: CELLoop) -> CELType {
    let (key, value, element) = elements(of: loop.range, node)
    let height = scope.count
    let slot: Int
    if let second = loop.second {
      slot = declare(loop.first, key)
      _ = declare(second, value)
    } else {
      slot = declare(loop.first, element)
    }
    checked.slots[node] = slot
    defer { scope.removeSubrange(height...) }
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

  /// What the variables of a loop over `range` are.
  private mutating func elements(
    of range: Int, _ node: Int
  ) -> (key: CELType, value: CELType, element: CELType) {
    switch inference.shallow(type(of: range)) {
    case .list(let element): return (.int, element, element)
    case .map(let key, let value): return (key, value, key)
    case .object: return (.string, .dyn, .string)
    case .dyn, .variable: return (.dyn, .dyn, .dyn)
    case let type:
      mismatch("a loop needs a list or a map, not \(inference.full(type))", at: node)
      return (.dyn, .dyn, .dyn)
    }
  }

  mutating func binding(_ node: Int) -> CELType {
    switch syntax[node].form {
    case .bind(let name, let value, let body):
      let type = self.type(of: value)
      return scoped(node, name, type, body)
    case .bindOptional(let name, let value, let body, let isFlat):
      let wrapped = unwrappedTarget(value, node)
      let result = scoped(node, name, wrapped, body)
      guard isFlat else { return .optional(result) }
      switch inference.shallow(result) {
      case .optional: return result
      case .dyn, .variable: return .dyn
      default:
        mismatch("optFlatMap() needs an optional, not \(inference.full(result))", at: body)
        return .dyn
      }
    case .block(let values, let body): return block(node, values, body)
    case .blockIndex(let index):
      guard let block = blocks.last, let first = blockSlots.last, index < block.count else {
        report("cel.index(\(index)) is not a value of the block before this place", at: node)
        return .dyn
      }
      checked.references[node] = .local(first + index)
      return block[index]
    default: return .dyn
    }
  }

  private mutating func unwrappedTarget(_ value: Int, _ node: Int) -> CELType {
    let type = inference.shallow(self.type(of: value))
    switch type {
    case .optional(let wrapped): return wrapped
    case .dyn, .variable: return .dyn
    default:
      mismatch("this needs an optional, not \(inference.full(type))", at: node)
      return .dyn
    }
  }

  private mutating func scoped(_ node: Int, _ name: String, _ type: CELType, _ body: Int) -> CELType
  {
    checked.slots[node] = declare(name, type)
    defer { scope.removeLast() }
    return self.type(of: body)
  }

  private mutating func block(_ node: Int, _ values: [Int], _ body: Int) -> CELType {
    let first = checked.localCount
    checked.localCount += values.count
    checked.slots[node] = first
    blocks.append([])
    blockSlots.append(first)
    for value in values {
      let type = type(of: value)
      blocks[blocks.count - 1].append(type)
    }
    let result = type(of: body)
    blocks.removeLast()
    blockSlots.removeLast()
    return result
  }
}
