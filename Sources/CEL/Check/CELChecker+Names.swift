extension CELChecker {
  mutating func selection(_ node: Int) -> CELType {
    switch syntax[node].form {
    case .select(let operand, let field, let isOptional):
      if resolved.references[node] != nil { return reference(node) }
      let found = select(node, operand, field, isOptional: isOptional)
      return isOptional ? optional(found) : found
    case .has(let operand, let field, _):
      _ = select(node, operand, field, isOptional: false)
      return .bool
    default: return .dyn
    }
  }

  private func optional(_ type: CELType) -> CELType {
    if case .optional = inference.shallow(type) { return type }
    return .optional(type)
  }

  private mutating func select(
    _ node: Int, _ operand: Int, _ field: String, isOptional: Bool
  ) -> CELType {
    let type = inference.shallow(self.type(of: operand))
    if case .optional(let wrapped) = type {
      return .optional(self.field(node, field, of: inference.shallow(wrapped)))
    }
    return self.field(node, field, of: type)
  }

  private mutating func field(_ node: Int, _ field: String, of type: CELType) -> CELType {
    switch type {
    case .dyn, .variable: return .dyn
    case .map(let key, let value):
      if !inference.unify(key, .string) {
        mismatch("a map with keys of type \(inference.full(key)) has no fields", at: node)
      }
      return value
    case .object(let object):
      if let type = object.fields[field] { return type }
      mismatch(
        "\(object.name) has no field '\(field)'", at: node,
        hint: CELSuggestion.hint(for: field, among: object.fields.keys))
      return .dyn
    default:
      mismatch("type \(inference.full(type)) has no fields", at: node)
      return .dyn
    }
  }

  mutating func index(_ node: Int, _ operand: Int, key: Int, isOptional: Bool) -> CELType {
    var container = inference.shallow(type(of: operand))
    let keyType = type(of: key)
    var isWrapped = isOptional
    if case .optional(let wrapped) = container {
      container = inference.shallow(wrapped)
      isWrapped = true
    }
    let found: CELType
    switch container {
    case .list(let element):
      if !inference.unify(keyType, .int) {
        mismatch("a list is indexed by int, not \(inference.full(keyType))", at: key)
      }
      found = element
    case .map(let wanted, let value):
      if !inference.unify(keyType, wanted) {
        mismatch(
          "the map has keys of type \(inference.full(wanted)), not \(inference.full(keyType))",
          at: key)
      }
      found = value
    case .object:
      if case .literal(.string(let name)) = syntax[key].form {
        found = field(key, name, of: container)
      } else {
        if !inference.unify(keyType, .string) {
          mismatch("fields have names of type string, not \(inference.full(keyType))", at: key)
        }
        found = .dyn
      }
    case .dyn, .variable: found = .dyn
    default:
      mismatch("type \(inference.full(container)) cannot be indexed", at: node)
      found = .dyn
    }
    return isWrapped ? .optional(found) : found
  }
}
