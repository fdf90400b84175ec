extension CELParser {
  /// Turns `has(a.b)` into a node, or gives nil if the call is no macro.
  mutating func expand(
    _ name: String, at word: CELToken, _ arguments: [Int]
  ) throws(CELProblem) -> Int? {
    guard name == "has", arguments.count == 1, macros.contains(.has) else { return nil }
    let argument = syntax[arguments[0]]
    guard case .select(let operand, let field, let isOptional) = argument.form else {
      throw CELProblem(
        "has() takes the selection of a field", offset: argument.offset, length: argument.length,
        hint: "write has(a.b), or 'b' in a")
    }
    return try add(
      .has(operand, field: field, isOptional: isOptional), at: word, over: [operand])
  }

  /// Turns a call of a macro on `receiver` into a node, or gives nil if the call is no macro.
  mutating func expand(
    _ name: String, of receiver: Int, at word: CELToken, _ arguments: [Int]
  ) throws(CELProblem) -> Int? {
    if case .identifier("cel", false) = syntax[receiver].form {
      if let node = try expandNamespaced(name, at: word, arguments) { return node }
    }
    switch (name, arguments.count) {
    case ("all", 2) where macros.contains(.all),
      ("exists", 2) where macros.contains(.exists),
      ("exists_one", 2) where macros.contains(.existsOne),
      ("existsOne", 2) where macros.contains(.existsOne),
      ("filter", 2) where macros.contains(.filter),
      ("map", 2) where macros.contains(.map):
      let kind: CELLoop.Kind = name == "existsOne" ? .existsOne : .init(rawValue: name) ?? .all
      return try loop(
        kind, receiver, word, variables: [arguments[0]], filter: nil, body: arguments[1])
    case ("map", 3) where macros.contains(.map):
      return try loop(
        .map, receiver, word, variables: [arguments[0]], filter: arguments[1], body: arguments[2])
    case ("sortBy", 2) where macros.contains(.sortBy):
      return try sorted(receiver, word, variable: arguments[0], key: arguments[1])
    case ("optMap", 2) where macros.contains(.optionals),
      ("optFlatMap", 2) where macros.contains(.optionals):
      return try add(
        .bindOptional(
          try variable(arguments[0]), value: receiver, body: arguments[1],
          isFlat: name == "optFlatMap"),
        at: word, over: [receiver, arguments[1]])
    default:
      return try expandTwoVariables(name, of: receiver, at: word, arguments)
    }
  }

  /// Binds the list, so that it is made once, and sorts it by what the key gives for its elements.
  private mutating func sorted(
    _ list: Int, _ word: CELToken, variable: Int, key: Int
  ) throws(CELProblem) -> Int {
    let element = try self.variable(variable)
    let range = try add(.identifier("@list", isRooted: false), at: word, over: [])
    let keys = try add(
      .loop(
        CELLoop(kind: .map, range: range, first: element, second: nil, filter: nil, body: key)),
      at: word, over: [range, key])
    let whole = try add(.identifier("@list", isRooted: false), at: word, over: [])
    let call = try add(
      .call("@sortedBy", receiver: nil, arguments: [whole, keys]), at: word, over: [whole, keys])
    return try add(.bind("@list", value: list, body: call), at: word, over: [list, call])
  }

  private mutating func expandTwoVariables(
    _ name: String, of receiver: Int, at word: CELToken, _ arguments: [Int]
  ) throws(CELProblem) -> Int? {
    guard macros.contains(.twoVariables), (3...4).contains(arguments.count) else { return nil }
    let kind: CELLoop.Kind
    switch name {
    case "all": kind = .all
    case "exists": kind = .exists
    case "existsOne", "exists_one": kind = .existsOne
    case "transformList": kind = .map
    case "transformMap": kind = .transformMap
    case "transformMapEntry": kind = .transformMapEntry
    default: return nil
    }
    let takesFilter = kind == .map || kind == .transformMap || kind == .transformMapEntry
    guard arguments.count == 3 || takesFilter else { return nil }
    return try loop(
      kind, receiver, word, variables: Array(arguments[0..<2]),
      filter: arguments.count == 4 ? arguments[2] : nil, body: arguments[arguments.count - 1])
  }

  private mutating func loop(
    _ kind: CELLoop.Kind, _ range: Int, _ word: CELToken, variables: [Int], filter: Int?, body: Int
  ) throws(CELProblem) -> Int {
    let first = try variable(variables[0])
    let second = variables.count > 1 ? try variable(variables[1]) : nil
    if let second, second == first {
      let node = syntax[variables[1]]
      throw CELProblem(
        "both loop variables are called '\(first)'", offset: node.offset, length: node.length)
    }
    return try add(
      .loop(
        CELLoop(
          kind: kind, range: range, first: first, second: second, filter: filter, body: body)),
      at: word, over: [range, body] + (filter.map { [$0] } ?? []))
  }

  /// The name that the argument of a macro declares.
  private func variable(_ argument: Int) throws(CELProblem) -> String {
    let node = syntax[argument]
    guard case .identifier(let name, false) = node.form else {
      throw CELProblem(
        "expected the name of a variable", offset: node.offset, length: node.length)
    }
    return name
  }

  /// `cel.bind`, `cel.block`, `cel.index`, `cel.iterVar`.
  private mutating func expandNamespaced(
    _ name: String, at word: CELToken, _ arguments: [Int]
  ) throws(CELProblem) -> Int? {
    switch (name, arguments.count) {
    case ("bind", 3) where macros.contains(.bind):
      return try add(
        .bind(try variable(arguments[0]), value: arguments[1], body: arguments[2]), at: word,
        over: [arguments[1], arguments[2]])
    case ("block", 2) where macros.contains(.block):
      let list = syntax[arguments[0]]
      guard case .list(let elements) = list.form, !elements.contains(where: \.isOptional) else {
        throw CELProblem(
          "cel.block() takes a list literal", offset: list.offset, length: list.length)
      }
      return try add(
        .block(elements.map(\.node), body: arguments[1]), at: word,
        over: elements.map(\.node) + [arguments[1]])
    case ("index", 1) where macros.contains(.block):
      let index = try number(arguments[0])
      return try add(.blockIndex(index), at: word, over: [])
    case ("iterVar", 2) where macros.contains(.block):
      let (depth, order) = (try number(arguments[0]), try number(arguments[1]))
      return try add(.identifier("@it:\(depth):\(order)", isRooted: false), at: word, over: [])
    default: return nil
    }
  }

  private func number(_ argument: Int) throws(CELProblem) -> Int {
    let node = syntax[argument]
    guard case .literal(.int(let number)) = node.form, (0..<100_000).contains(number) else {
      throw CELProblem(
        "expected a number that is not negative", offset: node.offset, length: node.length)
    }
    return Int(number)
  }
}
