/// A compiled expression; may run many times, and on many threads at once.
package struct CELProgram: Sendable {
  /// The type of the result, `dyn` if it depends on the values.
  package let resultType: CELType
  /// The names of the variables that the expression uses, sorted.
  package let variables: [String]
  /// The fields of variables that the expression touches, such as `object.spec.timeout`, sorted.
  package let paths: [String]
  /// The places where the expression goes one way or the other, if it records them.
  package let branches: [CELBranch]
  let run: CELRun
  let test: CELTest
  let localCount: Int
  let slotCount: Int
  let offsetInZone: CELZoneResolver

  /// What an evaluation may cost unless the caller says otherwise.
  package static let defaultLimit = 1_000_000

  /// The value of the expression.
  ///
  /// Deterministic: the same bindings give the same value or failure at the same cost. They are of the
  /// environment in which the program was compiled, or of one that declares more.
  package func evaluate(
    _ bindings: CELBindings, limit: Int = defaultLimit
  ) throws(CELFailure) -> CELValue {
    var frame = frame(bindings, limit: limit)
    return try run(&frame)
  }

  /// The value of an expression that must give a bool.
  package func holds(
    _ bindings: CELBindings, limit: Int = defaultLimit
  ) throws(CELFailure) -> Bool {
    var frame = frame(bindings, limit: limit)
    return try test(&frame)
  }

  /// The value, where `bindings` keep the deferred variables that were evaluated.
  package func evaluate(
    updating bindings: inout CELBindings, limit: Int = defaultLimit,
  ) throws(CELFailure) -> CELValue {
    var frame = frame(moving: &bindings, limit: limit)
    defer { frame.giveBack(to: &bindings) }
    return try run(&frame)
  }

  /// The bool, where `bindings` keep the deferred variables that were evaluated.
  package func holds(
    updating bindings: inout CELBindings, limit: Int = defaultLimit,
  ) throws(CELFailure) -> Bool {
    var frame = frame(moving: &bindings, limit: limit)
    defer { frame.giveBack(to: &bindings) }
    return try test(&frame)
  }

  /// The value or failure, what it cost, and which branches were taken.
  package func trace(_ bindings: CELBindings, limit: Int = defaultLimit) -> CELTrace {
    var frame = frame(bindings, limit: limit)
    let result: Result<CELValue, CELFailure>
    do throws(CELFailure) {
      result = .success(try run(&frame))
    } catch {
      result = .failure(error)
    }
    let taken = frame.branches.map {
      CELTrace.Outcome(wasTrue: $0 & 1 != 0, wasFalse: $0 & 2 != 0)
    }
    return CELTrace(result: result, cost: limit - frame.remaining, outcomes: taken)
  }

  private func frame(_ bindings: CELBindings, limit: Int) -> CELFrame {
    precondition(bindings.values.count >= slotCount, "bindings of another environment")
    return CELFrame(
      inputs: bindings.values, localCount: localCount, limit: limit, offsetInZone: offsetInZone,
      branchCount: branches.count, deferrals: bindings.deferrals, failed: bindings.failed)
  }

  private func frame(moving bindings: inout CELBindings, limit: Int) -> CELFrame {
    precondition(bindings.values.count >= slotCount, "bindings of another environment")
    return CELFrame(
      moving: &bindings, localCount: localCount, limit: limit, offsetInZone: offsetInZone,
      branchCount: branches.count)
  }
}

/// What happened in one evaluation.
package struct CELTrace: Sendable {
  /// Which ways a branch was taken; more than one within loops.
  package struct Outcome: Sendable, Hashable {
    package let wasTrue: Bool
    package let wasFalse: Bool
  }

  /// The value, or why there is none.
  package let result: Result<CELValue, CELFailure>
  /// What the evaluation cost.
  package let cost: Int
  /// For each of the program's branches how it was taken; empty if it does not record them.
  package let outcomes: [Outcome]
}

/// Runs a piece of an expression.
typealias CELRun = @Sendable (inout CELFrame) throws(CELFailure) -> CELValue

/// Runs a piece of an expression that gives a bool.
typealias CELTest = @Sendable (inout CELFrame) throws(CELFailure) -> Bool
