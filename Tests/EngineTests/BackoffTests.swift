import Engine
import Testing

struct BackoffTests {
  @Test func doublesUpToTheLimit() {
    var backoff = Backoff(initial: .seconds(1), limit: .seconds(10))
    let pauses = (0..<6).map { _ in backoff.next(jitter: 1) }
    #expect(pauses == [1, 2, 4, 8, 10, 10].map { .seconds($0) })
  }

  @Test func jitterSpreadsOverTheUpperHalf() {
    for (jitter, expected) in [(0.0, 500), (0.5, 750), (1.0, 1000)] {
      var backoff = Backoff(initial: .seconds(1), limit: .seconds(10))
      #expect(backoff.next(jitter: jitter) == .milliseconds(expected))
    }
  }

  @Test func startsOverAfterASuccess() {
    var backoff = Backoff(initial: .seconds(1), limit: .seconds(10))
    for _ in 0..<5 { _ = backoff.next(jitter: 1) }
    backoff.reset()
    #expect(backoff.next(jitter: 1) == .seconds(1))
  }

  @Test func staysAtTheLimitForEver() {
    var backoff = Backoff(initial: .seconds(1), limit: .seconds(300))
    for _ in 0..<1000 { _ = backoff.next(jitter: 1) }
    #expect(backoff.next(jitter: 1) == .seconds(300))
  }
}
