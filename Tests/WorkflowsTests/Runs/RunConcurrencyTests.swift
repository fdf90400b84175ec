import Actions
import Resources
import Testing
import Workflows

/// How many runs of a job there are on a probe at a time.
struct RunConcurrencyTests {
  @Test func forbidsASecondAndNamesTheFirst() {
    var scene = RunScene()
    scene.start("x1", makeJob())
    scene.start("x2", makeJob(), on: ["a", "b"])
    #expect(scene.state("x2.a.1") == "skipped busy" && scene.state("x2.b.1") == "pending")
    #expect(scene.runs[run("x2.a.1")]?.message?.contains("x1.a.1") == true)
    #expect(scene.runs[run("x2.a.1")]?.exitCode == nil)
    scene.end("x1.a.1")
    scene.start("x3", makeJob())
    #expect(scene.state("x3.a.1") == "pending")
    scene.start("x4", makeJob("other"))
    #expect(scene.state("x4.a.1") == "pending", "another job does not count")
  }

  @Test func forbidsWhileARetryIsComing() {
    var scene = RunScene()
    let retried = makeJob { $0.retry = .init(attempts: 2) }
    scene.start("x1", retried)
    scene.end("x1.a.1", 1)
    scene.start("x2", retried)
    #expect(scene.state("x2.a.1") == "skipped busy")
    #expect(scene.runs[run("x2.a.1")]?.message?.contains("x1.a.2") == true)
    scene.wait(.seconds(5))
    #expect(scene.sent == ["x1.a.1", "x1.a.2"])
  }

  @Test func forbidsAfterARestart() {
    var scene = RunScene()
    scene.start("x1", makeJob())
    scene.book = scene.restarted
    scene.apply(.recovered(builtIn: ["local"]))
    scene.start("x2", makeJob())
    #expect(scene.state("x2.a.1") == "skipped busy")
  }

  @Test func allowsAny() {
    var scene = RunScene()
    let loose = makeJob { $0.concurrency = .allow }
    scene.start("x1", loose)
    scene.start("x2", loose)
    #expect(scene.sent == ["x1.a.1", "x2.a.1"])
  }

  @Test func replacesWhatRunsAndWaitsUntilItIsGone() {
    var scene = RunScene()
    let newest = makeJob { $0.concurrency = .replace }
    scene.start("x1", newest)
    scene.start("x2", newest)
    #expect(scene.stops == ["x1.a.1"] && scene.state("x2.a.1") == "queued concurrency")
    #expect(scene.runs[run("x1.a.1")]?.stop?.reason == .replaced)
    scene.start("x3", newest)
    #expect(scene.state("x2.a.1") == "canceled replaced", "what waits is replaced too")
    #expect(scene.stops == ["x1.a.1"], "it is asked once")
    scene.end("x1.a.1", ActionResult(.canceled))
    #expect(scene.state("x1.a.1") == "canceled replaced")
    #expect(scene.sent == ["x1.a.1", "x3.a.1"])
  }

  @Test func replacesARetryAtOnce() {
    var scene = RunScene()
    let newest = makeJob {
      $0.concurrency = .replace
      $0.retry = .init(attempts: 3)
    }
    scene.start("x1", newest)
    scene.end("x1.a.1", 1)
    scene.start("x2", newest)
    #expect(scene.state("x1.a.2") == "canceled replaced")
    #expect(scene.outcome("x1") == .failed)
    #expect(scene.sent == ["x1.a.1", "x2.a.1"])
  }
}
