import Engine
import Logging
import Persistence
import Planning
import Resources
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ReconcilerTests {
  private let world: World
  private let source = FakeSource()
  private let clock = ManualClock()
  private let reconciler: Reconciler
  private let applies = Counter()

  /// A number that many may count up.
  final class Counter: Sendable {
    private let number = Mutex(0)
    var value: Int { number.withLock { $0 } }
    func add() { number.withLock { $0 += 1 } }
  }

  init() throws {
    world = try World()
    let applies = applies
    reconciler = Reconciler(
      source: source, pass: world.pass,
      settings: Reconciler.Settings(
        interval: .seconds(60), backoff: Backoff(initial: .seconds(1), limit: .seconds(300))),
      clock: clock, wall: world.wall,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      onPass: { report in
        if case .applied = report.outcome { applies.add() }
      })
  }

  private func start() -> Task<Void, Never> {
    let reconciler = reconciler
    return Task { await reconciler.run() }
  }

  private func stop(_ task: Task<Void, Never>) async {
    task.cancel()
    await task.value
  }

  private func revision(_ result: Reconciler.Result) throws -> Int {
    guard case .report(let report) = result, let position = source.position(of: report.revision)
    else { throw FixtureError("the pass failed: \(result)") }
    return position
  }

  private let job = Manifest.job("a")

  @Test func looksAtOnceAndThenAtEachInterval() async throws {
    source.push(["manifests/a.yaml": job])
    let run = start()
    for round in 1...4 {
      await clock.waitForSleep(number: round)
      #expect(source.refreshCount == round)
      let pause = try #require(clock.pending.first)
      #expect(pause >= .seconds(60) && pause <= .seconds(66))
      clock.advance(by: pause - .nanoseconds(1))
      #expect(source.refreshCount == round)
      clock.advance(by: .nanoseconds(1))
    }
    await source.waitForRefresh(number: 5)
    await stop(run)
    #expect(applies.value == 1)
    #expect(Set(source.kept).count == 1)
    #expect(try world.live().keys.sorted() == ["Job/a"])
  }

  @Test func aTriggerDuringThePauseIsAPassAtOnce() async throws {
    source.push(["manifests/a.yaml": job])
    let run = start()
    await clock.waitForSleep(number: 1)
    source.push(["manifests/b.yaml": Manifest.job("b")])
    reconciler.trigger()
    await clock.waitForSleep(number: 2)
    await stop(run)
    #expect(source.refreshCount == 2)
    #expect(applies.value == 2)
  }

  @Test func triggersDuringAPassCauseExactlyOneMore() async throws {
    source.push(["manifests/a.yaml": job])
    source.hold()
    let run = start()
    await source.waitForRefresh(number: 1)
    for _ in 0..<10 { reconciler.trigger() }
    source.release()
    await clock.waitForSleep(number: 2)
    // Were there a third call to come, it would be before the one that the clock makes now.
    let pause = try #require(clock.pending.last)
    clock.advance(by: pause)
    await clock.waitForSleep(number: 3)
    await stop(run)
    #expect(source.refreshCount == 3)
  }

  @Test func whoWaitsGetsAPassThatBeganAfterTheCall() async throws {
    source.push(["manifests/a.yaml": job])
    source.hold()
    let run = start()
    await source.waitForRefresh(number: 1)
    // The pass that runs has fetched already; it does not count for who calls now.
    let position = source.push(["manifests/b.yaml": Manifest.job("b")])
    let reconciler = reconciler
    let waiter = Task { await reconciler.reconcile() }
    source.release()
    #expect(try revision(await waiter.value) == position)
    await stop(run)
  }

  @Test func nobodyGetsAnAnswerFromBeforeTheirCall() async throws {
    let run = start()
    let source = source
    let reconciler = reconciler
    try await withThrowingTaskGroup(of: (pushed: Int, seen: Reconciler.Result).self) { group in
      for number in 0..<40 {
        group.addTask {
          let pushed = source.push(["manifests/j.yaml": Manifest.job("j", script: "echo \(number)")]
          )
          return (pushed, await reconciler.reconcile())
        }
      }
      for try await answer in group {
        #expect(try revision(answer.seen) >= answer.pushed)
      }
    }
    await stop(run)
    #expect(source.mostRunning == 1)
  }

  @Test func oneApplyIsToldOnce() async throws {
    let run = start()
    source.push(["manifests/a.yaml": job])
    _ = await reconciler.reconcile()
    _ = await reconciler.reconcile()
    source.push(["README.md": "no change"])
    _ = await reconciler.reconcile()
    await stop(run)
    #expect(applies.value == 1)
    // What is live is kept in the mirror, also where only the revision moved.
    #expect(Set(source.kept).count == 2)
  }

  @Test func failuresBackOffAndNeverStop() async throws {
    source.push(["manifests/a.yaml": job])
    source.fail(SourceError(.unreachable, "no route to host", hint: "check the network"))
    let run = start()
    for failure in 1...30 {
      await clock.waitForSleep(number: failure)
      let pause = try #require(clock.pending.first)
      let full = min(Double(1 << min(failure - 1, 20)), 300)
      #expect(pause >= .seconds(full / 2) && pause <= .seconds(full), "failure \(failure)")
      if failure == 30 { source.fail(nil) }
      clock.advance(by: pause)
    }
    await clock.waitForSleep(number: 31)
    #expect(applies.value == 1)
    let pause = try #require(clock.pending.first)
    #expect(pause >= .seconds(60))
    source.fail(SourceError(.unreachable, "again"))
    clock.advance(by: pause)
    await clock.waitForSleep(number: 32)
    #expect(try #require(clock.pending.first) <= .seconds(1))
    await stop(run)
  }

  @Test(arguments: [
    (SourceError.Code.unreachable, "FetchFailed"), (.timeout, "FetchFailed"),
    (.authentication, "AuthenticationFailed"),
  ])
  func aFailureIsAConditionInWords(_ code: SourceError.Code, _ reason: String) async throws {
    source.push(["manifests/a.yaml": job])
    source.fail(SourceError(code, "no route to host", hint: "check the network"))
    let run = start()
    let result = await reconciler.reconcile()
    guard case .failed(reason, "no route to host; check the network") = result else {
      Issue.record("\(result)")
      return
    }
    let failed = try world.store.conditions()
    #expect(failed.first { $0.kind == .ready }?.status == .isFalse)
    #expect(failed.first { $0.kind == .stalled }?.status == .isTrue)
    #expect(failed.first { $0.kind == .stalled }?.reason == reason)
    #expect(failed.first { $0.kind == .stalled }?.message.contains("check the network") == true)
    source.fail(nil)
    _ = await reconciler.reconcile()
    #expect(try world.store.conditions().first { $0.kind == .ready }?.status == .isTrue)
    #expect(try world.store.conditions().first { $0.kind == .stalled }?.status == .isFalse)
    await stop(run)
  }

  @Test func itHasObservedAfterTheFirstPassWhateverCameOfIt() async throws {
    source.fail(SourceError(.unreachable, "no"))
    #expect(await !reconciler.hasObserved)
    let run = start()
    await clock.waitForSleep(number: 1)
    #expect(await reconciler.hasObserved)
    await stop(run)
  }

  @Test func cancellationEndsThePause() async throws {
    source.push(["manifests/a.yaml": job])
    let run = start()
    await clock.waitForSleep(number: 1)
    await stop(run)
    #expect(source.refreshCount == 1)
  }

  @Test func whoWaitsWhenItStopsIsToldSo() async throws {
    source.push(["manifests/a.yaml": job])
    source.hold()
    let run = start()
    await source.waitForRefresh(number: 1)
    run.cancel()
    source.release()
    await run.value
    guard case .failed("Stopped", _) = await reconciler.reconcile() else {
      Issue.record("it answered after its end")
      return
    }
  }

  @Test func everyWaiterIsAnsweredHoweverItEnds() async throws {
    source.push(["manifests/a.yaml": job])
    let run = start()
    let reconciler = reconciler
    let waiters = (0..<20).map { _ in Task { await reconciler.reconcile() } }
    run.cancel()
    for waiter in waiters { _ = await waiter.value }
    await run.value
  }

  @Test func blockedAndInvalidRevisionsDoNotBackOff() async throws {
    source.push(["manifests/a.yaml": "no manifest"])
    let run = start()
    await clock.waitForSleep(number: 1)
    #expect(try #require(clock.pending.first) >= .seconds(60))
    #expect(source.kept.isEmpty)
    await stop(run)
  }
}
