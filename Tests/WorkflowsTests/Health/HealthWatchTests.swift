import Resources
import TestSupport
import Testing
import Workflows

/// The machine of a watch: tables of what its checks say, second by second, and what it decides.
struct HealthWatchTests {
  private static let start = Timestamp(nanoseconds: 1_767_614_400_000_000_000)

  private static func second(_ count: Int64) -> Timestamp { start.adding(.seconds(count)) }

  private static func policy(
    window: Int64 = 60, interval: Int64 = 10, failures: Int = 3, successes: Int = 1,
    checks: [String] = ["a"],
  ) -> HealthPolicy {
    HealthPolicy(
      window: .seconds(window), interval: .seconds(interval), failureLimit: failures,
      successCount: successes, checks: checks.map { CheckDefinition(kind: $0, parameters: [:]) })
  }

  private static func watch(_ policies: (String, HealthPolicy)...) throws -> HealthWatch {
    try #require(HealthWatch(asked: policies.map { (source: $0.0, policy: $0.1) }, from: start))
  }

  struct Course: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var failures = 3
    var successes = 1
    /// What the check says each time it is asked: `+` healthy, `-` failing, `?` unknown.
    var answers: String
    /// The second at which it is decided, and how.
    var end: Int64
    var decision: HealthWatch.Decision
  }

  static let late = "it was not healthy at the end of the window"

  /// A window of 60 s, a look every 10 s.
  @Test(arguments: [
    Course(testDescription: "all well", answers: "++++++", end: 60, decision: .passed),
    Course(
      testDescription: "bad from the start", answers: "---", end: 30,
      decision: .failed(check: "a", reason: "no 3")),
    Course(
      testDescription: "two failures in a row are not three", answers: "--+--+", end: 60,
      decision: .passed),
    Course(
      testDescription: "bad in the middle", answers: "++---", end: 50,
      decision: .failed(check: "a", reason: "no 5")),
    Course(
      testDescription: "what is failing at the end goes on until it is clear", answers: "++++---",
      end: 70, decision: .failed(check: "a", reason: "no 7")),
    Course(
      testDescription: "what recovers after the end has passed", answers: "+++++-+", end: 70,
      decision: .passed),
    Course(
      testDescription: "so many successes in a row at the end", successes: 3, answers: "+++-+++",
      end: 70, decision: .passed),
    Course(
      testDescription: "flapping is not healthy", failures: 2, successes: 2,
      answers: "++++-+-+-", end: 90, decision: .failed(check: "a", reason: "\(late): no 9")),
    Course(
      testDescription: "one failure is enough", failures: 1, answers: "+-", end: 20,
      decision: .failed(check: "a", reason: "no 2")),
    Course(
      testDescription: "unknown counts neither way", answers: "-?-?++", end: 60, decision: .passed),
    Course(
      testDescription: "unknown does not make failures new", answers: "-?-?-", end: 50,
      decision: .failed(check: "a", reason: "no 5")),
    Course(
      testDescription: "unknown at the end is not the end", answers: "+++++?+", end: 70,
      decision: .passed),
    Course(
      testDescription: "what nobody can tell has not passed", answers: "?????????", end: 90,
      decision: .failed(check: "a", reason: "\(late): cannot tell")),
  ])
  func decides(_ course: Course) throws {
    var watch = try Self.watch(
      ("settings", Self.policy(failures: course.failures, successes: course.successes)))
    var decision = HealthWatch.Decision.watching(next: watch.next)
    var now = Self.start
    for (index, letter) in course.answers.enumerated() {
      guard case .watching(let next) = decision else {
        Issue.record("it was over before \(index): \(decision)")
        return
      }
      now = next
      #expect(watch.due(at: Timestamp(nanoseconds: now.nanoseconds - 1)) == [])
      #expect(watch.due(at: now) == [0])
      let observation: HealthObservation =
        switch letter {
        case "+": .healthy
        case "-": .failing(reason: "no \(index + 1)")
        default: .unknown(reason: "cannot tell")
        }
      decision = watch.take([0: observation], at: now)
    }
    #expect(decision == course.decision)
    #expect(now == Self.second(course.end))
  }

  @Test func withoutChecksItPassesWhenTheWindowIsOver() throws {
    var watch = try Self.watch(("settings", Self.policy(checks: [])))
    #expect(watch.next == Self.second(60))
    #expect(watch.take([:], at: Self.second(59)) == .watching(next: Self.second(60)))
    #expect(watch.take([:], at: Self.second(60)) == .passed)
  }

  @Test func nobodyAsksNoWatch() {
    #expect(HealthWatch(asked: [], from: Self.start) == nil)
  }

  @Test func theLongestWindowCounts() throws {
    var watch = try Self.watch(
      ("settings", Self.policy(window: 20, checks: ["a"])),
      ("Job/x", Self.policy(window: 40, checks: ["b"])))
    #expect(watch.deadline == Self.second(40))
    _ = watch.take([0: .healthy, 1: .healthy], at: Self.second(20))
    #expect(watch.checks[0].isPassed)
    // The one whose window is over is asked no more.
    #expect(watch.due(at: Self.second(30)) == [1])
    #expect(watch.take([1: .healthy], at: Self.second(40)) == .passed)
  }

  @Test func aWindowShorterThanTheIntervalIsOneLook() throws {
    let watch = try Self.watch(("settings", Self.policy(window: 5)))
    #expect(watch.next == Self.second(5))
  }

  /// Three hours of a server that was down are not three hours of failures.
  @Test func aDeadlineThatWentByWhileNobodyLookedNeedsAsManyFailures() throws {
    var watch = try Self.watch(("settings", Self.policy()))
    let late = Self.second(10_000)
    guard case .watching(let next) = watch.take([0: .failing(reason: "no")], at: late) else {
      Issue.record("one failure was enough")
      return
    }
    #expect(next == late.adding(.seconds(10)))
    #expect(watch.take([0: .healthy], at: next) == .passed)
  }

  @Test func aClockThatWentBackHoldsUpNoCheck() throws {
    var watch = try Self.watch(("settings", Self.policy()))
    _ = watch.take([0: .healthy], at: Self.second(10))
    let before = Timestamp(nanoseconds: Self.start.nanoseconds - 3_600_000_000_000)
    #expect(watch.due(at: before) == [0])
  }

  @Test func theSameCheckOfManyIsAskedOnce() throws {
    let watch = try Self.watch(
      ("Job/b", Self.policy(checks: ["a"])), ("Job/a", Self.policy(checks: ["a"])),
      ("Job/c", Self.policy(failures: 9, checks: ["a"])))
    #expect(watch.checks.map(\.sources) == [["Job/a", "Job/b"], ["Job/c"]])
  }

  @Test func moreChecksThanTheLimitAreCountedAndLeftOut() throws {
    let names = (0..<HealthWatch.checkLimit + 7).map { "check \($0)" }
    let watch = try Self.watch(("settings", Self.policy(checks: names)))
    #expect(watch.checks.count == HealthWatch.checkLimit)
    #expect(watch.omittedCount == 7)
  }

  // MARK: An apply during a watch

  @Test func whatIsNotProvenGoesOnWithWhatItHasSeen() throws {
    var older = try Self.watch(("Job/x", Self.policy(checks: ["a"])))
    _ = older.take([0: .failing(reason: "no")], at: Self.second(10))
    let watch = try #require(HealthWatch.following(older, nil, changed: ["Job/y"]))
    #expect(watch.checks == older.checks)
    #expect(watch.checks[0].failures == 1)
    #expect(watch.deadline == older.deadline)
  }

  @Test func aSourceThatAsksAnewBeginsAnew() throws {
    var older = try Self.watch(("settings", Self.policy(checks: ["a"])))
    _ = older.take([0: .failing(reason: "no")], at: Self.second(10))
    let newer = HealthWatch(
      asked: [(source: "settings", policy: Self.policy(checks: ["a"]))], from: Self.second(30))
    let watch = try #require(HealthWatch.following(older, newer, changed: []))
    #expect(watch == newer)
  }

  @Test func aResourceThatWasChangedAsksNoMoreAsBefore() throws {
    let older = try Self.watch(
      ("Job/x", Self.policy(checks: ["a"])), ("Job/y", Self.policy(checks: ["a"])))
    let watch = try #require(HealthWatch.following(older, nil, changed: ["Job/x"]))
    #expect(watch.checks.map(\.sources) == [["Job/y"]])
    #expect(HealthWatch.following(older, nil, changed: ["Job/x", "Job/y"]) == nil)
  }

  @Test func whatHasPassedIsNotAskedAgain() throws {
    var older = try Self.watch(
      ("Job/x", Self.policy(window: 10, checks: ["a"])),
      ("Job/y", Self.policy(window: 60, checks: ["b"])))
    _ = older.take([0: .healthy, 1: .healthy], at: Self.second(10))
    let watch = try #require(HealthWatch.following(older, nil, changed: []))
    #expect(watch.checks.map(\.definition.kind) == ["b"])
  }

  // MARK: Properties

  /// Whatever the checks say: it ends, soon after its window at the latest; it passes only with every
  /// check healthy just before; it fails only with a check that was not.
  @Test(arguments: 0..<300 as Range<UInt64>) func alwaysEndsAndForAReason(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let policies = (0..<Int.random(in: 1...3, using: &generator)).map { index in
      (
        "source \(index)",
        Self.policy(
          window: .random(in: 1...90, using: &generator),
          interval: .random(in: 1...30, using: &generator),
          failures: .random(in: 1...4, using: &generator),
          successes: .random(in: 1...4, using: &generator),
          checks: (0..<Int.random(in: 0...2, using: &generator)).map { "check \($0)" })
      )
    }
    var watch = try #require(
      HealthWatch(asked: policies.map { (source: $0.0, policy: $0.1) }, from: Self.start))
    let bias = Int.random(in: 0...9, using: &generator)
    var last: [Int: HealthObservation] = [:]
    var looks = 0
    while true {
      looks += 1
      try #require(looks < 2000, "seed \(seed): it does not end")
      let now = watch.next
      var observations: [Int: HealthObservation] = [:]
      for index in watch.due(at: now) {
        let number = Int.random(in: 0..<10, using: &generator)
        observations[index] =
          number < bias
          ? .healthy
          : number.isMultiple(of: 3) ? .unknown(reason: "?") : .failing(reason: "no")
        last[index] = observations[index]
      }
      let decision = watch.take(observations, at: now)
      // It survives being written down after each look.
      try #require(HealthWatch(watch.value) == watch, "seed \(seed)")
      switch decision {
      case .watching(let next): #expect(next > now, "seed \(seed)")
      case .passed:
        #expect(now >= watch.deadline, "seed \(seed)")
        #expect(watch.checks.indices.allSatisfy { last[$0] == .healthy }, "seed \(seed)")
        return
      case .failed(let name, _):
        let hasReason = watch.checks.contains {
          $0.definition.name == name
            && ($0.failures >= $0.failureLimit || $0.lateCount >= $0.lateLimit)
        }
        #expect(hasReason, "seed \(seed)")
        return
      }
    }
  }
}
