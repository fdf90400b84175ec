/// What one evaluation works with; handed to functions so that they can account for their cost.
package struct CELFrame {
  /// Values of the declared variables by slot.
  private(set) var inputs: [CELValue?]
  /// What gives the values of variables when they are first asked for.
  let deferrals: CELDeferrals?
  /// The slots of deferred variables that could not be evaluated.
  private(set) var failed: Set<Int>
  /// Values of loop variables and bindings by slot.
  var locals: [CELValue?]
  /// How much the evaluation may still cost.
  package private(set) var remaining: Int
  /// Seconds east of UTC in a named time zone at a point in time.
  package private(set) var offsetInZone: CELZoneResolver
  /// Which branches were taken: bit 0 for true, bit 1 for false.
  var branches: [UInt8]

  init(
    inputs: [CELValue?], localCount: Int, limit: Int, offsetInZone: @escaping CELZoneResolver,
    branchCount: Int = 0, deferrals: CELDeferrals? = nil, failed: Set<Int> = [],
  ) {
    self.inputs = inputs
    self.deferrals = deferrals
    self.failed = failed
    locals = localCount == 0 ? [] : Array(repeating: nil, count: localCount)
    remaining = limit
    self.offsetInZone = offsetInZone
    branches = branchCount == 0 ? [] : Array(repeating: 0, count: branchCount)
  }

  /// Takes the values out of `bindings`, which gets them back by `giveBack(to:)`.
  init(
    moving bindings: inout CELBindings, localCount: Int, limit: Int,
    offsetInZone: @escaping CELZoneResolver, branchCount: Int = 0,
  ) {
    inputs = bindings.values
    bindings.values = []
    deferrals = bindings.deferrals
    failed = bindings.failed
    locals = localCount == 0 ? [] : Array(repeating: nil, count: localCount)
    remaining = limit
    self.offsetInZone = offsetInZone
    branches = branchCount == 0 ? [] : Array(repeating: 0, count: branchCount)
  }

  /// The value of a variable that is not bound, where it is deferred and can be evaluated.
  ///
  /// Its evaluation costs this one nothing, as if it had been bound before.
  mutating func demanded(_ slot: Int) -> CELValue? {
    guard let deferrals, !failed.contains(slot), let program = deferrals.programs[slot] else {
      return nil
    }
    // The frame is that of the variable for a while, so that nothing has to be copied.
    var locals = [CELValue?](repeating: nil, count: program.localCount)
    var branches = [UInt8](repeating: 0, count: program.branchCount)
    let (remaining, offsetInZone) = (self.remaining, self.offsetInZone)
    swap(&self.locals, &locals)
    swap(&self.branches, &branches)
    (self.remaining, self.offsetInZone) = (deferrals.limit, program.offsetInZone)
    let value: CELValue?
    do throws(CELFailure) {
      value = try program.run(&self)
    } catch {
      value = nil
    }
    swap(&self.locals, &locals)
    swap(&self.branches, &branches)
    (self.remaining, self.offsetInZone) = (remaining, offsetInZone)
    if let value {
      inputs[slot] = value
    } else {
      failed.insert(slot)
    }
    return value
  }

  /// Gives back the values that were moved in, with what was found out of deferred variables.
  mutating func giveBack(to bindings: inout CELBindings) {
    swap(&inputs, &bindings.values)
    bindings.failed = failed
  }

  /// Takes `cost` off the budget; every node costs 1, work on large values costs by its size.
  @inline(__always)
  package mutating func charge(_ cost: Int) throws(CELFailure) {
    remaining &-= cost
    if remaining < 0 { throw Self.exceeded }
  }

  /// Charges for handling `bytes` bytes of text.
  @inline(__always)
  package mutating func charge(bytes: Int) throws(CELFailure) {
    if bytes >= 16 { try charge(bytes >> 4) }
  }

  private static var exceeded: CELFailure {
    CELFailure(.costExceeded, "the expression costs more than its limit")
  }
}

/// Seconds east of UTC in the zone of that name at `secondsSinceEpoch`; nil for unknown zones.
package typealias CELZoneResolver =
  @Sendable (_ zone: String, _ secondsSinceEpoch: Int64) -> Int?
