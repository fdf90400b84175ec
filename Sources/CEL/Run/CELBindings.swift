/// Values for the variables of an environment.
package struct CELBindings: Sendable {
  /// Values by slot; nil for variables that are not bound, or not yet.
  var values: [CELValue?]
  /// What gives the values of variables that are not bound when a program asks for them.
  var deferrals: CELDeferrals?
  /// The slots of deferred variables that could not be evaluated.
  var failed: Set<Int> = []

  /// No variable is bound.
  package init(in environment: CELEnvironment) {
    values = Array(repeating: nil, count: environment.variableNames.count)
  }

  /// The variables of `bound`; names that are not declared are left out.
  package init(_ bound: [String: CELValue], in environment: CELEnvironment) {
    self.init(in: environment)
    for (slot, name) in environment.variableNames.enumerated() { values[slot] = bound[name] }
  }

  /// The value in `slot`, see `CELEnvironment.slot(of:)`.
  package subscript(slot: Int) -> CELValue? {
    get { values[slot] }
    set { values[slot] = newValue }
  }

  /// Lets `deferrals` give the variables that are not bound.
  ///
  /// A deferred variable has the value that its program gives, and is not bound where that fails.
  package mutating func deferring(to deferrals: CELDeferrals?) {
    self.deferrals = deferrals
    failed = []
  }

  /// Evaluates the deferred variable in `slot`, unless it is bound or has failed.
  package mutating func demand(_ slot: Int) {
    guard values[slot] == nil else { return }
    var frame = CELFrame(moving: &self, localCount: 0, limit: 0) { _, _ in nil }
    _ = frame.demanded(slot)
    frame.giveBack(to: &self)
  }

  /// Takes over what `other` knows of the variable in `slot`: its value, or that it has failed.
  package mutating func keep(_ slot: Int, of other: CELBindings) {
    if let value = other.values[slot] {
      values[slot] = value
    } else if other.failed.contains(slot) {
      failed.insert(slot)
    }
  }
}

/// The programs of variables that are evaluated when they are first asked for.
///
/// A program may ask for variables that are deferred too; how deep that goes is up to the caller, as
/// each level takes stack.
package final class CELDeferrals: Sendable {
  /// What is needed of a program to run it.
  struct Program: Sendable {
    let run: CELRun
    let localCount: Int
    let branchCount: Int
    let offsetInZone: CELZoneResolver
  }

  /// By slot.
  let programs: [Program?]
  /// What the evaluation of each may cost.
  let limit: Int

  /// Programs by the slots of the variables that they give.
  package init(_ programs: [Int: CELProgram], in environment: CELEnvironment, limit: Int) {
    self.programs = environment.variableNames.indices.map { slot in
      programs[slot].map { program in
        Program(
          run: program.run, localCount: program.localCount, branchCount: program.branches.count,
          offsetInZone: program.offsetInZone)
      }
    }
    self.limit = limit
  }
}
