import Actions
import Resources
import Testing
import Workflows

/// How runs are stopped.
struct RunStopTests {
  @Test func asksWhatRunsAndCancelsWhatWaits() {
    var scene = RunScene()
    scene.world.disconnected = ["c"]
    scene.start(makeJob(), on: ["a", "b", "c"])
    scene.apply(.started(run("x1.a.1"), at: scene.now))
    scene.stop(.execution(execution("x1")))
    #expect(scene.state("x1.c.1") == "canceled canceled")
    #expect(scene.state("x1.a.1") == "running" && scene.state("x1.b.1") == "pending")
    #expect(scene.stops == ["x1.a.1", "x1.b.1"])
    scene.end("x1.a.1", ActionResult(.canceled))
    scene.end("x1.b.1")
    #expect(scene.state("x1.b.1") == "success", "it was done before it heard of it")
    #expect(scene.outcome() == .canceled)
  }

  @Test func killAfterCancelEscalatesAndNotBack() {
    var scene = RunScene()
    scene.start(makeJob())
    scene.stop(.run(run("x1.a.1")))
    scene.stop(.run(run("x1.a.1")), .kill)
    scene.stop(.run(run("x1.a.1")))
    #expect(scene.stops == ["x1.a.1", "x1.a.1!", "x1.a.1!"])
    #expect(scene.runs[run("x1.a.1")]?.stop?.mode == .kill)
    scene.end("x1.a.1", ActionResult(.killed))
    #expect(scene.state("x1.a.1") == "canceled killed")
  }

  @Test func isKilledWhereItDoesNotEndInItsGrace() {
    var scene = RunScene()
    scene.start(makeJob())
    scene.stop(.run(run("x1.a.1")))
    scene.end("x1.a.1", ActionResult(.killed, signal: 9))
    #expect(scene.state("x1.a.1") == "canceled killed")
  }

  @Test func doesNotTryAgainWhatFailedWhileItWasStopped() {
    var scene = RunScene()
    scene.start(makeJob { $0.retry = .init(attempts: 3) })
    scene.stop(.run(run("x1.a.1")))
    scene.end("x1.a.1", 1)
    #expect(scene.state("x1.a.2") == "none" && scene.outcome() == .failed)
  }

  @Test func stopsOneRunOfMany() {
    var scene = RunScene()
    scene.start(makeJob(), on: ["a", "b"])
    scene.stop(.run(run("x1.a.1")))
    scene.end("x1.a.1", ActionResult(.canceled))
    scene.end("x1.b.1")
    #expect(scene.outcome() == .canceled)
    #expect(scene.executions[execution("x1")]?.stopReason == nil)
  }

  @Test func stopsAllExecutionsOfAJob() {
    var scene = RunScene()
    let loose = makeJob { $0.concurrency = .allow }
    scene.start("x1", loose)
    scene.start("x2", loose)
    scene.start("x3", makeJob("other"))
    scene.stop(.job("backup"), .kill)
    #expect(scene.stops == ["x1.a.1!", "x2.a.1!"])
  }

  @Test func cancelsWhatWaitsForApproval() {
    var scene = RunScene()
    scene.start(makeJob { $0.approvers = 1 })
    scene.stop(.execution(execution("x1")))
    #expect(scene.state("x1.a.1") == "canceled canceled" && scene.outcome() == .canceled)
    scene.apply(.approved(execution("x1"), by: "ana"))
    #expect(scene.sent.isEmpty)
  }

  @Test func revokingLetsGoOnWhatRuns() {
    var scene = RunScene()
    scene.world.disconnected = ["b"]
    scene.start(makeJob(), on: ["a", "b"])
    scene.apply(.revoked(job: "backup", by: "ana"))
    #expect(scene.stops.isEmpty && scene.state("x1.b.1") == "skipped revoked")
    scene.end("x1.a.1")
    #expect(scene.outcome() == .success)
  }

  @Test func deletingAsksWhatRunsToStop() {
    var scene = RunScene()
    scene.start(makeJob())
    scene.world.jobs = [:]
    scene.apply(.jobDeleted("backup", by: "git"))
    #expect(scene.stops == ["x1.a.1"])
    scene.end("x1.a.1", ActionResult(.canceled))
    #expect(scene.state("x1.a.1") == "canceled jobDeleted")
  }

  @Test(arguments: ["connect", "restart"])
  func repeatsAStopThatMayNotHaveBeenHeard(_ cause: String) {
    var scene = RunScene()
    scene.start(makeJob())
    scene.stop(.run(run("x1.a.1")))
    if cause == "restart" {
      scene.book = scene.restarted
      scene.apply(.recovered(builtIn: ["local"]))
    } else {
      scene.apply(.probeConnected("a"))
    }
    #expect(scene.stops == ["x1.a.1", "x1.a.1"])
  }

  /// However a result and a cancel come, and however often: there is one end.
  @Test func aRaceHasOneEnd() {
    for seed in UInt64(0)..<10_000 {
      var random = SimulatedRandom(seed: seed)
      var book = RunBook()
      let world = SceneWorld()
      let now = Timestamp(nanoseconds: 1)
      let work = makeJob()
      world.jobs = ["backup": work]
      var ends: [RunState] = []
      var events: [RunEvent] = [
        .started(run("x1.a.1"), at: now),
        .finished(run("x1.a.1"), ActionResult(.completed, exitCode: 0), isSuccess: true),
        .finished(run("x1.a.1"), ActionResult(.completed, exitCode: 0), isSuccess: true),
        .finished(run("x1.a.1"), ActionResult(.canceled), isSuccess: false),
        .stop(.run(run("x1.a.1")), .cancel, by: "ana", reason: .canceled),
        .stop(.execution(execution("x1")), .kill, by: "bob", reason: .killed),
        .lost(run("x1.a.1"), .probeLost),
      ]
      events.shuffle(using: &random)
      let first = NewExecution(
        id: execution("x1"), job: work, trigger: .manual, actor: "ana", probes: ["a"],
        startAt: now)
      for event in [.start(first)] + events {
        let step = book.apply(event, at: now, world)
        ends += step.runs.map(\.run.state).filter(\.isTerminal)
        if step.executions.contains(where: { $0.execution.state.isTerminal }) {
          world.ended.insert(execution("x1"))
        }
      }
      #expect(ends.count == 1, "seed \(seed)")
      #expect(book.count == 0, "seed \(seed)")
    }
  }
}
