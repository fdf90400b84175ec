extension CELChecker {
  mutating func call(
    _ node: Int, _ written: String, receiver: Int?, _ arguments: [Int]
  ) -> CELType {
    guard case .function(let overloads, let hasReceiver) = resolved.references[node] else {
      return .dyn
    }
    let nodes = (hasReceiver ? receiver.map { [$0] } ?? [] : []) + arguments
    return resolve(node, written, overloads, nodes)
  }

  private mutating func resolve(
    _ node: Int, _ name: String, _ overloads: [CELFunction], _ arguments: [Int]
  ) -> CELType {
    let types = arguments.map { type(of: $0) }
    let byCount = overloads.filter { Self.accepts($0, count: arguments.count) }
    var matches: [(function: CELFunction, result: CELType)] = []
    let isExact = !types.contains { hasOpenPart(inference.full($0)) }
    for function in byCount {
      let mark = inference.mark
      let result = match(function, types)
      inference.rollBack(to: mark)
      guard result else { continue }
      matches.append((function, .dyn))
      if isExact { break }
    }
    guard let first = matches.first else {
      mismatch(
        "'\(name)' does not take \(shown(types))", at: node,
        hint: "it is called as "
          + overloads.prefix(4).map(\.signature).joined(separator: " or "))
      return .dyn
    }
    if isExact { exact[node] = first.function }
    guard matches.count > 1 else { return apply(first.function, types) }
    let result = first.function.result
    let isSame = matches.allSatisfy { $0.function.result == result }
    if case .parameter = result { return .dyn }
    var names: [String: CELType] = [:]
    return isSame ? inference.instance(result, &names) : .dyn
  }

  /// Whether some part of a full type may be anything.
  private func hasOpenPart(_ type: CELType) -> Bool {
    switch type {
    case .dyn: true
    case .list(let element), .optional(let element): hasOpenPart(element)
    case .map(let key, let value): hasOpenPart(key) || hasOpenPart(value)
    default: false
    }
  }

  private static func accepts(_ function: CELFunction, count: Int) -> Bool {
    function.isVariadic
      ? count >= function.parameters.count - 1 : count == function.parameters.count
  }

  private mutating func match(_ function: CELFunction, _ types: [CELType]) -> Bool {
    var names: [String: CELType] = [:]
    for (index, type) in types.enumerated() {
      let parameter = function.parameters[min(index, function.parameters.count - 1)]
      guard inference.unify(type, inference.instance(parameter, &names)) else { return false }
    }
    return true
  }

  /// The result of `function`, which takes `types`.
  private mutating func apply(_ function: CELFunction, _ types: [CELType]) -> CELType {
    var names: [String: CELType] = [:]
    for (index, type) in types.enumerated() {
      let parameter = function.parameters[min(index, function.parameters.count - 1)]
      _ = inference.unify(type, inference.instance(parameter, &names))
    }
    return inference.instance(function.result, &names)
  }
}
