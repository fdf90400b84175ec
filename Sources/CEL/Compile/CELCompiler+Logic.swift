extension CELCompiler {
  /// The test of an operand that may decide, recorded if the program records branches.
  private func test(_ node: Int, _ construct: String) -> CELTest {
    let test = code(node).asTest(construct, at: syntax[node].offset)
    guard let number = branchNumbers[node] else { return test }
    return { (frame: inout CELFrame) throws(CELFailure) -> Bool in
      let holds = try test(&frame)
      frame.branches[number] |= holds ? 1 : 2
      return holds
    }
  }

  /// `&&`, which false decides, or `||`, which true decides; failures count only without decision.
  func conjunction(_ operands: [Int], decides: Bool) -> CELCode {
    let tests = operands.map { test($0, decides ? "'||'" : "'&&'") }
    if tests.count == 2 {
      let (first, second) = (tests[0], tests[1])
      return CELCode(test: { (frame: inout CELFrame) throws(CELFailure) -> Bool in
        try frame.charge(1)
        do throws(CELFailure) {
          if try first(&frame) == decides { return decides }
        } catch {
          return try Self.absorb(error, unless: second, decides, &frame)
        }
        return try second(&frame)
      })
    }
    return CELCode(test: { (frame: inout CELFrame) throws(CELFailure) -> Bool in
      try frame.charge(1)
      var failure: CELFailure?
      for test in tests {
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

  /// Fails with `failure` unless `test` decides without the operand that failed.
  private static func absorb(
    _ failure: CELFailure, unless test: CELTest, _ decides: Bool, _ frame: inout CELFrame
  ) throws(CELFailure) -> Bool {
    guard failure.code.isAbsorbed else { throw failure }
    do throws(CELFailure) {
      if try test(&frame) == decides { return decides }
    } catch {
      guard error.code.isAbsorbed else { throw error }
    }
    throw failure
  }

  func conditional(_ condition: Int, _ then: Int, _ other: Int) -> CELCode {
    let test = test(condition, "the condition before '?'")
    let (then, other) = (code(then), code(other))
    let (thenRun, otherRun) = (then.run, other.run)
    return CELCode { (frame: inout CELFrame) throws(CELFailure) -> CELValue in
      try frame.charge(1)
      return try test(&frame) ? thenRun(&frame) : otherRun(&frame)
    }
  }

  func unary(_ node: Int, _ symbol: CELOperator, _ operand: Int) -> CELCode {
    let offset = syntax[node].offset
    let operand = code(operand)
    if symbol == .not {
      let test = operand.asTest("'!'", at: offset)
      return CELCode(test: { (frame: inout CELFrame) throws(CELFailure) -> Bool in
        try frame.charge(1)
        return try !test(&frame)
      })
    }
    let run = operand.run
    return CELCode { (frame: inout CELFrame) throws(CELFailure) -> CELValue in
      try frame.charge(1)
      let value = try run(&frame)
      do throws(CELFailure) {
        return try CELOperations.negate(value)
      } catch {
        throw error.at(offset)
      }
    }
  }

  func binary(
    _ node: Int, _ symbol: CELOperator, _ leftNode: Int, _ rightNode: Int
  ) -> CELCode {
    let offset = syntax[node].offset
    let (left, right) = (code(leftNode), code(rightNode))
    switch symbol {
    case .equal, .notEqual: return equality(left, right, isEqual: symbol == .equal, offset)
    case .less, .lessEqual, .greater, .greaterEqual:
      return comparison(symbol, left, right, offset)
    case .isIn:
      let (left, right) = (left.run, right.run)
      return CELCode(test: { (frame: inout CELFrame) throws(CELFailure) -> Bool in
        try frame.charge(1)
        let element = try left(&frame)
        let container = try right(&frame)
        do throws(CELFailure) {
          return try CELOperations.isIn(element, container, &frame)
        } catch {
          throw error.at(offset)
        }
      })
    default:
      let (left, right) = (left.run, right.run)
      return CELCode { (frame: inout CELFrame) throws(CELFailure) -> CELValue in
        try frame.charge(1)
        let one = try left(&frame)
        let other = try right(&frame)
        do throws(CELFailure) {
          return try CELOperations.apply(symbol, one, other, &frame)
        } catch {
          throw error.at(offset)
        }
      }
    }
  }

  private func equality(
    _ left: CELCode, _ right: CELCode, isEqual: Bool, _ offset: Int
  ) -> CELCode {
    if case .string(let constant) = right.constant {
      let left = left.run
      let bytes = constant.utf8.count
      return CELCode(test: { (frame: inout CELFrame) throws(CELFailure) -> Bool in
        try frame.charge(2)
        guard case .string(let string) = try left(&frame) else { return !isEqual }
        try frame.charge(bytes: min(bytes, string.utf8.count))
        return CELText.areEqual(string, constant) == isEqual
      })
    }
    let (left, right) = (left.run, right.run)
    return CELCode(test: { (frame: inout CELFrame) throws(CELFailure) -> Bool in
      try frame.charge(1)
      let one = try left(&frame)
      let other = try right(&frame)
      do throws(CELFailure) {
        return try CELEquality.areEqual(one, other, &frame) == isEqual
      } catch {
        throw error.at(offset)
      }
    })
  }

  private func comparison(
    _ symbol: CELOperator, _ left: CELCode, _ right: CELCode, _ offset: Int
  ) -> CELCode {
    if let constant = right.constant {
      let left = left.run
      return CELCode(test: { (frame: inout CELFrame) throws(CELFailure) -> Bool in
        try frame.charge(2)
        let one = try left(&frame)
        do throws(CELFailure) {
          return try CELOperations.compare(symbol, one, constant, &frame)
        } catch {
          throw error.at(offset)
        }
      })
    }
    let (left, right) = (left.run, right.run)
    return CELCode(test: { (frame: inout CELFrame) throws(CELFailure) -> Bool in
      try frame.charge(1)
      let one = try left(&frame)
      let other = try right(&frame)
      do throws(CELFailure) {
        return try CELOperations.compare(symbol, one, other, &frame)
      } catch {
        throw error.at(offset)
      }
    })
  }
}
