import CEL
import Foundation

/// One case of the official suite.
struct ConformanceCase {
  let id: String
  let expression: String
  let container: String
  let hasMacros: Bool
  let isChecked: Bool
  let bindings: [String: CELValue]
  /// Nil if an error is wanted.
  let wanted: CELValue?

  /// Cases that do not hold, with the reason.
  static let exceptions: [String: String] = {
    let reason = "wants a backslash that the expression does not have (cel-java skips it as well)"
    let section = "parse/bytes_literals"
    return [
      "\(section)/triple_single_quoted_unescaped_punctuation": reason,
      "\(section)/triple_double_quoted_unescaped_punctuation": reason,
    ]
  }()

  static func read(_ file: URL) throws -> [ConformanceCase] {
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
    guard let cases = json as? [[String: Any]] else { throw ConformanceMistake("no list") }
    return try cases.map { try ConformanceCase($0) }
  }

  init(_ json: [String: Any]) throws {
    let names = ["suite", "section", "name"].map { json[$0] as? String ?? "" }
    id = names.joined(separator: "/")
    expression = json["expr"] as? String ?? ""
    container = json["container"] as? String ?? ""
    hasMacros = json["disableMacros"] as? Bool != true
    isChecked = json["disableCheck"] as? Bool != true
    bindings = try (json["bindings"] as? [String: Any] ?? [:]).mapValues { try Self.value($0) }
    wanted = try json["value"].map { try Self.value($0) }
  }

  /// What is wrong, or nil if the case holds.
  func mistake() -> String? {
    let environment = CELEnvironment(
      variables: bindings.mapValues(Self.type), container: container,
      libraries: CELLibrary.all + [.wrappers], hasMacros: hasMacros, offsetInZone: Self.offset)
    let outcome: Result<CELValue, CELFailure>
    do {
      let program = try environment.compile(expression, isChecked: isChecked)
      outcome = program.trace(CELBindings(bindings, in: environment)).result
    } catch {
      return wanted == nil ? nil : "does not compile: \(error)"
    }
    switch (outcome, wanted) {
    case (.failure, nil): return nil
    case (.failure(let failure), _): return "fails: \(failure)"
    case (.success(let value), nil): return "gives \(value), but must fail"
    case (.success(let value), let wanted?):
      return Self.areSame(value, wanted) ? nil : "gives \(value), wanted \(wanted)"
    }
  }

  private static func offset(zone: String, seconds: Int64) -> Int? {
    TimeZone(identifier: zone)?.secondsFromGMT(
      for: Date(timeIntervalSince1970: TimeInterval(seconds)))
  }

  private static func type(_ value: CELValue) -> CELType {
    switch value {
    case .bool: .bool
    case .int: .int
    case .uint: .uint
    case .double: .double
    case .string: .string
    case .bytes: .bytes
    case .list: .list(.dyn)
    case .map: .map(.dyn, .dyn)
    case .timestamp: .timestamp
    case .duration: .duration
    default: .dyn
    }
  }

  private static func value(_ json: Any) throws -> CELValue {
    guard let tagged = json as? [String: Any], let (tag, content) = tagged.first else {
      throw ConformanceMistake("not a value: \(json)")
    }
    let text = content as? String ?? ""
    switch tag {
    case "null": return .null
    case "bool": return .bool(content as? Bool ?? false)
    case "int": if let int = Int64(text) { return .int(int) }
    case "uint": if let uint = UInt64(text) { return .uint(uint) }
    case "double": if let double = Double(text) { return .double(double) }
    case "string": return .string(text)
    case "bytes": if let data = Data(base64Encoded: text) { return .bytes(Array(data)) }
    case "type": return .type(text)
    case "list": return .list(try (content as? [Any] ?? []).map { try value($0) })
    case "map":
      var builder = CELMapBuilder()
      for entry in content as? [[Any]] ?? [] {
        try builder.add(try value(entry[0]), try value(entry[1]))
      }
      return builder.map
    case "timestamp":
      let (seconds, nanos) = try time(content)
      if let time = CELTimestamp(seconds: seconds, nanos: Int32(nanos)) { return .timestamp(time) }
    case "duration":
      let (seconds, nanos) = try time(content)
      if let length = CELDuration(seconds: seconds, nanos: nanos) { return .duration(length) }
    default: break
    }
    throw ConformanceMistake("not a value: \(json)")
  }

  private static func time(_ content: Any) throws -> (Int64, Int64) {
    guard let parts = content as? [String: Any],
      let seconds = (parts["seconds"] as? String).flatMap({ Int64($0) })
    else { throw ConformanceMistake("not a time: \(content)") }
    return (seconds, parts["nanos"] as? Int64 ?? 0)
  }

  /// Same type and same content; not a number equals not a number.
  static func areSame(_ left: CELValue, _ right: CELValue) -> Bool {
    guard left.kind == right.kind else { return false }
    switch (left, right) {
    case (.double(let left), .double(let right)):
      return left == right ? left.sign == right.sign : left.isNaN && right.isNaN
    case (.bool(let left), .bool(let right)): return left == right
    case (.int(let left), .int(let right)): return left == right
    case (.uint(let left), .uint(let right)): return left == right
    case (.string(let left), .string(let right)): return CELText.areEqual(left, right)
    case (.bytes(let left), .bytes(let right)): return left == right
    case (.type(let left), .type(let right)): return left == right
    case (.timestamp(let left), .timestamp(let right)): return left == right
    case (.duration(let left), .duration(let right)): return left == right
    case (.null, .null): return true
    case (.list(let left), .list(let right)):
      return left.count == right.count
        && zip(left.elements, right.elements).allSatisfy { areSame($0, $1) }
    case (.map(let left), .map(let right)):
      return left.count == right.count
        && left.keys.allSatisfy { key in
          guard let one = left.value(forKey: key), let other = right.value(forKey: key) else {
            return false
          }
          return areSame(one, other)
        }
    case (.optional(let left), .optional(let right)):
      guard let left = left.wrapped, let right = right.wrapped else {
        return left.wrapped == nil && right.wrapped == nil
      }
      return areSame(left, right)
    default: return false
    }
  }
}

struct ConformanceMistake: Error {
  let text: String
  init(_ text: String) { self.text = text }
}
