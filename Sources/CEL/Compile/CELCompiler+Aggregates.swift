extension CELCompiler {
  func list(_ node: Int, _ elements: [CELElement]) -> CELCode {
    let codes = elements.map { (run: code($0.node), isOptional: $0.isOptional) }
    let offset = syntax[node].offset
    if codes.allSatisfy({ $0.run.constant != nil && !$0.isOptional }) {
      return CELCode(constant: .list(codes.compactMap(\.run.constant)))
    }
    let runs = codes.map { (run: $0.run.run, isOptional: $0.isOptional) }
    return CELCode { (frame: inout CELFrame) throws(CELFailure) -> CELValue in
      try frame.charge(1)
      var values: [CELValue] = []
      values.reserveCapacity(runs.count)
      for element in runs {
        let value = try element.run(&frame)
        if element.isOptional {
          if let wrapped = try Self.wrapped(value, offset) { values.append(wrapped) }
        } else {
          values.append(value)
        }
      }
      return .list(values)
    }
  }

  private static func wrapped(
    _ value: CELValue, _ offset: Int
  ) throws(CELFailure) -> CELValue? {
    guard case .optional(let optional) = value else {
      throw CELFailure(
        .noSuchOverload, "'?' needs an optional, not \(value.typeName)", offset: offset)
    }
    return optional.wrapped
  }

  mutating func map(_ node: Int, _ entries: [CELEntry]) -> CELCode {
    let offset = syntax[node].offset
    var runs: [(key: CELRun, value: CELRun, isOptional: Bool, offset: Int)] = []
    var isConstant = true
    for entry in entries {
      let (key, value) = (code(entry.key), code(entry.value))
      if key.constant == nil || value.constant == nil || entry.isOptional { isConstant = false }
      runs.append((key.run, value.run, entry.isOptional, syntax[entry.key].offset))
    }
    let all = runs
    let result = CELCode { (frame: inout CELFrame) throws(CELFailure) -> CELValue in
      try frame.charge(1)
      var builder = CELMapBuilder()
      for entry in all {
        let key = try entry.key(&frame)
        let value = try entry.value(&frame)
        guard entry.isOptional else {
          try builder.add(key, value, at: entry.offset)
          continue
        }
        if let wrapped = try Self.wrapped(value, offset) {
          try builder.add(key, wrapped, at: entry.offset)
        }
      }
      return builder.map
    }
    return isConstant ? folded(result) : result
  }

  func construct(_ node: Int, _ fields: [CELField]) -> CELCode {
    let offset = syntax[node].offset
    guard case .constructor(let constructor) = resolved.references[node] else {
      if case .failure(let failure) = resolved.references[node] { return CELCode(failure: failure) }
      return CELCode(failure: CELFailure(.undeclared, "undeclared type", offset: offset))
    }
    var runs: [(name: String, run: CELRun, isOptional: Bool)] = []
    for field in fields { runs.append((field.name, code(field.value).run, field.isOptional)) }
    let all = runs
    return CELCode { (frame: inout CELFrame) throws(CELFailure) -> CELValue in
      try frame.charge(1)
      var values: [String: CELValue] = [:]
      for field in all {
        guard constructor.fields[field.name] != nil else {
          throw CELFailure(
            .noSuchField, "\(constructor.name) has no field '\(field.name)'", offset: offset)
        }
        let value = try field.run(&frame)
        values[field.name] = field.isOptional ? try Self.wrapped(value, offset) : value
      }
      do throws(CELFailure) {
        return try constructor.build(values)
      } catch {
        throw error.at(offset)
      }
    }
  }

  // MARK: Bindings

  func bind(_ node: Int, _ value: Int, _ body: Int) -> CELCode {
    let slot = resolved.slots[node] ?? 0
    let (value, body) = (code(value).run, code(body).run)
    return CELCode { (frame: inout CELFrame) throws(CELFailure) -> CELValue in
      try frame.charge(1)
      frame.locals[slot] = try value(&frame)
      return try body(&frame)
    }
  }

  func bindOptional(_ node: Int, _ value: Int, _ body: Int, isFlat: Bool) -> CELCode {
    let slot = resolved.slots[node] ?? 0
    let offset = syntax[node].offset
    let (value, body) = (code(value).run, code(body).run)
    return CELCode { (frame: inout CELFrame) throws(CELFailure) -> CELValue in
      try frame.charge(1)
      let optional = try value(&frame)
      guard case .optional(let source) = optional else {
        throw CELFailure(
          .noSuchOverload, "this needs an optional, not \(optional.typeName)", offset: offset)
      }
      guard let wrapped = source.wrapped else { return .optional(.none) }
      frame.locals[slot] = wrapped
      let result = try body(&frame)
      guard isFlat else { return .optional(CELOptional(result)) }
      guard case .optional = result else {
        throw CELFailure(
          .noSuchOverload, "optFlatMap() needs an optional, not \(result.typeName)",
          offset: offset)
      }
      return result
    }
  }

  /// `cel.block`: each value is found when it is first asked for, and kept.
  func block(_ node: Int, _ values: [Int], _ body: Int) -> CELCode {
    let first = resolved.slots[node] ?? 0
    let count = values.count
    let run = code(body).run
    return CELCode { (frame: inout CELFrame) throws(CELFailure) -> CELValue in
      try frame.charge(1)
      for slot in first..<(first + count) { frame.locals[slot] = nil }
      return try run(&frame)
    }
  }

  /// `cel.index(n)`, whose value `node` gives.
  func lazy(_ slot: Int, _ node: Int) -> CELCode {
    let run = code(node).run
    return CELCode { (frame: inout CELFrame) throws(CELFailure) -> CELValue in
      try frame.charge(1)
      if let value = frame.locals[slot] { return value }
      let value = try run(&frame)
      frame.locals[slot] = value
      return value
    }
  }
}
