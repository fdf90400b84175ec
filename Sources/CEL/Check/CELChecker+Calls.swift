extension CELChecker {
  mutating func call(
    _ node: Int, _ written: String, receiver: Int?, _ arguments: [Int]
  ) -> CELType {
    if let receiver {
      if let (path, isRooted) = path(receiver),
        let overloads = overloads(path + "." + written, isRooted: isRooted, isMember: false)
      {
        return resolve(node, path + "." + written, overloads, arguments, hasReceiver: false)
      }
      let all = [receiver] + arguments
      if let overloads = overloads(written, isRooted: true, isMember: true) {
        return resolve(node, written, overloads, all, hasReceiver: true)
      }
      for argument in arguments { _ = type(of: argument) }
      if isStrict { _ = type(of: receiver) }
      return undeclared(node, written, isMember: true)
    }
    let isRooted = written.hasPrefix(".")
    let name = isRooted ? String(written.dropFirst()) : written
    if let overloads = overloads(name, isRooted: isRooted, isMember: false) {
      return resolve(node, name, overloads, arguments, hasReceiver: false)
    }
    for argument in arguments { _ = type(of: argument) }
    return undeclared(node, name, isMember: false)
  }

  private func overloads(_ name: String, isRooted: Bool, isMember: Bool) -> [CELFunction]? {
    for candidate in environment.candidates(for: name, isRooted: isRooted) {
      guard let functions = environment.functions[candidate] else { continue }
      let fitting = functions.filter { $0.isMember == isMember }
      if !fitting.isEmpty { return fitting }
    }
    return nil
  }

  private mutating func undeclared(_ node: Int, _ name: String, isMember: Bool) -> CELType {
    let hint: String?
    if let other = environment.functions[name]?.first {
      hint = "it is called as \(other.signature)"
    } else {
      var names: [String] = []
      for (name, functions) in environment.functions
      where functions.contains(where: { $0.isMember == isMember }) {
        names.append(name)
      }
      let macros: [String] = isMember ? ["all", "exists", "exists_one", "map", "filter"] : ["has"]
      hint = CELSuggestion.hint(for: name, among: names + (environment.macros.isEmpty ? [] : macros))
        ?? macroHint(name)
    }
    return missing(
      CELFailure(.undeclared, "undeclared function '\(name)'"), at: node, hint: hint)
  }

  private func macroHint(_ name: String) -> String? {
    guard !environment.macros.isEmpty else { return nil }
    switch name {
    case "has": return "write has(a.b)"
    case "all", "exists", "exists_one", "map", "filter":
      return "write list.\(name)(element, …) with one variable and one expression"
    default: return nil
    }
  }

  private mutating func resolve(
    _ node: Int, _ name: String, _ overloads: [CELFunction], _ arguments: [Int],
    hasReceiver: Bool
  ) -> CELType {
    let types = arguments.map { type(of: $0) }
    let byCount = overloads.filter { Self.accepts($0, count: arguments.count) }
    guard isStrict else {
      checked.references[node] = .function(byCount, hasReceiver: hasReceiver)
      return .dyn
    }
    var matches: [(function: CELFunction, result: CELType)] = []
    let isExact = !types.contains(where: isOpen)
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
    checked.references[node] = .function(
      isExact ? [first.function] : byCount, hasReceiver: hasReceiver)
    guard matches.count > 1 else { return apply(first.function, types) }
    let result = first.function.result
    let isSame = matches.allSatisfy { $0.function.result == result }
    if case .parameter = result { return .dyn }
    var names: [String: CELType] = [:]
    return isSame ? inference.instance(result, &names) : .dyn
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
