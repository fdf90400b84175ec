/// A compiled node.
struct CELCode: Sendable {
  /// Gives the value.
  let run: CELRun
  /// Gives the bool, for nodes that are bools by nature.
  let test: CELTest?
  /// The value, if it is always the same.
  let constant: CELValue?

  init(_ run: @escaping CELRun) {
    self.run = run
    test = nil
    constant = nil
  }

  init(test: @escaping CELTest) {
    self.test = test
    run = { (frame: inout CELFrame) throws(CELFailure) -> CELValue in .bool(try test(&frame)) }
    constant = nil
  }

  init(constant value: CELValue) {
    constant = value
    test = nil
    run = { (frame: inout CELFrame) throws(CELFailure) -> CELValue in
      try frame.charge(1)
      return value
    }
  }

  init(failure: CELFailure) {
    self.init { (frame: inout CELFrame) throws(CELFailure) -> CELValue in throw failure }
  }

  /// The code as a test; what is no bool fails with `message` at `offset`.
  func asTest(_ message: String, at offset: Int) -> CELTest {
    if let test { return test }
    let run = run
    return { (frame: inout CELFrame) throws(CELFailure) -> Bool in
      let value = try run(&frame)
      guard case .bool(let bool) = value else {
        throw CELFailure(
          .noSuchOverload, "\(message) needs a bool, not \(value.typeName)", offset: offset)
      }
      return bool
    }
  }
}

extension CELFailure {
  /// The failure with the place `offset`, unless it has one.
  func at(_ offset: Int) -> CELFailure {
    guard self.offset == nil else { return self }
    var located = self
    located.offset = offset
    return located
  }
}
