/// The types that are still to be found, and what is known of them.
struct CELInference {
  private var bindings: [CELType?] = []
  private var trail: [Int] = []

  /// A type of which nothing is known yet.
  mutating func fresh() -> CELType {
    bindings.append(nil)
    return .variable(bindings.count - 1)
  }

  /// Where `rollBack(to:)` can come back to.
  var mark: Int { trail.count }

  /// Forgets what was found since `mark`.
  mutating func rollBack(to mark: Int) {
    while trail.count > mark { bindings[trail.removeLast()] = nil }
  }

  /// What is known of the outermost level of `type`.
  func shallow(_ type: CELType) -> CELType {
    var type = type
    while case .variable(let number) = type, let bound = bindings[number] { type = bound }
    return type
  }

  /// The whole type, with `dyn` for what is not known.
  func full(_ type: CELType) -> CELType {
    switch shallow(type) {
    case .list(let element): .list(full(element))
    case .map(let key, let value): .map(full(key), full(value))
    case .optional(let wrapped): .optional(full(wrapped))
    case .variable: .dyn
    case let type: type
    }
  }

  /// The type of a signature with fresh types for its parameters.
  mutating func instance(_ type: CELType, _ parameters: inout [String: CELType]) -> CELType {
    switch type {
    case .parameter(let name):
      if let known = parameters[name] { return known }
      let type = fresh()
      parameters[name] = type
      return type
    case .list(let element): return .list(instance(element, &parameters))
    case .map(let key, let value):
      return .map(instance(key, &parameters), instance(value, &parameters))
    case .optional(let wrapped): return .optional(instance(wrapped, &parameters))
    default: return type
    }
  }

  /// Makes both types the same if they can be; on false some parts may have been bound.
  mutating func unify(_ left: CELType, _ right: CELType) -> Bool {
    let (left, right) = (shallow(left), shallow(right))
    switch (left, right) {
    case (.variable(let one), .variable(let other)) where one == other: return true
    case (.variable(let number), let type), (let type, .variable(let number)):
      guard !occurs(number, in: type) else { return false }
      bindings[number] = type
      trail.append(number)
      return true
    case (.dyn, _), (_, .dyn): return true
    case (.list(let left), .list(let right)): return unify(left, right)
    case (.optional(let left), .optional(let right)): return unify(left, right)
    case (.map(let leftKey, let leftValue), .map(let rightKey, let rightValue)):
      return unify(leftKey, rightKey) && unify(leftValue, rightValue)
    case (.map(let key, _), .object), (.object, .map(let key, _)): return unify(key, .string)
    case (.null, let type), (let type, .null): return Self.isNullable(type)
    default: return left == right
    }
  }

  /// The type of values of which some are `left` and some are `right`.
  mutating func join(_ left: CELType, _ right: CELType) -> CELType? {
    let (left, right) = (shallow(left), shallow(right))
    if left == .dyn || right == .dyn { return .dyn }
    switch (left, right) {
    case (.list(let left), .list(let right)): return join(left, right).map { .list($0) }
    case (.optional(let left), .optional(let right)):
      return join(left, right).map { .optional($0) }
    case (.map(let leftKey, let leftValue), .map(let rightKey, let rightValue)):
      guard let key = join(leftKey, rightKey), let value = join(leftValue, rightValue) else {
        return nil
      }
      return .map(key, value)
    default: break
    }
    let mark = mark
    guard unify(left, right) else {
      rollBack(to: mark)
      return nil
    }
    return left == .null ? right : left
  }

  private static func isNullable(_ type: CELType) -> Bool {
    switch type {
    case .null, .object, .timestamp, .duration, .opaque: true
    default: false
    }
  }

  private func occurs(_ number: Int, in type: CELType) -> Bool {
    switch shallow(type) {
    case .variable(let other): number == other
    case .list(let element), .optional(let element): occurs(number, in: element)
    case .map(let key, let value): occurs(number, in: key) || occurs(number, in: value)
    default: false
    }
  }
}
