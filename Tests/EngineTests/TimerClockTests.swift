import Engine
import Testing

struct TimerClockTests {
  private let clock = TimerClock()

  @Test(arguments: [Duration.milliseconds(3), .microseconds(1), .zero, .seconds(-1)])
  func sleepsAtLeastSoLong(_ duration: Duration) async throws {
    let start = ContinuousClock.now
    try await clock.sleep(for: duration)
    #expect(ContinuousClock.now - start >= duration)
  }

  @Test func wakesWhoeverIsCancelled() async {
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<100 {
        group.addTask { (try? await clock.sleep(for: .seconds(3600))) == nil }
      }
      group.cancelAll()
      for await wasCancelled in group { #expect(wasCancelled) }
    }
  }

  @Test func doesNotSleepInTasksThatAreCancelled() async {
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      try await clock.sleep(for: .seconds(3600))
    }
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test(arguments: [Duration.seconds(9_000_000_000), .seconds(Int64.max)])
  func waitsForTimesThatNeverCome(_ duration: Duration) async {
    await withTaskGroup(of: Bool.self) { group in
      group.addTask { (try? await clock.sleep(for: duration)) == nil }
      group.addTask {
        try? await clock.sleep(for: .milliseconds(5))
        return true
      }
      #expect(await group.next() == true)
      group.cancelAll()
    }
  }
}
