import Engine
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct WakeupTests {
  private let clock = ManualClock()
  private let wakeup = Wakeup()

  @Test func aCallBeforehandIsRemembered() async {
    wakeup.call()
    await wakeup.wait(for: .seconds(60), clock: clock)
  }

  @Test func severalCallsAreOne() async {
    for _ in 0..<5 { wakeup.call() }
    await wakeup.wait(for: .seconds(60), clock: clock)
    let wakeup = wakeup
    let clock = clock
    let second = Task { await wakeup.wait(for: .seconds(60), clock: clock) }
    await clock.waitForSleep(number: 2)
    #expect(clock.pending == [.seconds(60)])
    clock.advance(by: .seconds(60))
    await second.value
  }

  @Test func aCallWakesWhoWaits() async {
    let wakeup = wakeup
    let clock = clock
    let waiter = Task { await wakeup.wait(for: .seconds(60), clock: clock) }
    await clock.waitForSleep(number: 1)
    wakeup.call()
    await waiter.value
    #expect(clock.pending == [])
  }

  @Test func timeWakesWhoWaits() async {
    let wakeup = wakeup
    let clock = clock
    let waiter = Task { await wakeup.wait(for: .seconds(60), clock: clock) }
    await clock.waitForSleep(number: 1)
    clock.advance(by: .seconds(60))
    await waiter.value
  }

  @Test func cancellationWakesWhoWaits() async {
    let wakeup = wakeup
    let clock = clock
    let waiter = Task { await wakeup.wait(for: .seconds(60), clock: clock) }
    await clock.waitForSleep(number: 1)
    waiter.cancel()
    await waiter.value
    #expect(clock.pending == [])
  }

  /// Each round calls from elsewhere, at any moment of the wait; a lost call would hang.
  @Test func noCallIsLost() async {
    let wakeup = wakeup
    for _ in 0..<500 {
      async let call: Void = Task { wakeup.call() }.value
      await wakeup.wait(for: .seconds(3600), clock: clock)
      await call
    }
  }
}
