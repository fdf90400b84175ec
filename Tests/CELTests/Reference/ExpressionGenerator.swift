import CEL

/// Makes expressions: mostly of the wanted type, sometimes of another.
struct ExpressionGenerator {
  private var state: UInt64

  enum Want: CaseIterable {
    case bool, int, uint, double, string, list, map, any
  }

  /// The variables that the expressions use.
  static let variables: [String: CELValue] = [
    "i": .int(7), "big": .int(.max), "u": .uint(3), "d": .double(2.5), "s": .string("häuser"),
    "b": .bool(true), "n": .null, "l": .list([.int(1), .int(2), .int(3)]),
    "mixed": .list([.int(1), .string("x"), .null]),
    "h": CELDuration(seconds: 3600).map { .duration($0) } ?? .null,
    "m": .map(["a": .int(1), "b": .string("two"), "c": .map(["d": .list([.int(0)])])]),
  ]

  static let types: [String: CELType] = [
    "i": .int, "big": .int, "u": .uint, "d": .double, "s": .string, "b": .bool, "n": .dyn,
    "l": .list(.int), "mixed": .list(.dyn), "h": .duration, "m": .map(.string, .dyn),
  ]

  init(seed: UInt64) { state = seed }

  /// SplitMix64.
  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }

  private mutating func below(_ count: Int) -> Int { Int(next() % UInt64(count)) }

  private mutating func pick<Thing>(_ things: [Thing]) -> Thing { things[below(things.count)] }

  /// An expression that is nested up to `depth` levels.
  mutating func expression(_ want: Want = .any, depth: Int, locals: [String] = []) -> String {
    if below(14) == 0, want != .any { return expression(.any, depth: depth, locals: locals) }
    if depth <= 0 || below(6) == 0 { return leaf(want, locals) }
    let depth = depth - 1
    switch want {
    case .any:
      let other = pick(Want.allCases.filter { $0 != .any })
      return expression(other, depth: depth + 1, locals: locals)
    case .bool: return bool(depth, locals)
    case .int, .uint, .double: return number(want, depth, locals)
    case .string: return string(depth, locals)
    case .list: return list(depth, locals)
    case .map: return map(depth, locals)
    }
  }

  private mutating func leaf(_ want: Want, _ locals: [String]) -> String {
    if !locals.isEmpty, below(2) == 0 { return pick(locals) }
    switch want {
    case .bool: return pick(["true", "false", "b", "b"])
    case .int:
      return pick([
        "0", "1", "-1", "2", "i", "big", "-9223372036854775808", "9223372036854775807", "3", "-7",
      ])
    case .uint: return pick(["0u", "1u", "u", "18446744073709551615u", "2u"])
    case .double: return pick(["0.0", "1.0", "d", "-1.5", "1e300", "2.0", "9223372036854775808.0"])
    case .string: return pick(["''", "'a'", "'b'", "s", "'ä'", "'a\\u0308'", "'12'", "'xyz'"])
    case .list: return pick(["[]", "l", "mixed", "[1, 2u, 3.0]", "[[1], [2]]"])
    case .map: return pick(["{}", "m", "{'a': 1}", "{1: 'one', 2u: 'two'}", "m.c"])
    case .any: return pick(["n", "null", "h", "int", "i", "s", "l", "m", "missing", "b"])
    }
  }

  private mutating func bool(_ depth: Int, _ locals: [String]) -> String {
    let kinds = Want.allCases
    switch below(11) {
    case 0: return "!(\(expression(.bool, depth: depth, locals: locals)))"
    case 1, 2:
      let symbol = pick(["&&", "||"])
      let operands = (0..<(2 + below(2))).map { _ in
        "(\(expression(.bool, depth: depth, locals: locals)))"
      }
      return operands.joined(separator: " \(symbol) ")
    case 3, 4:
      let want = pick(kinds)
      let symbol = pick(["==", "!=", "<", "<=", ">", ">="])
      return operation(want, symbol, pick([want, want, pick(kinds)]), depth, locals)
    case 5:
      return operation(pick(kinds), "in", pick([.list, .map]), depth, locals)
    case 6:
      let name = pick(["startsWith", "endsWith", "contains"])
      return "(\(expression(.string, depth: depth, locals: locals))).\(name)("
        + "\(expression(.string, depth: depth, locals: locals)))"
    case 7: return "has(m.\(pick(["a", "b", "c", "z"])))"
    case 8, 9: return loop(pick(["all", "exists", "exists_one"]), .bool, depth, locals)
    default: return choice(.bool, depth, locals)
    }
  }

  private mutating func operation(
    _ left: Want, _ symbol: String, _ right: Want, _ depth: Int, _ locals: [String]
  ) -> String {
    "(\(expression(left, depth: depth, locals: locals))) \(symbol) "
      + "(\(expression(right, depth: depth, locals: locals)))"
  }

  private mutating func number(_ want: Want, _ depth: Int, _ locals: [String]) -> String {
    switch below(9) {
    case 0...3:
      return operation(want, pick(["+", "-", "*", "/", "%"]), want, depth, locals)
    case 4: return "-(\(expression(want, depth: depth, locals: locals)))"
    case 5: return "size(\(expression(pick([.string, .list, .map]), depth: depth, locals: locals)))"
    case 6:
      return "(\(expression(.list, depth: depth, locals: locals)))"
        + "[\(expression(.int, depth: depth, locals: locals))]"
    case 7: return "int(\(expression(.any, depth: depth, locals: locals)))"
    default: return choice(want, depth, locals)
    }
  }

  private mutating func string(_ depth: Int, _ locals: [String]) -> String {
    switch below(5) {
    case 0, 1: return operation(.string, "+", .string, depth, locals)
    case 2:
      return
        "string(\(expression(pick([.int, .uint, .bool, .string]), depth: depth, locals: locals)))"
    case 3: return pick(["m.b", "m.z", "m['b']", "m.a.b", "mixed[1]"])
    default: return choice(.string, depth, locals)
    }
  }

  private mutating func list(_ depth: Int, _ locals: [String]) -> String {
    switch below(6) {
    case 0: return operation(.list, "+", .list, depth, locals)
    case 1:
      let elements = (0..<below(4)).map { _ in expression(.any, depth: depth, locals: locals) }
      return "[\(elements.joined(separator: ", "))]"
    case 2: return loop("filter", .bool, depth, locals)
    case 3: return loop("map", .any, depth, locals)
    case 4:
      let variable = "v\(locals.count)"
      return "cel.bind(\(variable), \(expression(.any, depth: depth, locals: locals)), "
        + "\(expression(.list, depth: depth, locals: locals + [variable])))"
    default: return choice(.list, depth, locals)
    }
  }

  private mutating func map(_ depth: Int, _ locals: [String]) -> String {
    guard below(3) > 0 else { return choice(.map, depth, locals) }
    let entries = (0..<below(4)).map { _ in
      let key = expression(pick([.string, .int, .uint, .bool]), depth: depth - 1, locals: locals)
      return "\(key): \(expression(.any, depth: depth, locals: locals))"
    }
    return "{\(entries.joined(separator: ", "))}"
  }

  private mutating func loop(
    _ name: String, _ body: Want, _ depth: Int, _ locals: [String]
  ) -> String {
    let range = expression(pick([.list, .list, .map]), depth: depth, locals: locals)
    let variable = "v\(locals.count)"
    if name != "filter", name != "map", below(3) == 0 {
      let second = "w\(locals.count)"
      let name = name == "exists_one" ? "existsOne" : name
      return "(\(range)).\(name)(\(variable), \(second), "
        + "\(expression(body, depth: depth, locals: locals + [variable, second])))"
    }
    return "(\(range)).\(name)(\(variable), "
      + "\(expression(body, depth: depth, locals: locals + [variable])))"
  }

  private mutating func choice(_ want: Want, _ depth: Int, _ locals: [String]) -> String {
    "(\(expression(.bool, depth: depth, locals: locals))) ? "
      + "(\(expression(want, depth: depth, locals: locals))) : "
      + "(\(expression(want, depth: depth, locals: locals)))"
  }
}
