internal import Foundation

/// What a run of the simulator is asked for from outside.
enum Simulation {
  /// `WRIT_SEED`, to repeat a failure.
  static func seed(else seed: UInt64) -> UInt64 { number("WRIT_SEED") ?? seed }

  /// `WRIT_OCCURRENCES`, for longer runs.
  static func occurrences(else count: Int) -> Int {
    number("WRIT_OCCURRENCES").map { Int(clamping: $0) } ?? count
  }

  private static func number(_ name: String) -> UInt64? {
    ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
  }
}
