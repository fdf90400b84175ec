import Actions
import Resources
import Testing
import Workflows

/// How many attempts a probe has at a time.
struct RunCapacityTests {
  private func loose(_ name: String = "job") -> JobDefinition {
    makeJob(name) { $0.concurrency = .allow }
  }

  @Test func theOldestWaitFirst() {
    var scene = RunScene()
    scene.world.limits = ["a": 2]
    for number in 1...5 {
      scene.start("x\(number)", loose())
      scene.now.nanoseconds += 1
    }
    #expect(scene.sent == ["x1.a.1", "x2.a.1"])
    #expect(scene.state("x3.a.1") == "queued capacity")
    scene.end("x2.a.1")
    #expect(scene.sent == ["x1.a.1", "x2.a.1", "x3.a.1"])
    scene.book = scene.restarted
    scene.apply(.recovered(builtIn: []))
    scene.end("x1.a.1")
    scene.end("x3.a.1")
    #expect(scene.sent == ["x1.a.1", "x2.a.1", "x3.a.1", "x4.a.1", "x5.a.1"])
  }

  @Test func whatIsCanceledMeanwhileIsSkipped() {
    var scene = RunScene()
    scene.world.limits = ["a": 1]
    for number in 1...3 { scene.start("x\(number)", loose()) }
    scene.stop(.execution(execution("x2")))
    scene.end("x1.a.1")
    #expect(scene.sent == ["x1.a.1", "x3.a.1"])
    #expect(scene.state("x2.a.1") == "canceled canceled")
  }

  @Test func whatIsTooLateWhenThereIsRoomIsSkipped() {
    var scene = RunScene()
    scene.world.limits = ["a": 1]
    scene.start("x1", loose())
    scene.start("x2", loose(), deadline: .seconds(10))
    scene.wait(.seconds(11))
    scene.end("x1.a.1")
    #expect(scene.sent == ["x1.a.1"])
    #expect(scene.runs[run("x2.a.1")]?.exitCode == 125)
  }

  @Test func itIsNoPlaceInTheBudgetOfARollout() {
    var scene = RunScene()
    scene.world.limits = ["a": 1]
    scene.start("x1", loose())
    scene.start("x2", loose("other"), on: ["a", "b"])
    #expect(scene.sent.sorted() == ["x1.a.1", "x2.b.1"])
    scene.end("x2.b.1")
    scene.end("x1.a.1")
    scene.end("x2.a.1")
    #expect(scene.executions[execution("x2")]?.state == .success)
  }
}
