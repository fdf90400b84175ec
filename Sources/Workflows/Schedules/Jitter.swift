internal import Resources

/// How much later than meant an occurrence runs: the same for each schedule and occurrence.
struct Jitter {
  /// The most that is asked for, in milliseconds.
  private let longest: Int64
  private let seed: UInt64

  init(_ definition: ScheduleDefinition) {
    longest = max(0, definition.jitter.nanoseconds) / 1_000_000
    guard longest > 0 else {
      seed = 0
      return
    }
    // FNV-1a.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in definition.name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    seed = hash
  }

  var isNone: Bool { longest == 0 }

  /// From nothing up to the jitter of the schedule, in milliseconds, each as likely as any other.
  ///
  /// Where the next occurrence is nearer than the jitter, all that is before it is as likely; so
  /// the order stays, as in Temporal.
  func delay(nominal: Int64, fold: Int, instant: Int64, next: Int64?) -> TimeSpan {
    guard longest > 0 else { return .zero }
    var range = longest
    if let next, next - instant <= longest / 1000 { range = max(0, (next - instant) * 1000 - 1) }
    var hash = Self.mix(seed ^ UInt64(bitPattern: nominal))
    hash = Self.mix(hash ^ UInt64(bitPattern: Int64(fold)))
    let delay = hash.multipliedFullWidth(by: UInt64(range) + 1).high
    return TimeSpan(nanoseconds: Int64(delay) * 1_000_000)
  }

  /// SplitMix64.
  private static func mix(_ state: UInt64) -> UInt64 {
    var z = state &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}
