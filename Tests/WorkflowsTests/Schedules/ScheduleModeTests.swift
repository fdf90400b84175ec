import Resources
import Testing
import Workflows

/// The decision table of kanade's `decide_fire`.
struct ScheduleModeTests {
  typealias Mode = ScheduleDefinition.Mode

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var mode: Mode
    var cooldown: String?
    var expected: [String]
    /// Probes, and how long ago each last had a success.
    var successes: [String: String] = [:]
    var underway: Set<String> = []
    /// Where it runs: nil for nowhere, an empty list for all of the target.
    var runsOn: [String]?

    var testDescription: String { name }
  }

  static let cases = [
    Case(
      name: "every tick fires always", mode: .everyTick, expected: ["a", "b"],
      successes: ["a": "1s", "b": "1s"], runsOn: []),
    Case(
      name: "every tick fires though nobody is expected", mode: .everyTick, expected: [],
      runsOn: []),
    Case(
      name: "every tick does not look at what is underway", mode: .everyTick, expected: ["a"],
      underway: ["a"], runsOn: []),
    Case(
      name: "each probe without a success", mode: .oncePerProbe, expected: ["a", "b"],
      runsOn: ["a", "b"]),
    Case(
      name: "only those without a success", mode: .oncePerProbe, expected: ["a", "b", "c"],
      successes: ["b": "9d"], runsOn: ["a", "c"]),
    Case(
      name: "all have succeeded, without cooldown for ever", mode: .oncePerProbe,
      expected: ["a", "b"], successes: ["a": "900d", "b": "1s"]),
    Case(
      name: "armed again when the cooldown has just passed", mode: .oncePerProbe,
      cooldown: "6h", expected: ["a", "b", "c"],
      successes: ["a": "6h", "b": "5h59m59s999ms", "c": "7h"], runsOn: ["a", "c"]),
    Case(name: "nobody is expected", mode: .oncePerProbe, expected: []),
    Case(
      name: "who is not expected is not run on", mode: .oncePerProbe, expected: ["b"],
      successes: ["b": "1s", "z": "1s"]),
    Case(
      name: "one that is underway is not started again", mode: .oncePerProbe,
      expected: ["a", "b"], underway: ["a"], runsOn: ["b"]),
    Case(
      name: "all are underway", mode: .oncePerProbe, expected: ["a", "b"],
      underway: ["a", "b"]),
    Case(name: "target without a success", mode: .oncePerTarget, expected: ["a", "b"], runsOn: []),
    Case(
      name: "one success is enough", mode: .oncePerTarget, expected: ["a", "b"],
      successes: ["b": "9d"]),
    Case(
      name: "the latest success counts", mode: .oncePerTarget, cooldown: "6h",
      expected: ["a", "b"], successes: ["a": "9h", "b": "5h"]),
    Case(
      name: "armed again after the latest", mode: .oncePerTarget, cooldown: "6h",
      expected: ["a", "b"], successes: ["a": "9h", "b": "6h"], runsOn: []),
    Case(
      name: "success of one that is no member", mode: .oncePerTarget, expected: ["a"],
      successes: ["z": "1s"], runsOn: []),
    Case(name: "no member is expected", mode: .oncePerTarget, expected: []),
    Case(
      name: "a member is underway", mode: .oncePerTarget, expected: ["a", "b"],
      underway: ["b"]),
  ]

  @Test(arguments: cases) func runsWhereItHasNotSucceeded(_ item: Case) throws {
    var lab = try ScheduleLab(cron: "0 10 * * *", from: "2026-03-02T09:30:00Z")
    let now = try Timestamp(parsing: "2026-03-02T10:00:00Z")
    lab.definition.mode = item.mode
    lab.definition.cooldown = try item.cooldown.map { try TimeSpan(parsing: $0) }
    lab.activity.expected = item.expected
    lab.activity.underway = item.underway
    lab.activity.successes = try item.successes.mapValues {
      Timestamp(nanoseconds: now.nanoseconds - (try TimeSpan(parsing: $0)).nanoseconds)
    }
    let rows = try lab.decide(at: now)
    guard let runsOn = item.runsOn else {
      #expect(rows == ["02T10:00:00 nothingToDo"])
      #expect(lab.starts.isEmpty)
      return
    }
    #expect(rows == ["02T10:00:00 ran"])
    #expect(lab.starts.map(\.probes) == [runsOn.isEmpty ? nil : runsOn])
  }

  @Test func aSuccessInTheFutureIsOneOfNow() throws {
    var lab = try ScheduleLab(cron: "0 10 * * *", from: "2026-03-02T09:30:00Z")
    lab.definition.mode = .oncePerProbe
    lab.definition.cooldown = .seconds(1)
    lab.activity.expected = ["a"]
    lab.activity.successes = ["a": try Timestamp(parsing: "2026-03-03T10:00:00Z")]
    #expect(try lab.decide("2026-03-02T10:00:00Z") == ["02T10:00:00 nothingToDo"])
  }

  @Test func whereNothingIsToDoNobodyIsStoppedForIt() throws {
    var lab = try ScheduleLab(cron: "0 * * * *", from: "2026-03-02T09:30:00Z")
    lab.definition.overlap = .killOther
    lab.definition.mode = .oncePerProbe
    lab.activity.expected = ["a"]
    try lab.decide("2026-03-02T10:00:00Z")
    lab.activity.successes = ["a": try Timestamp(parsing: "2026-03-02T10:59:00Z")]
    #expect(try lab.decide("2026-03-02T11:00:00Z") == ["02T11:00:00 nothingToDo"])
    #expect(lab.last.stop == nil)
  }

  @Test func twoThatStartTogetherDoNotBothRunOnAProbe() throws {
    var lab = try ScheduleLab(cron: "* * * * * *", from: "2026-03-02T09:59:58Z")
    lab.definition.overlap = .allowAll
    lab.definition.mode = .oncePerProbe
    lab.activity.expected = ["a", "b"]
    #expect(
      try lab.decide("2026-03-02T10:00:00Z").sorted()
        == ["02T09:59:59 ran", "02T10:00:00 nothingToDo"])
    #expect(lab.starts.map(\.probes) == [["a", "b"]])
  }
}
