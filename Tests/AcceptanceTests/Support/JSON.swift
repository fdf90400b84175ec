import Foundation

/// A JSON value that tests look into.
enum JSON: Sendable, Hashable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSON])
  case object([String: JSON])

  struct Malformed: Error, CustomStringConvertible { var description: String }

  init(parsing text: String) throws {
    do {
      let value = try JSONSerialization.jsonObject(
        with: Data(text.utf8), options: .fragmentsAllowed)
      self.init(any: value)
    } catch {
      throw Malformed(description: "not JSON: \(text.prefix(2000))")
    }
  }

  private init(any value: Any) {
    switch value {
    case let text as String: self = .string(text)
    case let number as NSNumber:
      let isBool = CFGetTypeIDIsBool(number)
      self = isBool ? .bool(number.boolValue) : .number(number.doubleValue)
    case let items as [Any]: self = .array(items.map { JSON(any: $0) })
    case let members as [String: Any]: self = .object(members.mapValues { JSON(any: $0) })
    default: self = .null
    }
  }

  subscript(_ key: String) -> JSON {
    if case .object(let members) = self { members[key] ?? .null } else { .null }
  }

  subscript(_ index: Int) -> JSON {
    if case .array(let items) = self, items.indices.contains(index) { items[index] } else { .null }
  }

  var string: String? { if case .string(let text) = self { text } else { nil } }
  var bool: Bool? { if case .bool(let flag) = self { flag } else { nil } }
  var int: Int? { if case .number(let number) = self { Int(number) } else { nil } }
  var items: [JSON] { if case .array(let items) = self { items } else { [] } }
  var keys: Set<String> { if case .object(let members) = self { Set(members.keys) } else { [] } }
  var isNull: Bool { self == .null }
}

private func CFGetTypeIDIsBool(_ number: NSNumber) -> Bool {
  String(cString: number.objCType) == "c" || String(cString: number.objCType) == "B"
}
