/// A value in canonical form: what a manifest means, without where and how it was written.
///
/// The members of an object are sorted by key (by UTF-8 bytes) and unique, so two values are equal
/// exactly when their canonical bytes are.
package enum Value: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case string(String)
  case array([Value])
  case object([Member])

  /// Texts are equal when their bytes are; Swift's own equality also folds Unicode's different
  /// ways to write one character, which have different canonical bytes.
  package static func == (a: Value, b: Value) -> Bool {
    switch (a, b) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.integer(let a), .integer(let b)): a == b
    case (.number(let a), .number(let b)): a == b
    case (.string(let a), .string(let b)): a.hasSameBytes(as: b)
    case (.array(let a), .array(let b)): a == b
    case (.object(let a), .object(let b)): a == b
    default: false
    }
  }

  package struct Member: Hashable, Sendable {
    package var key: String
    package var value: Value

    package static func == (a: Member, b: Member) -> Bool {
      a.key.hasSameBytes(as: b.key) && a.value == b.value
    }

    package init(_ key: String, _ value: Value) {
      self.key = key
      self.value = value
    }
  }

  /// An object of `members`, sorted; of two members with one key the later wins.
  package static func sorted(_ members: [Member]) -> Value {
    var result: [Member] = []
    result.reserveCapacity(members.count)
    for member in members {
      // Insertion sort: objects are small and often sorted already.
      var index = result.count
      while index > 0, member.key.utf8.lexicographicallyPrecedes(result[index - 1].key.utf8) {
        index -= 1
      }
      if index > 0, result[index - 1].key.hasSameBytes(as: member.key) {
        result[index - 1] = member
      } else {
        result.insert(member, at: index)
      }
    }
    return .object(result)
  }

  package subscript(key: String) -> Value? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  package subscript(index: Int) -> Value? {
    guard case .array(let items) = self, items.indices.contains(index) else { return nil }
    return items[index]
  }

  package var string: String? { if case .string(let value) = self { value } else { nil } }
  package var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
  package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  package var array: [Value]? { if case .array(let value) = self { value } else { nil } }
  package var members: [Member]? { if case .object(let value) = self { value } else { nil } }
}

extension String {
  /// Whether both are the same UTF-8.
  fileprivate func hasSameBytes(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int64) { self = .integer(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(arrayLiteral elements: Value...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (String, Value)...) {
    self = .sorted(elements.map { Member($0.0, $0.1) })
  }
}
