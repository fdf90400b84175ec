extension CELCompiler {
  /// An overload with the kinds that it takes.
  struct Overload: Sendable {
    let masks: [UInt32]
    let opaqueNames: [String?]
    let body: CELBody

    init(_ function: CELFunction, count: Int, body: CELBody) {
      var masks: [UInt32] = []
      var names: [String?] = []
      for index in 0..<count {
        let type = function.parameters[min(index, function.parameters.count - 1)]
        masks.append(type.kinds)
        if case .opaque(let name) = type { names.append(name) } else { names.append(nil) }
      }
      self.masks = masks
      opaqueNames = names.contains { $0 != nil } ? names : []
      self.body = body
    }

    @inline(__always)
    func accepts(_ value: CELValue, at index: Int) -> Bool {
      guard masks[index] & value.kind.bit != 0 else { return false }
      guard !opaqueNames.isEmpty, let name = opaqueNames[index] else { return true }
      return value.typeName == name
    }

    func accepts(_ values: [CELValue]) -> Bool {
      for (index, value) in values.enumerated() where !accepts(value, at: index) { return false }
      return true
    }
  }

  mutating func call(_ node: Int, _ receiver: Int?, _ arguments: [Int]) -> CELCode {
    let offset = syntax[node].offset
    guard case .function(let all, let hasReceiver) = resolved.references[node] else {
      if case .failure(let failure) = resolved.references[node] { return CELCode(failure: failure) }
      return CELCode(failure: CELFailure(.undeclared, "undeclared function", offset: offset))
    }
    let nodes = (hasReceiver ? receiver.map { [$0] } ?? [] : []) + arguments
    let codes = nodes.map { self.code($0) }
    if let lazy = lazyOptional(node, all, codes) { return lazy }
    let constants = codes.map(\.constant)
    var overloads: [Overload] = []
    if let function = checked.exact[node] {
      let body = prepare(function, constants, at: nodes)
      overloads.append(Overload(function, count: nodes.count, body: body))
    }
    for function in all {
      // Values that the checker knew only as dyn may turn out to need another overload.
      let body =
        checked.exact[node] == nil ? prepare(function, constants, at: nodes) : function.body
      overloads.append(Overload(function, count: nodes.count, body: body))
    }
    let name = all.first?.name ?? Self.name(syntax[node])
    let result = call(overloads, codes, name: name, offset)
    guard !codes.isEmpty, constants.allSatisfy({ $0 != nil }) else { return result }
    return folded(result)
  }

  private static func name(_ node: CELNode) -> String {
    if case .call(let name, _, _) = node.form { return name }
    return ""
  }

  /// The body for these constants; constants that the function refuses are problems.
  private mutating func prepare(
    _ function: CELFunction, _ constants: [CELValue?], at nodes: [Int]
  ) -> CELBody {
    guard let prepare = function.prepare else { return function.body }
    do throws(CELFailure) {
      return try prepare(constants) ?? function.body
    } catch {
      if isStrict {
        let node = syntax[nodes[Self.culprit(of: prepare, constants)]]
        problems.append(CELProblem(error.message, offset: node.offset, length: node.length))
      }
      return function.body
    }
  }

  /// The constant that `prepare` refuses even when it sees no other one.
  private static func culprit(
    of prepare: @Sendable ([CELValue?]) throws(CELFailure) -> CELBody?, _ constants: [CELValue?]
  ) -> Int {
    for index in constants.indices where constants[index] != nil {
      var alone = [CELValue?](repeating: nil, count: constants.count)
      alone[index] = constants[index]
      do throws(CELFailure) {
        _ = try prepare(alone)
      } catch {
        return index
      }
    }
    return constants.lastIndex { $0 != nil } ?? 0
  }

  /// The call with its result in place of it, if it has one that costs little to find.
  mutating func folded(_ code: CELCode) -> CELCode {
    var frame = CELFrame(
      inputs: [], localCount: 0, limit: foldingBudget, offsetInZone: environment.offsetInZone)
    do throws(CELFailure) {
      let value = try code.run(&frame)
      foldingBudget = frame.remaining
      return CELCode(constant: value)
    } catch {
      foldingBudget = max(0, frame.remaining)
      return code
    }
  }

  private func call(
    _ overloads: [Overload], _ codes: [CELCode], name: String, _ offset: Int
  ) -> CELCode {
    let callee = Callee(name: name, overloads: overloads, offset: offset)
    let runs = codes.map(\.run)
    switch overloads.first?.body {
    case .one(let body) where runs.count == 1: return call(callee, body, runs[0])
    case .two(let body) where runs.count == 2: return call(callee, body, runs[0], codes[1])
    default: break
    }
    return CELCode { (frame: inout CELFrame) throws(CELFailure) -> CELValue in
      try frame.charge(1)
      var values: [CELValue] = []
      values.reserveCapacity(runs.count)
      for run in runs { values.append(try run(&frame)) }
      return try callee.dispatch(values, &frame)
    }
  }

  /// The overloads of a call, the likeliest first.
  private struct Callee: Sendable {
    let name: String
    let overloads: [Overload]
    let offset: Int

    /// Calls the first overload that takes `values`.
    func dispatch(_ values: [CELValue], _ frame: inout CELFrame) throws(CELFailure) -> CELValue {
      do throws(CELFailure) {
        for overload in overloads where overload.accepts(values) {
          switch overload.body {
          case .zero(let body): return try body(&frame)
          case .one(let body): return try body(values[0], &frame)
          case .two(let body): return try body(values[0], values[1], &frame)
          case .three(let body): return try body(values[0], values[1], values[2], &frame)
          case .many(let body): return try body(values, &frame)
          }
        }
        throw CELCompiler.noOverload(name, values)
      } catch {
        throw error.at(offset)
      }
    }
  }

  private func call(
    _ callee: Callee,
    _ body: @escaping @Sendable (CELValue, inout CELFrame) throws(CELFailure) -> CELValue,
    _ first: @escaping CELRun
  ) -> CELCode {
    let (likely, offset) = (callee.overloads[0], callee.offset)
    return CELCode { (frame: inout CELFrame) throws(CELFailure) -> CELValue in
      try frame.charge(1)
      let value = try first(&frame)
      guard likely.accepts(value, at: 0) else { return try callee.dispatch([value], &frame) }
      do throws(CELFailure) {
        return try body(value, &frame)
      } catch {
        throw error.at(offset)
      }
    }
  }

  private func call(
    _ callee: Callee,
    _ body: @escaping @Sendable (CELValue, CELValue, inout CELFrame) throws(CELFailure) -> CELValue,
    _ first: @escaping CELRun, _ second: CELCode
  ) -> CELCode {
    let (likely, offset) = (callee.overloads[0], callee.offset)
    let isKnown = second.constant.map { likely.accepts($0, at: 1) } ?? false
    let second = second.run
    return CELCode { (frame: inout CELFrame) throws(CELFailure) -> CELValue in
      try frame.charge(1)
      let value = try first(&frame)
      let other = try second(&frame)
      guard likely.accepts(value, at: 0), isKnown || likely.accepts(other, at: 1) else {
        return try callee.dispatch([value, other], &frame)
      }
      do throws(CELFailure) {
        return try body(value, other, &frame)
      } catch {
        throw error.at(offset)
      }
    }
  }

  static func noOverload(_ name: String, _ values: [CELValue]) -> CELFailure {
    let types = values.map(\.typeName).joined(separator: ", ")
    return CELFailure(.noSuchOverload, "no such overload: '\(name)' does not take (\(types))")
  }

  /// `a.or(b)` and `a.orValue(b)`, which need `b` only if `a` is none.
  private func lazyOptional(
    _ node: Int, _ functions: [CELFunction], _ codes: [CELCode]
  ) -> CELCode? {
    guard codes.count == 2, let function = functions.first, function.isMember,
      case .optional = function.parameters[0], function.name == "or" || function.name == "orValue"
    else { return nil }
    let (first, second) = (codes[0].run, codes[1].run)
    let isOr = function.name == "or"
    let offset = syntax[node].offset
    return CELCode { (frame: inout CELFrame) throws(CELFailure) -> CELValue in
      try frame.charge(1)
      let value = try first(&frame)
      guard case .optional(let optional) = value else {
        throw Self.noOverload(isOr ? "or" : "orValue", [value]).at(offset)
      }
      if let wrapped = optional.wrapped { return isOr ? value : wrapped }
      let other = try second(&frame)
      if isOr {
        guard case .optional = other else {
          throw Self.noOverload("or", [value, other]).at(offset)
        }
      }
      return other
    }
  }
}
