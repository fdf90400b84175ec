package import Resources

/// A limit on how often something may happen: so many per second on average, so many at once.
///
/// Pure: the time is an argument. Time that goes backwards gives nothing and takes nothing.
package struct TokenBucket: Hashable, Sendable {
  package enum Answer: Hashable, Sendable {
    case granted
    case refused(retryAfter: Duration)
  }

  /// Nanoseconds of waiting that one token costs.
  private let price: Int64
  private let capacity: Int64
  private var credit: Int64
  private var last: Timestamp

  /// A full bucket of `burst` tokens, to which each second adds `ratePerSecond`.
  package init(ratePerSecond: Int, burst: Int, at time: Timestamp) {
    precondition((1...1_000_000).contains(ratePerSecond) && (1...1_000_000).contains(burst))
    price = 1_000_000_000 / Int64(ratePerSecond)
    capacity = price * Int64(burst)
    credit = capacity
    last = time
  }

  /// Takes one token, or says how long it is until there is one.
  package mutating func take(at time: Timestamp) -> Answer {
    if time > last {
      let (elapsed, isOverflow) = time.nanoseconds.subtractingReportingOverflow(last.nanoseconds)
      credit += isOverflow ? capacity - credit : min(elapsed, capacity - credit)
    }
    last = time
    guard credit >= price else { return .refused(retryAfter: .nanoseconds(price - credit)) }
    credit -= price
    return .granted
  }
}
