import Resources
import Testing
import Workflows

/// What a clock that is set back does to what waits.
struct RunClockTests {
  /// The clock goes back, by as much in the scene as in what is said of it.
  private func setBack(_ scene: inout RunScene, by span: TimeSpan) {
    scene.now = Timestamp(nanoseconds: scene.now.nanoseconds - span.nanoseconds)
    scene.apply(.clockSetBack(by: span))
  }

  @Test(arguments: ["backoff", "jitter", "wave"])
  func nobodyWaitsLongerForIt(_ reason: String) {
    var scene = RunScene()
    let work = makeJob {
      switch reason {
      case "backoff": $0.retry = .init(attempts: 2, initial: .seconds(60))
      case "jitter": $0.jitter = .minutes(30)
      default:
        $0.rollout = .init(
          waves: [.init(size: .percent(100), delay: .seconds(60))], maxFailures: .count(0))
      }
    }
    scene.start(work)
    if reason == "backoff" { scene.end("x1.a.1", 1) }
    let id = reason == "backoff" ? "x1.a.2" : "x1.a.1"
    #expect(scene.state(id) == "queued \(reason)")
    let due = scene.book.nextTimer ?? scene.now
    let left = TimeSpan(nanoseconds: due.nanoseconds - scene.now.nanoseconds)
    #expect(left > .seconds(1))
    scene.wait(.seconds(1))
    setBack(&scene, by: .days(1))
    scene.wait(TimeSpan(nanoseconds: left.nanoseconds - 1_000_000_001))
    #expect(!scene.sent.contains(id))
    scene.wait(TimeSpan(nanoseconds: 1))
    #expect(scene.sent.contains(id))
  }

  @Test func aDeadlineIsTheMomentThatWasNamed() {
    var scene = RunScene()
    scene.world.disconnected = ["a"]
    scene.start(makeJob(), deadline: .minutes(5))
    setBack(&scene, by: .minutes(60))
    scene.wait(.minutes(65))
    #expect(scene.state("x1.a.1") == "queued disconnected")
    scene.wait(TimeSpan(nanoseconds: 1))
    #expect(scene.state("x1.a.1") == "skipped deadline")
  }
}
