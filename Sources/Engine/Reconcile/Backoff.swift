/// How long to wait after failures: doubling from a start to a limit, with jitter.
package struct Backoff: Hashable, Sendable {
  package var initial: Duration
  package var limit: Duration
  private var failures = 0

  package init(initial: Duration = .seconds(1), limit: Duration = .seconds(300)) {
    self.initial = initial
    self.limit = limit
  }

  package mutating func reset() { failures = 0 }

  /// The wait before the next attempt; `jitter` in 0..<1 spreads it over its upper half.
  package mutating func next(jitter: Double) -> Duration {
    let doubled = initial * Double(1 << min(failures, 20))
    failures = min(failures + 1, 20)
    let full = min(doubled, limit)
    return full * (0.5 + 0.5 * jitter)
  }
}
