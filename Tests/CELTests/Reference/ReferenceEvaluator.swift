import CEL

/// A slow, obvious evaluator: walks the tree, knows no types, slots, folding or costs.
///
/// It shares the parser and the form of values with the real one, and nothing else.
struct ReferenceEvaluator {
  typealias Failure = CELFailure.Code

  enum Outcome {
    case value(CELValue)
    case failure(Failure)
  }

  let syntax: CELSyntax

  func evaluate(_ variables: [String: CELValue]) -> Outcome {
    do throws(ReferenceFailure) {
      return .value(try value(syntax.root, variables))
    } catch {
      return .failure(error.code)
    }
  }

  // MARK: Nodes

  func value(
    _ node: Int, _ variables: [String: CELValue]
  ) throws(ReferenceFailure) -> CELValue {
    switch syntax[node].form {
    case .literal(let value): return value
    case .identifier(let name, _):
      if let value = variables[name] { return value }
      if ["int", "string", "bool", "list"].contains(name) { return .type(name) }
      throw ReferenceFailure(.undeclared)
    case .select(let operand, let field, _):
      return try select(try value(operand, variables), field)
    case .has(let operand, let field, _):
      return .bool(try has(try value(operand, variables), field))
    case .index(let operand, let key, _):
      let container = try value(operand, variables)
      return try index(container, try value(key, variables))
    case .call(let name, let receiver, let arguments):
      return try call(name, ([receiver].compactMap { $0 } + arguments), variables)
    case .unary(let symbol, let operand): return try unary(symbol, try value(operand, variables))
    case .binary(let symbol, let left, let right):
      let left = try value(left, variables)
      return try ReferenceArithmetic.binary(symbol, left, try value(right, variables))
    case .and(let operands): return .bool(try decide(operands, variables, by: false))
    case .or(let operands): return .bool(try decide(operands, variables, by: true))
    case .conditional(let condition, let then, let other):
      return try bool(condition, variables) ? value(then, variables) : value(other, variables)
    case .list(let elements):
      var values: [CELValue] = []
      for element in elements { values.append(try value(element.node, variables)) }
      return .list(values)
    case .map(let entries): return try map(entries, variables)
    case .loop(let loop): return try self.loop(loop, variables)
    case .bind(let name, let bound, let body):
      var inner = variables
      inner[name] = try value(bound, variables)
      return try value(body, inner)
    default: throw ReferenceFailure(.undeclared)
    }
  }

  private func bool(
    _ node: Int, _ variables: [String: CELValue]
  ) throws(ReferenceFailure) -> Bool {
    guard case .bool(let bool) = try value(node, variables) else {
      throw ReferenceFailure(.noSuchOverload)
    }
    return bool
  }

  private func decide(
    _ operands: [Int], _ variables: [String: CELValue], by decisive: Bool
  ) throws(ReferenceFailure) -> Bool {
    var failures: [ReferenceFailure] = []
    for operand in operands {
      do throws(ReferenceFailure) {
        if try bool(operand, variables) == decisive { return decisive }
      } catch {
        failures.append(error)
      }
    }
    if let first = failures.first { throw first }
    return !decisive
  }

  private func unary(
    _ symbol: CELOperator, _ value: CELValue
  ) throws(ReferenceFailure) -> CELValue {
    switch (symbol, value) {
    case (.not, .bool(let bool)): return .bool(bool ? false : true)
    case (.negate, .double(let double)): return .double(0 - double == 0 ? -double : 0 - double)
    case (.negate, .int): return try ReferenceArithmetic.binary(.subtract, .int(0), value)
    default: throw ReferenceFailure(.noSuchOverload)
    }
  }

  // MARK: Parts

  private func entries(_ map: any CELMapSource) -> [(CELValue, CELValue)] {
    map.keys.map { ($0.value, map.value(forKey: $0) ?? .null) }
  }

  private func find(_ key: CELValue, in map: any CELMapSource) -> CELValue? {
    for (other, value) in entries(map) where ReferenceArithmetic.areEqual(key, other) {
      return value
    }
    return nil
  }

  private func select(_ value: CELValue, _ field: String) throws(ReferenceFailure) -> CELValue {
    guard case .map(let map) = value else { throw ReferenceFailure(.noSuchField) }
    guard let found = find(.string(field), in: map) else { throw ReferenceFailure(.noSuchKey) }
    return found
  }

  private func has(_ value: CELValue, _ field: String) throws(ReferenceFailure) -> Bool {
    guard case .map(let map) = value else { throw ReferenceFailure(.noSuchField) }
    return find(.string(field), in: map) != nil
  }

  private func index(_ value: CELValue, _ key: CELValue) throws(ReferenceFailure) -> CELValue {
    switch value {
    case .map(let map):
      guard let found = find(key, in: map) else { throw ReferenceFailure(.noSuchKey) }
      return found
    case .list(let list):
      for (index, element) in list.elements.enumerated()
      where ReferenceArithmetic.areEqual(key, .int(Int64(index))) {
        return element
      }
      switch key {
      case .int: throw ReferenceFailure(.indexOutOfRange)
      case .uint(let uint):
        throw ReferenceFailure(uint <= UInt64(Int64.max) ? .indexOutOfRange : .invalidArgument)
      case .double(let double):
        let isIndex = Int64(exactly: double) != nil
        throw ReferenceFailure(isIndex ? .indexOutOfRange : .invalidArgument)
      default: throw ReferenceFailure(.invalidArgument)
      }
    default: throw ReferenceFailure(.noSuchOverload)
    }
  }

  private func map(
    _ written: [CELEntry], _ variables: [String: CELValue]
  ) throws(ReferenceFailure) -> CELValue {
    var entries: [(CELKey, CELValue)] = []
    for entry in written {
      let key = try value(entry.key, variables)
      let value = try value(entry.value, variables)
      guard let key = CELKey(key) else { throw ReferenceFailure(.invalidArgument) }
      guard !entries.contains(where: { $0.0 == key }) else {
        throw ReferenceFailure(.duplicateKey)
      }
      entries.append((key, value))
    }
    return .map(CELMap(entries))
  }

  // MARK: Loops

  private func loop(
    _ loop: CELLoop, _ variables: [String: CELValue]
  ) throws(ReferenceFailure) -> CELValue {
    let rounds: [[String: CELValue]]
    let elements: [CELValue]
    switch try value(loop.range, variables) {
    case .list(let list):
      elements = list.elements
      rounds = elements.enumerated().map { index, element in
        guard let second = loop.second else { return [loop.first: element] }
        return [loop.first: .int(Int64(index)), second: element]
      }
    case .map(let map):
      elements = entries(map).map { $0.0 }
      rounds = entries(map).map { key, value in
        guard let second = loop.second else { return [loop.first: key] }
        return [loop.first: key, second: value]
      }
    default: throw ReferenceFailure(.noSuchOverload)
    }
    var results: [CELValue] = []
    var failures: [ReferenceFailure] = []
    var count = 0
    for (round, element) in zip(rounds, elements) {
      let inner = variables.merging(round) { $1 }
      if let filter = loop.filter {
        guard try bool(filter, inner) else { continue }
      }
      switch loop.kind {
      case .all, .exists:
        do throws(ReferenceFailure) {
          if try bool(loop.body, inner) == (loop.kind == .exists) {
            return .bool(loop.kind == .exists)
          }
        } catch {
          failures.append(error)
        }
      case .existsOne: if try bool(loop.body, inner) { count += 1 }
      case .filter: if try bool(loop.body, inner) { results.append(element) }
      case .map: results.append(try value(loop.body, inner))
      case .transformMap, .transformMapEntry: throw ReferenceFailure(.undeclared)
      }
    }
    if let first = failures.first { throw first }
    switch loop.kind {
    case .all: return .bool(true)
    case .exists: return .bool(false)
    case .existsOne: return .bool(count == 1)
    default: return .list(results)
    }
  }

  // MARK: Functions

  private func call(
    _ name: String, _ arguments: [Int], _ variables: [String: CELValue]
  ) throws(ReferenceFailure) -> CELValue {
    var values: [CELValue] = []
    for argument in arguments { values.append(try value(argument, variables)) }
    switch (name, values.first, values.dropFirst().first) {
    case ("dyn", let value?, nil): return value
    case ("type", let value?, nil): return .type(value.typeName)
    case ("size", .string(let text)?, nil): return .int(Int64(text.unicodeScalars.count))
    case ("size", .list(let list)?, nil): return .int(Int64(list.elements.count))
    case ("size", .map(let map)?, nil): return .int(Int64(map.keys.count))
    case ("startsWith", .string(let text)?, .string(let other)?):
      return .bool(Array(text.unicodeScalars).starts(with: Array(other.unicodeScalars)))
    case ("endsWith", .string(let text)?, .string(let other)?):
      return .bool(
        text.unicodeScalars.reversed().starts(with: Array(other.unicodeScalars.reversed())))
    case ("contains", .string(let text)?, .string(let other)?):
      let (all, part) = (Array(text.unicodeScalars), Array(other.unicodeScalars))
      return .bool((0...all.count).contains { all[$0...].starts(with: part) })
    case ("int", let value?, nil): return try ReferenceArithmetic.int(value)
    case ("string", let value?, nil): return try ReferenceArithmetic.string(value)
    default: throw ReferenceFailure(.noSuchOverload)
    }
  }
}

struct ReferenceFailure: Error {
  let code: CELFailure.Code
  init(_ code: CELFailure.Code) { self.code = code }
}
