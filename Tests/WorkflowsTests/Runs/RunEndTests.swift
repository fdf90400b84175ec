import Actions
import Resources
import Testing
import Workflows

/// How attempts end, and which are followed by another.
struct RunEndTests {
  @Test(
    arguments: [
      (ActionResult(.completed, exitCode: 0), true, "success", .success),
      (ActionResult(.completed, exitCode: 0), false, "failed condition", .failed),
      (ActionResult(.completed, exitCode: 3), true, "success", .success),
      (ActionResult(.completed, exitCode: 3), false, "failed exitCode", .failed),
      (ActionResult(.completed, signal: 11), false, "failed signal", .failed),
      (ActionResult(.timedOut, signal: 15), false, "timedOut timeout", .failed),
      (ActionResult(.canceled), false, "canceled canceled", .canceled),
      (ActionResult(.killed), false, "canceled killed", .canceled),
      (ActionResult(.refused), false, "denied policy", .denied),
      (ActionResult(.unstartable), false, "failed unstartable", .failed),
    ] as [(ActionResult, Bool, String, Execution.State)])
  func endsAsTheProbeSays(
    _ result: ActionResult, _ isSuccess: Bool, _ state: String, _ outcome: Execution.State,
  ) {
    var scene = RunScene()
    scene.start(makeJob())
    scene.apply(.finished(run("x1.a.1"), result, isSuccess: isSuccess))
    #expect(scene.state("x1.a.1") == state && scene.outcome() == outcome)
    #expect(scene.runs[run("x1.a.1")]?.exitCode == result.exitCode)
    #expect(scene.runs[run("x1.a.1")]?.signal == result.signal)
  }

  @Test func cannotBeRefusedAfterItBegan() {
    var scene = RunScene()
    scene.start(makeJob())
    scene.apply(.started(run("x1.a.1"), at: scene.now))
    scene.end("x1.a.1", ActionResult(.refused))
    #expect(scene.state("x1.a.1") == "failed policy")
  }

  /// The first line of the table that applies to the probes' last attempts.
  @Test(
    arguments: [
      (["success", "success"], .success), (["success", "failed"], .failed),
      (["lost", "canceled"], .failed), (["timedOut", "denied"], .failed),
      (["canceled", "success"], .canceled), (["success", "denied"], .denied),
      (["canceled", "denied"], .denied), (["denied", "failed"], .failed),
      (["success", "skipped"], .success), (["denied", "skipped"], .denied),
      (["skipped", "skipped"], .skipped), ([], .skipped),
    ] as [([String], Execution.State)])
  func hasOneOutcome(_ states: [String], _ outcome: Execution.State) throws {
    let runs = try states.enumerated().map { index, text in
      var run = Run(
        id: run("x1.p\(index).1"), job: "backup", createdAt: Timestamp(nanoseconds: 0))
      run.state = try #require(RunState(rawValue: text))
      return run
    }
    #expect(Execution.outcome(of: runs) == outcome)
    #expect(Execution.outcome(of: runs.reversed()) == outcome)
  }

  @Test func ignoresWhatComesLate() {
    var scene = RunScene()
    scene.start(makeJob(), on: ["a", "b"])
    scene.end("x1.a.1")
    let before = scene.runs
    scene.end("x1.a.1", 1)
    scene.apply(.lost(run("x1.a.1"), .probeLost))
    scene.apply(.started(run("x1.a.1"), at: scene.now))
    scene.end("x7.a.1", ActionResult(.completed, exitCode: 0))
    scene.end("x1.a.2", ActionResult(.completed, exitCode: 0))
    scene.end("x1.c.1", ActionResult(.completed, exitCode: 0))
    #expect(scene.runs == before)
    #expect(scene.notes.count { $0.kind == .runLateResult } == 4)
  }

  @Test func triesAgainAfterTheBackOff() {
    var scene = RunScene()
    scene.start(makeJob { $0.retry = .init(attempts: 3, initial: .seconds(5), multiplier: 2) })
    scene.end("x1.a.1", 1)
    #expect(scene.state("x1.a.1") == "failed exitCode" && scene.state("x1.a.2") == "queued backoff")
    scene.wait(TimeSpan(nanoseconds: 4_999_999_999))
    #expect(scene.sent == ["x1.a.1"])
    scene.wait(TimeSpan(nanoseconds: 1))
    #expect(scene.sent == ["x1.a.1", "x1.a.2"])
    scene.end("x1.a.2", 1)
    scene.wait(.seconds(9))
    #expect(scene.sent.count == 2)
    scene.wait(.seconds(1))
    scene.end("x1.a.3", 1)
    #expect(scene.state("x1.a.4") == "none" && scene.outcome() == .failed)
    #expect(scene.executions[execution("x1")]?.failedCount == 1)
  }

  @Test func isSuccessWhereARetryIs() {
    var scene = RunScene()
    scene.start(makeJob { $0.retry = .init(attempts: 2) })
    scene.end("x1.a.1", 1)
    scene.wait(.seconds(5))
    scene.end("x1.a.2")
    #expect(scene.outcome() == .success)
    #expect(scene.executions[execution("x1")]?.failedCount == 0)
  }

  static let causes = JobDefinition.RetryCauses(exitCodes: [1...3, 75...75])
  /// What is tried again, by what the job asks for.
  @Test(
    arguments: [
      (nil, ActionResult(.completed, exitCode: 9), true),
      (nil, ActionResult(.completed, signal: 9), true),
      (nil, ActionResult(.timedOut), true), (nil, ActionResult(.unstartable), true),
      (nil, ActionResult(.refused), false), (nil, ActionResult(.canceled), false),
      (nil, ActionResult(.killed), false),
      (causes, ActionResult(.completed, exitCode: 2), true),
      (causes, ActionResult(.completed, exitCode: 75), true),
      (causes, ActionResult(.completed, exitCode: 4), false),
      (causes, ActionResult(.completed, signal: 9), false),
      (causes, ActionResult(.timedOut), false), (causes, ActionResult(.unstartable), false),
      (.init(signals: true), ActionResult(.completed, signal: 9), true),
      (.init(timeouts: true), ActionResult(.timedOut), true),
    ] as [(JobDefinition.RetryCauses?, ActionResult, Bool)])
  func triesAgainOnlyWhatItIsAskedTo(
    _ causes: JobDefinition.RetryCauses?, _ result: ActionResult, _ isRetried: Bool,
  ) {
    var scene = RunScene()
    scene.start(makeJob { $0.retry = .init(attempts: 2, on: causes) })
    scene.end("x1.a.1", result)
    #expect((scene.state("x1.a.2") == "queued backoff") == isRetried)
  }

  /// What ends the wait for another attempt, or keeps it from beginning.
  @Test(
    arguments: [
      ("revoked", "skipped revoked"), ("version", "skipped versionChanged"),
      ("deleted", "canceled jobDeleted"), ("canceled", "canceled canceled"),
      ("killed", "canceled canceled"), ("deadline", "skipped deadline"),
    ], [true, false])
  func dropsARetry(_ cause: (String, String), isWaiting: Bool) {
    var scene = RunScene()
    scene.start(makeJob { $0.retry = .init(attempts: 2) }, deadline: .seconds(60))
    if isWaiting {
      scene.end("x1.a.1", 1)
      #expect(scene.state("x1.a.2") == "queued backoff")
    }
    switch cause.0 {
    case "revoked":
      scene.world.revoked = ["backup"]
      scene.apply(.revoked(job: "backup", by: "ana"))
    case "version":
      scene.world.jobs["backup"] = makeJob(version: "2") { $0.retry = .init(attempts: 2) }
      scene.apply(.jobsChanged(["backup"]))
    case "deleted":
      scene.world.jobs = [:]
      scene.apply(.jobDeleted("backup", by: "ana"))
    case "canceled": scene.stop(.execution(execution("x1")))
    case "killed": scene.stop(.job("backup"), .kill)
    default:
      scene.world.disconnected = ["a"]
      scene.wait(.seconds(61))
    }
    if isWaiting {
      #expect(scene.state("x1.a.2") == cause.1)
    } else {
      scene.end("x1.a.1", 1)
      #expect(scene.state("x1.a.2") == "none")
    }
    #expect(scene.outcome() == .failed && scene.book.count == 0)
  }

  @Test(
    arguments: [
      // onLost, idempotent, attempts, retry.on.lost: whether it is tried again.
      (.retry, true, 2, false, true), (.retry, false, 2, false, false),
      (.retry, true, 1, false, false), (.fail, true, 2, false, false),
      (.fail, true, 2, true, true), (.fail, false, 2, true, false),
      (.ask, true, 2, true, false), (.ask, false, 2, false, false),
    ] as [(JobDefinition.LostRule, Bool, Int, Bool, Bool)])
  func triesAgainWhatWasLostOnlyIfItMay(
    _ rule: JobDefinition.LostRule, _ isIdempotent: Bool, _ attempts: Int, _ onLost: Bool,
    _ isRetried: Bool,
  ) {
    for hasStarted in [true, false] {
      var scene = RunScene()
      scene.start(
        makeJob {
          $0.onLost = rule
          $0.isIdempotent = isIdempotent
          $0.retry = .init(attempts: attempts, on: onLost ? .init(lost: true) : nil)
        })
      if hasStarted { scene.apply(.started(run("x1.a.1"), at: scene.now)) }
      scene.apply(.probeLost("a"))
      #expect(scene.state("x1.a.1") == "lost probeLost")
      #expect((scene.state("x1.a.2") == "queued backoff") == isRetried)
      #expect(scene.outcome() == (isRetried ? .active : .failed))
    }
  }

  @Test(arguments: [(JobDefinition.LostRule.retry, "idempotent"), (.ask, "writ retry x1.a.1")])
  func saysWhyItIsNotTriedAgain(_ rule: JobDefinition.LostRule, _ words: String) {
    var scene = RunScene()
    scene.start(
      makeJob {
        $0.onLost = rule
        $0.retry = .init(attempts: 2)
      })
    scene.apply(.lost(run("x1.a.1"), .probeLost))
    #expect(scene.runs[run("x1.a.1")]?.message?.contains(words) == true)
  }

  @Test func losesWhatRanInTheServerWhenItEnds() {
    var scene = RunScene()
    scene.start(makeJob(), on: ["local", "web"])
    scene.apply(.started(run("x1.local.1"), at: scene.now))
    scene.book = scene.restarted
    scene.apply(.recovered(builtIn: ["local"]))
    #expect(scene.state("x1.local.1") == "lost serverEnded")
    #expect(scene.state("x1.web.1") == "pending" && scene.sent.count == 2)
  }

  @Test(arguments: [
    (1, "5s"), (2, "10s"), (3, "20s"), (4, "30s"), (1_000_000, "30s"),
  ])
  func backOffGrowsUpToItsCap(_ attempt: Int, _ delay: String) {
    let rule = JobDefinition.RetryRule(
      attempts: 9, initial: .seconds(5), multiplier: 2, longest: .seconds(30))
    #expect(rule.delay(after: attempt).description == delay)
  }

  @Test(arguments: [0, -1, 0.5, 1, 1.5, 2, 1e6, 1e300, .infinity, .nan] as [Double])
  func backOffNeverOverflows(_ multiplier: Double) {
    for initial: Int64 in [0, 1, 7, .max, .min] {
      var last = TimeSpan.zero
      for attempt in [0, 1, 2, 3, 10, 100, 10_000] {
        let rule = JobDefinition.RetryRule(
          initial: TimeSpan(nanoseconds: initial), multiplier: multiplier)
        let delay = rule.delay(after: attempt)
        #expect(last <= delay && delay <= .longest)
        last = delay
      }
    }
    let exact = JobDefinition.RetryRule(initial: .seconds(2), multiplier: 1.5)
    #expect(exact.delay(after: 3) == TimeSpan(nanoseconds: 4_500_000_000))
  }
}
