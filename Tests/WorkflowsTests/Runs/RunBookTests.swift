import Resources
import Testing
import Workflows

/// What a book is built from.
struct RunBookTests {
  @Test func leavesOutWhatHasEnded() {
    var scene = RunScene()
    scene.start(makeJob())
    scene.end("x1.a.1")
    #expect(scene.restarted.count == 0 && scene.restarted.damaged.isEmpty)
  }

  /// What is wrong with an execution that is read back.
  @Test(arguments: ["run", "wave", "end", "waves", "probe"])
  func doesNotTouchWhatIsDamaged(_ damage: String) throws {
    var scene = RunScene()
    scene.start(makeJob(), on: ["a", "b"])
    var stored = try #require(scene.executions[execution("x1")])
    switch damage {
    case "run": scene.runs[run("x1.b.1")] = nil
    case "wave": stored.wave = 7
    case "end": stored.waves[0].end = 1
    case "waves": stored.waves = []
    default: stored.probes = ["a", "a"]
    }
    var book = RunBook(executions: [stored], runs: Array(scene.runs.values))
    #expect(book.damaged == [execution("x1")] && book.count == 0)
    let step = book.apply(.recovered(builtIn: ["a", "b"]), at: scene.now, scene.world)
    #expect(step.isEmpty)
  }

  @Test func readsTheLastAttemptsInAnyOrder() {
    var scene = RunScene()
    scene.start(makeJob { $0.retry = .init(attempts: 3) })
    scene.end("x1.a.1", 1)
    scene.wait(.seconds(5))
    let runs = scene.runs.values.sorted { $0.id < $1.id }
    let executions = Array(scene.executions.values)
    #expect(RunBook(executions: executions, runs: runs) == scene.book)
    #expect(RunBook(executions: executions, runs: runs.reversed()) == scene.book)
    #expect(scene.book.lastRuns(of: execution("x1")).map(\.id) == [run("x1.a.2")])
  }

  @Test func isAValue() {
    var scene = RunScene()
    scene.start(makeJob(), on: ["a", "b"])
    let before = scene.book
    let stored = scene.restarted
    scene.stop(.execution(execution("x1")))
    scene.end("x1.a.1")
    #expect(before == stored && scene.book != before)
  }

  @Test func namesItsNextTimerAndForgetsThoseWithoutAReason() {
    var scene = RunScene()
    scene.start(makeJob(), after: .seconds(60), deadline: .hours(1))
    #expect(scene.book.nextTimer?.nanoseconds == scene.now.nanoseconds + 60_000_000_000)
    scene.stop(.execution(execution("x1")))
    #expect(scene.book.nextTimer == nil)
  }

  @Test func aTickBeforeItsTimeDoesNothing() {
    var scene = RunScene()
    scene.start(makeJob(), after: .seconds(60))
    scene.now.nanoseconds -= 86_400_000_000_000
    #expect(scene.apply(.tick).isEmpty)
  }
}
