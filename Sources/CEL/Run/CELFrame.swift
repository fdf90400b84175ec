/// What one evaluation works with; handed to functions so that they can account for their cost.
package struct CELFrame {
  /// Values of the declared variables by slot.
  let inputs: [CELValue?]
  /// Values of loop variables and bindings by slot.
  var locals: [CELValue?]
  /// How much the evaluation may still cost.
  package private(set) var remaining: Int
  /// Seconds east of UTC in a named time zone at a point in time.
  package let offsetInZone: CELZoneResolver
  /// Which branches were taken: bit 0 for true, bit 1 for false.
  var branches: [UInt8]

  init(
    inputs: [CELValue?], localCount: Int, limit: Int, offsetInZone: @escaping CELZoneResolver,
    branchCount: Int = 0
  ) {
    self.inputs = inputs
    locals = localCount == 0 ? [] : Array(repeating: nil, count: localCount)
    remaining = limit
    self.offsetInZone = offsetInZone
    branches = branchCount == 0 ? [] : Array(repeating: 0, count: branchCount)
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
