import Planning
import Resources
import Testing

struct MomentTests {
  @Test(arguments: [
    ("live", Moment.live), ("head", .head), ("2h", .ago(.hours(2))), ("3d", .ago(.days(3))),
    ("2026-11-21", .time(Timestamp(seconds: 1_795_219_200))),
    ("2026-11-21T10:00:00Z", .time(Timestamp(seconds: 1_795_255_200))),
    ("2026-11-21T10:00:00+02:00", .time(Timestamp(seconds: 1_795_248_000))),
    ("#42", .sequence(42)), ("./plan.json", .file("./plan.json")), ("/p", .file("/p")),
    ("../p", .file("../p")), ("plan.json", .name("plan.json")), ("1a2b", .name("1a2b")),
    ("HEAD", .name("HEAD")), ("refs/heads/live", .name("refs/heads/live")),
    ("20261121", .name("20261121")), ("2026-11-21-release", .name("2026-11-21-release")),
    ("1000d", .agoOrName(.days(1000), "1000d")), ("300d", .agoOrName(.days(300), "300d")),
    ("30d", .ago(.days(30))), ("9999h", .ago(.hours(9999))),
  ])
  func wordsMeanMoments(_ text: String, _ moment: Moment) throws {
    #expect(try Moment(parsing: text) == moment)
  }

  @Test(arguments: [
    "", "#", "#0", "#-1", "#x", "#99999999999999999999", "2026-13-01", "2026-11-21T",
    "2026-11-21T10",
    "2026-11-21T10:00:00", "2026-11-21T25:00:00Z", "a\u{1B}b", "a\nb",
    String(repeating: "a", count: Moment.lengthLimit + 1),
  ])
  func whatIsNoMomentIsRefused(_ text: String) {
    #expect(throws: TextFormat.Problem.self) { try Moment(parsing: text) }
  }
}
