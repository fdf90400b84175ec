extension CELCompiler {
  /// What a loop goes through: values for its one or two variables, by position.
  struct Range {
    let list: (any CELListSource)?
    let map: (any CELMapSource)?
    let keys: [CELKey]
    let count: Int

    init(_ value: CELValue, offset: Int) throws(CELFailure) {
      switch value {
      case .list(let list):
        self.list = list
        map = nil
        keys = []
        count = list.count
      case .map(let map):
        list = nil
        self.map = map
        keys = map.keys
        count = keys.count
      default:
        throw CELFailure(
          .noSuchOverload, "a loop needs a list or a map, not \(value.typeName)", offset: offset)
      }
    }

    /// Sets the variables of a loop for the element at `index`.
    @inline(__always)
    func bind(_ index: Int, to slot: Int, isDouble: Bool, in frame: inout CELFrame) {
      if let list {
        if isDouble {
          frame.locals[slot] = .int(Int64(index))
          frame.locals[slot + 1] = list.element(at: index)
        } else {
          frame.locals[slot] = list.element(at: index)
        }
      } else if let map {
        frame.locals[slot] = keys[index].value
        if isDouble { frame.locals[slot + 1] = map.value(forKey: keys[index]) ?? .null }
      }
    }
  }

  func loop(_ node: Int, _ loop: CELLoop) -> CELCode {
    let slot = resolved.slots[node] ?? 0
    let offset = syntax[node].offset
    let range = code(loop.range).run
    let filter = loop.filter.map { code($0).asTest("the filter of the loop", at: offset) }
    let body = code(loop.body)
    let isDouble = loop.second != nil
    switch loop.kind {
    case .all, .exists:
      let test = body.asTest("\(loop.kind.rawValue)()", at: syntax[loop.body].offset)
      return search(range, test, decides: loop.kind == .exists, slot, isDouble, offset)
    case .existsOne:
      let test = body.asTest("exists_one()", at: syntax[loop.body].offset)
      return count(range, test, slot, isDouble, offset)
    case .filter:
      let test = body.asTest("filter()", at: syntax[loop.body].offset)
      return collect(range, filter: test, body: nil, slot, isDouble, offset)
    case .map: return collect(range, filter: filter, body: body.run, slot, isDouble, offset)
    case .transformMap, .transformMapEntry:
      return transform(
        range, filter, body.run, isEntry: loop.kind == .transformMapEntry, slot, isDouble, offset)
    }
  }

  /// `all`, which false decides, and `exists`, which true decides.
  private func search(
    _ range: @escaping CELRun, _ test: @escaping CELTest, decides: Bool, _ slot: Int,
    _ isDouble: Bool, _ offset: Int
  ) -> CELCode {
    CELCode(test: { (frame: inout CELFrame) throws(CELFailure) -> Bool in
      try frame.charge(1)
      let range = try Range(try range(&frame), offset: offset)
      var failure: CELFailure?
      for index in 0..<range.count {
        try frame.charge(1)
        range.bind(index, to: slot, isDouble: isDouble, in: &frame)
        do throws(CELFailure) {
          if try test(&frame) == decides { return decides }
        } catch {
          guard error.code.isAbsorbed else { throw error }
          if failure == nil { failure = error }
        }
      }
      if let failure { throw failure }
      return !decides
    })
  }

  private func count(
    _ range: @escaping CELRun, _ test: @escaping CELTest, _ slot: Int, _ isDouble: Bool,
    _ offset: Int
  ) -> CELCode {
    CELCode(test: { (frame: inout CELFrame) throws(CELFailure) -> Bool in
      try frame.charge(1)
      let range = try Range(try range(&frame), offset: offset)
      var count = 0
      for index in 0..<range.count {
        try frame.charge(1)
        range.bind(index, to: slot, isDouble: isDouble, in: &frame)
        if try test(&frame) { count += 1 }
      }
      return count == 1
    })
  }

  /// `map` and `filter`; without a body the elements themselves are collected.
  private func collect(
    _ range: @escaping CELRun, filter: CELTest?, body: CELRun?, _ slot: Int, _ isDouble: Bool,
    _ offset: Int
  ) -> CELCode {
    CELCode { (frame: inout CELFrame) throws(CELFailure) -> CELValue in
      try frame.charge(1)
      let range = try Range(try range(&frame), offset: offset)
      var values: [CELValue] = []
      for index in 0..<range.count {
        try frame.charge(1)
        range.bind(index, to: slot, isDouble: isDouble, in: &frame)
        let element = frame.locals[slot]
        if let filter {
          guard try filter(&frame) else { continue }
        }
        if let body {
          values.append(try body(&frame))
        } else if let element {
          values.append(element)
        }
      }
      return .list(values)
    }
  }

  private func transform(
    _ range: @escaping CELRun, _ filter: CELTest?, _ body: @escaping CELRun, isEntry: Bool,
    _ slot: Int, _ isDouble: Bool, _ offset: Int
  ) -> CELCode {
    CELCode { (frame: inout CELFrame) throws(CELFailure) -> CELValue in
      try frame.charge(1)
      let range = try Range(try range(&frame), offset: offset)
      var builder = CELMapBuilder()
      for index in 0..<range.count {
        try frame.charge(1)
        range.bind(index, to: slot, isDouble: isDouble, in: &frame)
        let key = frame.locals[slot] ?? .null
        if let filter {
          guard try filter(&frame) else { continue }
        }
        let value = try body(&frame)
        guard isEntry else {
          try builder.add(key, value, at: offset)
          continue
        }
        guard case .map(let entry) = value else {
          throw CELFailure(
            .noSuchOverload, "transformMapEntry() needs a map, not \(value.typeName)",
            offset: offset)
        }
        for key in entry.keys {
          try frame.charge(1)
          guard let value = entry.value(forKey: key) else { continue }
          try builder.add(key.value, value, at: offset)
        }
      }
      return builder.map
    }
  }
}
