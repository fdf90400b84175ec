import Actions
import Resources
import Testing
import Workflows

/// How a fan-out goes over its probes in waves, and stops where too many fail.
struct RunRolloutTests {
  static func rollout(
    _ sizes: [Share], maxFailures: Share = .percent(100), delay: TimeSpan = .zero,
    _ body: (inout JobDefinition) -> Void = { _ in },
  ) -> JobDefinition {
    makeJob {
      $0.rollout = .init(
        waves: sizes.map { .init(size: $0, delay: delay) }, maxFailures: maxFailures)
      body(&$0)
    }
  }

  @Test(
    arguments: [
      ([.count(1), .percent(10), .percent(100)], 95, [1, 10, 95]),
      ([.percent(1)], 10, [1, 10]), ([.percent(50)], 3, [2, 3]),
      ([.percent(33), .percent(34)], 100, [33, 34, 100]),
      ([.count(5), .count(5), .count(3)], 10, [5, 10]),
      ([.count(1), .percent(10), .percent(100)], 1, [1]),
      ([.count(50)], 10, [10]), ([], 10, [10]), ([.count(0)], 2, [1, 2]),
    ] as [([Share], Int, [Int])])
  func wavesAreCumulativeAndCoverAll(_ sizes: [Share], _ count: Int, _ ends: [Int]) {
    #expect(Self.rollout(sizes).waves(over: count).map(\.end) == ends)
  }

  @Test(
    arguments: [
      (.count(0), 100, 0), (.count(3), 2, 3), (.percent(0), 100, 0), (.percent(10), 9, 0),
      (.percent(10), 10, 1), (.percent(10), 99, 9), (.percent(33), 100, 33),
      (.percent(100), 7, 7),
    ] as [(Share, Int, Int)])
  func budgetsAreExact(_ share: Share, _ count: Int, _ budget: Int) {
    #expect(Self.rollout([], maxFailures: share).failureBudget(over: count) == budget)
  }

  @Test func membershipDoesNotChangeWhenOthersJoin() {
    let work = Self.rollout([.count(1)])
    let few = (0..<100).map { "p\($0)" }
    let many = few + (0..<100).map { "q\($0)" }
    let order = work.order(of: few)
    #expect(order.sorted() == few.sorted() && order != few.sorted())
    #expect(work.order(of: many).filter(Set(few).contains) == order)
    #expect(work.order(of: few.reversed() + few) == order)
    #expect(makeJob().order(of: ["b", "a", "b"]) == ["a", "b"])
  }

  @Test func aWaveBeginsWhenTheOneBeforeHasEndedAndItsDelayHasPassed() {
    var scene = RunScene()
    let work = Self.rollout([.count(1), .count(3)], delay: .seconds(60))
    scene.start(work, on: ["a", "b", "c", "d"])
    let order = work.order(of: ["a", "b", "c", "d"])
    #expect(scene.sent.isEmpty)
    scene.wait(.seconds(60))
    #expect(scene.sent == ["x1.\(order[0]).1"])
    scene.wait(.seconds(600))
    scene.end("x1.\(order[0]).1")
    scene.wait(TimeSpan(nanoseconds: 59_999_999_999))
    #expect(scene.sent.count == 1)
    scene.wait(TimeSpan(nanoseconds: 1))
    #expect(scene.sent.suffix(2) == ["x1.\(order[1]).1", "x1.\(order[2]).1"])
    scene.end("x1.\(order[1]).1")
    scene.wait(.seconds(600))
    #expect(scene.sent.count == 3, "one of the wave goes on")
    scene.end("x1.\(order[2]).1")
    #expect(scene.sent.count == 4, "what no wave takes comes last, and at once")
  }

  @Test func aRetryKeepsItsWaveOpen() {
    var scene = RunScene()
    let work = Self.rollout([.count(1)]) { $0.retry = .init(attempts: 2) }
    scene.start(work, on: ["a", "b"])
    let order = work.order(of: ["a", "b"])
    scene.end("x1.\(order[0]).1", 1)
    #expect(scene.sent.count == 1)
    scene.wait(.seconds(5))
    scene.end("x1.\(order[0]).2")
    #expect(scene.sent.last == "x1.\(order[1]).1")
  }

  @Test func noMoreRunThanTheBudgetBears() {
    var scene = RunScene()
    let probes = (0..<10).map { "p\($0)" }
    scene.start(Self.rollout([], maxFailures: .count(2)), on: probes)
    #expect(scene.sent.count == 3)
    scene.end(scene.sent[0])
    #expect(scene.sent.count == 4, "a success makes place")
    scene.end(scene.sent[1], 1)
    #expect(scene.sent.count == 4, "a failure does not")
    scene.apply(.lost(run(scene.sent[2]), .probeLost))
    #expect(scene.sent.count == 4, "what nobody knows is a failure")
    scene.end(scene.sent[3])
    #expect(scene.sent.count == 5)
    scene.end(scene.sent[4], 1)
    #expect(scene.sent.count == 5 && scene.outcome() == .failed)
    let canceled = scene.runs.values.filter { $0.reason == .failureBudget }
    #expect(canceled.count == 5 && canceled.allSatisfy { $0.state == .canceled })
    let execution = scene.executions[execution("x1")]
    #expect(execution?.stopReason == "failureBudget" && execution?.failedCount == 3)
  }

  @Test func aBudgetOfNothingStopsAtTheFirst() {
    var scene = RunScene()
    scene.start(Self.rollout([.percent(50)], maxFailures: .count(0)), on: ["a", "b", "c", "d"])
    #expect(scene.sent.count == 1)
    scene.end(scene.sent[0], 1)
    #expect(scene.sent.count == 1 && scene.outcome() == .failed)
  }

  @Test func whatWaitsForItsProbeTakesNoPlaceInTheBudget() {
    var scene = RunScene()
    let work = Self.rollout([], maxFailures: .count(0))
    let order = work.order(of: ["a", "b", "c"])
    scene.world.disconnected = [order[0]]
    scene.start(work, on: ["a", "b", "c"])
    #expect(scene.sent == ["x1.\(order[1]).1"])
    scene.world.disconnected = []
    scene.apply(.probeConnected(order[0]))
    #expect(scene.state("x1.\(order[0]).1") == "queued wave")
    scene.end(scene.sent[0])
    #expect(scene.sent.last == "x1.\(order[0]).1")
  }

  @Test func noBudgetIsNoLimit() {
    var scene = RunScene()
    scene.start(makeJob(), on: ["a", "b", "c"])
    scene.end("x1.a.1", 1)
    scene.end("x1.b.1", 1)
    scene.end("x1.c.1")
    #expect(scene.outcome() == .failed)
    #expect(scene.executions[execution("x1")]?.failedCount == 2)
  }

  /// Ten thousand probes: an event costs what it changes, and not what there is.
  @Test func aLargeFanOutIsServedEventByEvent() {
    let world = SceneWorld()
    let probes = (0..<10_000).map { "p\($0)" }
    let work = Self.rollout([.count(1), .percent(10)], maxFailures: .percent(1))
    world.jobs["backup"] = work
    var book = RunBook()
    let now = Timestamp(nanoseconds: 1)
    let new = NewExecution(
      id: execution("x1"), job: work, trigger: .manual, actor: "ana", probes: probes,
      startAt: now)
    var step = book.apply(.start(new), at: now, world)
    #expect(step.runs.count == 10_000)
    var sent: [RunID] = []
    var changes = 0
    var outcome: Execution.State?
    func collect(_ step: RunStep) {
      for effect in step.effects {
        if case .send(let run, _) = effect { sent.append(run.id) }
        if case .ended(let execution) = effect { outcome = execution.state }
      }
      changes = max(changes, step.runs.count)
    }
    collect(step)
    changes = 0
    var next = 0
    while next < sent.count {
      step = book.apply(
        .finished(sent[next], ActionResult(.completed, exitCode: 0), isSuccess: true), at: now,
        world)
      collect(step)
      next += 1
    }
    #expect(next == 10_000 && outcome == .success)
    #expect(changes <= 102, "at most a budget's worth starts at a time")
  }
}
