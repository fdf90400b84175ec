import ControlPlane
import Resources
import Testing

@Suite struct TokenBucketTests {
  /// Milliseconds at which somebody asks, and for how many milliseconds each is refused.
  struct Story: Sendable, CustomTestStringConvertible {
    var name: String
    var asks: [(at: Int64, wait: Int64?)]
    var testDescription: String { name }
  }

  static let stories = [
    Story(name: "a burst", asks: [(0, nil), (0, nil), (0, nil), (0, 500)]),
    Story(name: "a steady rate", asks: [(0, nil), (500, nil), (1000, nil), (1500, nil)]),
    Story(
      name: "one token after a burst",
      asks: [(0, nil), (0, nil), (0, nil), (499, 1), (500, nil), (500, 500), (750, 250)]),
    Story(
      name: "never more than the burst",
      asks: [(0, nil), (9_000_000, nil), (9_000_000, nil), (9_000_000, nil), (9_000_000, 500)]),
    Story(
      name: "time that goes back gives nothing",
      asks: [(1000, nil), (1000, nil), (1000, nil), (0, 500), (100, 400), (500, nil)]),
    Story(
      name: "a jump over all of time",
      asks: [(0, nil), (0, nil), (.max / 1_000_000, nil), (.max / 1_000_000, nil)]),
  ]

  @Test(arguments: stories) func story(_ story: Story) {
    func time(_ milliseconds: Int64) -> Timestamp {
      Timestamp(nanoseconds: milliseconds * 1_000_000)
    }
    var bucket = TokenBucket(ratePerSecond: 2, burst: 3, at: time(story.asks[0].at))
    for ask in story.asks {
      let expected: TokenBucket.Answer =
        ask.wait.map { .refused(retryAfter: .milliseconds($0)) } ?? .granted
      #expect(bucket.take(at: time(ask.at)) == expected)
    }
  }

  @Test func theWholeRangeOfTimeDoesNotOverflow() {
    var bucket = TokenBucket(ratePerSecond: 1, burst: 1, at: Timestamp(nanoseconds: .min))
    #expect(bucket.take(at: Timestamp(nanoseconds: .min)) == .granted)
    #expect(bucket.take(at: Timestamp(nanoseconds: .max)) == .granted)
    #expect(bucket.take(at: Timestamp(nanoseconds: .min)) != .granted)
  }
}
