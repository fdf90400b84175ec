import Actions
import Resources
import Testing
import Workflows

/// What stands between a run that waits and its start, and in which order.
struct RunGateTests {
  @Test func startsAtOnceWhereNothingIsInTheWay() {
    var scene = RunScene()
    scene.start(makeJob(), on: ["b", "a", "b"])
    #expect(scene.sent == ["x1.a.1", "x1.b.1"])
    #expect(
      scene.notes.map(\.kind) == [
        .executionStarted, .runQueued, .runQueued, .runSent, .runSent,
      ])
    scene.end("x1.a.1")
    scene.end("x1.b.1")
    #expect(scene.outcome() == .success)
    #expect(scene.book.count == 0 && scene.book.nextTimer == nil)
    #expect(scene.effects.last == scene.executions[execution("x1")].map { .ended($0) })
  }

  @Test func startsAnExecutionOnce() {
    var scene = RunScene()
    scene.start(makeJob())
    scene.start(makeJob())
    #expect(scene.sent == ["x1.a.1"])
    scene.end("x1.a.1")
    scene.start(makeJob())
    #expect(scene.sent == ["x1.a.1"])
  }

  @Test func endsAnExecutionOfNobodyAsSkipped() {
    var scene = RunScene()
    scene.start(makeJob(), on: [])
    #expect(scene.outcome() == .skipped)
  }

  @Test func waitsForItsTime() {
    var scene = RunScene()
    scene.start(makeJob(), after: .seconds(10))
    #expect(scene.state("x1.a.1") == "queued wave" && scene.sent.isEmpty)
    scene.wait(.seconds(9))
    #expect(scene.sent.isEmpty)
    scene.wait(.seconds(1))
    #expect(scene.sent == ["x1.a.1"])
  }

  @Test func waitsForAsManyPeopleAsTheJobAsksFor() {
    var scene = RunScene()
    scene.start(makeJob { $0.approvers = 2 }, on: ["a", "b"])
    #expect(scene.outcome() == .awaitingApproval && scene.state("x1.a.1") == "queued approval")
    scene.apply(.approved(execution("x1"), by: "ana"))
    scene.apply(.approved(execution("x1"), by: "ana"))
    #expect(scene.sent.isEmpty, "one person counts once")
    scene.apply(.approved(execution("x1"), by: "bob"))
    #expect(scene.sent == ["x1.a.1", "x1.b.1"])
    #expect(scene.executions[execution("x1")]?.approvedBy == ["ana", "bob"])
  }

  @Test func startsWithoutApprovalWhereItHasIt() {
    var scene = RunScene()
    scene.start(makeJob { $0.approvers = 2 }, isApproved: true)
    #expect(scene.sent == ["x1.a.1"])
  }

  @Test func isDeniedByOneRejection() {
    var scene = RunScene()
    scene.start(makeJob { $0.approvers = 2 })
    scene.apply(.approved(execution("x1"), by: "ana"))
    scene.apply(.rejected(execution("x1"), by: "bob", reason: "not on a Friday"))
    #expect(scene.state("x1.a.1") == "denied rejected" && scene.outcome() == .denied)
    #expect(scene.runs[run("x1.a.1")]?.message == "not on a Friday")
  }

  /// What a change while a run waits for its probe does to it, with the exit code.
  @Test(
    arguments: [
      ("version", "skipped versionChanged", 124), ("gone", "skipped versionChanged", 124),
      ("revoked", "skipped revoked", 126), ("deadline", "skipped deadline", 125),
      ("deleted", "canceled jobDeleted", nil),
    ] as [(String, String, Int32?)])
  func endsWhatWaits(_ cause: String, _ state: String, _ code: Int32?) {
    var scene = RunScene()
    scene.world.disconnected = ["a"]
    scene.start(makeJob(), deadline: .seconds(5))
    #expect(scene.state("x1.a.1") == "queued disconnected")
    switch cause {
    case "version":
      scene.world.jobs["backup"] = makeJob(version: "2")
      scene.apply(.jobsChanged(["backup"]))
    case "gone":
      scene.world.jobs = [:]
      scene.apply(.jobsChanged(["backup"]))
    case "revoked":
      scene.world.revoked = ["backup"]
      scene.apply(.revoked(job: "backup", by: "ana"))
    case "deleted": scene.apply(.jobDeleted("backup", by: "ana"))
    default:
      scene.wait(.seconds(5))
      #expect(scene.state("x1.a.1") == "queued disconnected", "the deadline itself is in time")
      scene.wait(TimeSpan(nanoseconds: 1))
    }
    #expect(scene.state("x1.a.1") == state)
    #expect(scene.runs[run("x1.a.1")]?.exitCode == code)
    #expect(scene.outcome() == (cause == "deleted" ? .canceled : .skipped))
  }

  @Test func stillStartsAtTheDeadline() {
    var scene = RunScene()
    scene.world.disconnected = ["a"]
    scene.start(makeJob(), deadline: .seconds(5))
    scene.wait(.seconds(5))
    scene.world.disconnected = []
    scene.apply(.probeConnected("a"))
    #expect(scene.sent == ["x1.a.1"])
  }

  @Test func endsAtTheDeadlineWithoutApproval() {
    var scene = RunScene()
    scene.start(makeJob { $0.approvers = 1 }, deadline: .seconds(5))
    scene.wait(.seconds(6))
    #expect(scene.state("x1.a.1") == "skipped deadline" && scene.outcome() == .skipped)
  }

  /// Of two reasons the earlier gate's counts.
  @Test(
    arguments: [
      (["version", "revoked", "deadline", "stale", "deny", "busy"], "skipped versionChanged"),
      (["revoked", "deadline", "stale", "deny", "busy"], "skipped revoked"),
      (["deadline", "stale", "deny", "busy"], "skipped deadline"),
      (["stale", "deny", "busy"], "skipped stale"),
      (["disconnected", "deny", "busy"], "queued disconnected"),
      (["deny", "busy"], "denied policy"),
      (["queue", "busy"], "queued admission"),
      (["busy"], "skipped busy"),
      ([], "pending"),
    ] as [([String], String)])
  func asksInOrder(_ troubles: [String], _ state: String) {
    var scene = RunScene()
    let job = makeJob { job in
      if troubles.contains("stale") { job.staleness = .strict(maxCacheAge: .zero) }
    }
    if troubles.contains("busy") { scene.start("x0", job) }
    scene.world.jobs["backup"] = job
    scene.now.nanoseconds += 1_000_000_000
    if troubles.contains("stale") || troubles.contains("disconnected") {
      scene.world.disconnected = ["a"]
    }
    if troubles.contains("deny") { scene.world.admissions["a"] = .deny("no shells") }
    if troubles.contains("queue") { scene.world.admissions["a"] = .queue("ask ana") }
    if troubles.contains("revoked") { scene.world.revoked = ["backup"] }
    var asked = job
    if troubles.contains("version") { asked.digest = .zero }
    let past = troubles.contains("deadline") ? Timestamp(nanoseconds: 1) : nil
    scene.apply(
      .start(
        NewExecution(
          id: execution("x1"), job: asked, trigger: .manual, actor: "ana", probes: ["a"],
          startAt: scene.now, deadline: past)))
    #expect(scene.state("x1.a.1") == state)
  }

  @Test func uncheckedLeavesOutTheVersionButNotTheRevocation() {
    var scene = RunScene()
    let loose = makeJob { $0.staleness = .unchecked }
    scene.world.disconnected = ["a", "b"]
    scene.start(loose, on: ["a", "b"])
    let newer = makeJob(version: "2") { $0.staleness = .unchecked }
    scene.world.jobs["backup"] = newer
    scene.apply(.jobsChanged(["backup"]))
    scene.world.disconnected = ["b"]
    scene.apply(.probeConnected("a"))
    #expect(scene.sent == ["x1.a.1"])
    scene.apply(.revoked(job: "backup", by: "ana"))
    #expect(scene.state("x1.b.1") == "skipped revoked")
  }

  /// A probe that is not connected, and was heard of some seconds ago.
  @Test(
    arguments: [
      (.cached, 100, "queued disconnected"), (.unchecked, 100, "queued disconnected"),
      (.strict(maxCacheAge: .seconds(60)), 60, "queued disconnected"),
      (.strict(maxCacheAge: .seconds(60)), 61, "skipped stale"),
      (.strict(maxCacheAge: .zero), 0, "skipped stale"),
      (.strict(maxCacheAge: .seconds(60)), nil, "skipped stale"),
    ] as [(JobDefinition.Staleness, Int64?, String)])
  func judgesStaleness(_ staleness: JobDefinition.Staleness, _ age: Int64?, _ state: String) {
    var scene = RunScene()
    scene.world.disconnected = ["a"]
    scene.world.heard["a"] = age.map {
      Timestamp(nanoseconds: scene.now.nanoseconds - $0 * 1_000_000_000)
    }
    scene.start(makeJob { $0.staleness = staleness })
    #expect(scene.state("x1.a.1") == state)
    if state == "skipped stale" {
      #expect(scene.runs[run("x1.a.1")]?.exitCode == SkipCode.staleness)
    }
  }

  @Test func becomesStaleWhileItWaits() {
    var scene = RunScene()
    scene.world.disconnected = ["a"]
    scene.world.heard["a"] = scene.now
    scene.start(makeJob { $0.staleness = .strict(maxCacheAge: .seconds(60)) })
    scene.wait(.seconds(60))
    #expect(scene.state("x1.a.1") == "queued disconnected")
    scene.wait(.seconds(1))
    #expect(scene.state("x1.a.1") == "skipped stale")
  }

  /// What has admission judged again.
  @Test(arguments: ["rules", "jobs", "approved", "start"])
  func waitsForAdmission(_ cause: String) {
    var scene = RunScene()
    scene.world.admissions["a"] = .queue("ask ana")
    scene.start(makeJob())
    #expect(scene.state("x1.a.1") == "queued admission")
    #expect(scene.runs[run("x1.a.1")]?.message == "ask ana")
    scene.world.admissions = [:]
    switch cause {
    case "rules": scene.apply(.rulesChanged)
    case "jobs": scene.apply(.jobsChanged(["backup"]))
    case "approved": scene.apply(.approved(execution("x1"), by: "ana"))
    default: scene.apply(.recovered(builtIn: ["local"]))
    }
    #expect(scene.sent == ["x1.a.1"])
  }

  @Test func rejectsOnlyWhatWaitsForAdmission() {
    var scene = RunScene()
    scene.world.admissions["a"] = .queue("ask ana")
    scene.start(makeJob(), on: ["a", "b"])
    scene.apply(.rejected(execution("x1"), by: "ana", reason: "no"))
    #expect(scene.state("x1.a.1") == "denied rejected" && scene.state("x1.b.1") == "pending")
    scene.end("x1.b.1")
    #expect(scene.outcome() == .denied, "not all of it was allowed")
  }

  @Test func jitterIsTheSameForAProbeAndWithinItsRange() {
    let spread = makeJob { $0.jitter = .seconds(30) }
    let probes = (0..<1000).map { "p\($0)" }
    let jitters = probes.map { spread.jitter(of: execution("x1"), on: $0) }
    #expect(jitters == probes.map { spread.jitter(of: execution("x1"), on: $0) })
    #expect(jitters.allSatisfy { .zero <= $0 && $0 <= .seconds(30) })
    #expect(jitters.filter { $0 < .seconds(15) }.count > 400)
    #expect(jitters.filter { $0 >= .seconds(15) }.count > 400)
    #expect(spread.jitter(of: execution("x2"), on: "p1") != jitters[1])
    var scene = RunScene()
    scene.start(spread)
    #expect(scene.state("x1.a.1") == "queued jitter")
    let jitter = spread.jitter(of: execution("x1"), on: "a")
    scene.wait(TimeSpan(nanoseconds: jitter.nanoseconds - 1))
    #expect(scene.sent.isEmpty)
    scene.wait(TimeSpan(nanoseconds: 1))
    #expect(scene.sent == ["x1.a.1"])
  }
}
