/// Fields and indexes of values.
enum CELSelection {
  static func noSuchKey(_ key: CELValue) -> CELFailure {
    CELFailure(.noSuchKey, "no such key: \(CELRendering.key(key))")
  }

  /// `value.name`.
  static func field(_ name: String, of value: CELValue) throws(CELFailure) -> CELValue {
    switch value {
    case .map(let map):
      if let found = map.value(forField: name) { return found }
      throw noSuchKey(.string(name))
    case .optional(let optional):
      return .optional(try optionalField(name, of: optional.wrapped))
    default:
      throw CELFailure(
        .noSuchField, "type \(value.typeName) has no fields, so no field '\(name)'")
    }
  }

  /// `value.?name`.
  static func optionalField(
    _ name: String, of value: CELValue?
  ) throws(CELFailure) -> CELOptional {
    switch value {
    case nil: return .none
    case .map(let map): return map.value(forField: name).map { CELOptional($0) } ?? .none
    case .optional(let optional): return try optionalField(name, of: optional.wrapped)
    case .some(let value):
      throw CELFailure(
        .noSuchField, "type \(value.typeName) has no fields, so no field '\(name)'")
    }
  }

  /// `has(value.name)`.
  static func hasField(_ name: String, _ value: CELValue) throws(CELFailure) -> Bool {
    switch value {
    case .map(let map): return map.value(forField: name) != nil
    case .optional(let optional):
      guard let wrapped = optional.wrapped else { return false }
      return try hasField(name, wrapped)
    default:
      throw CELFailure(
        .noSuchField, "type \(value.typeName) has no fields, so no field '\(name)'")
    }
  }

  /// `value[key]`.
  static func element(_ key: CELValue, of value: CELValue) throws(CELFailure) -> CELValue {
    switch value {
    case .map(let map):
      if let found = map.value(for: key) { return found }
      throw noSuchKey(key)
    case .list(let list):
      let index = try index(key)
      guard index >= 0, index < list.count else {
        throw CELFailure(
          .indexOutOfRange, "index \(index) is out of range: the list has \(list.count) elements")
      }
      return list.element(at: index)
    case .optional(let optional): return .optional(try optionalElement(key, of: optional.wrapped))
    default:
      throw CELFailure(.noSuchOverload, "type \(value.typeName) cannot be indexed")
    }
  }

  /// `value[?key]`.
  static func optionalElement(
    _ key: CELValue, of value: CELValue?
  ) throws(CELFailure) -> CELOptional {
    switch value {
    case nil: return .none
    case .map(let map): return map.value(for: key).map { CELOptional($0) } ?? .none
    case .list(let list):
      let index = try index(key)
      guard index >= 0, index < list.count else { return .none }
      return CELOptional(list.element(at: index))
    case .optional(let optional): return try optionalElement(key, of: optional.wrapped)
    case .some(let value):
      throw CELFailure(.noSuchOverload, "type \(value.typeName) cannot be indexed")
    }
  }

  private static func index(_ key: CELValue) throws(CELFailure) -> Int {
    switch key {
    case .int(let int): return Int(int)
    case .uint(let uint): if let index = Int(exactly: uint) { return index }
    case .double(let double): if let index = CELNumbers.int(double) { return Int(index) }
    default: break
    }
    throw CELFailure(
      .invalidArgument, "a list cannot be indexed with \(CELRendering.key(key))")
  }
}
