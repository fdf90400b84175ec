import Cron
import Resources
import Testing
import TimeZones
import Workflows

/// What becomes of occurrences that nobody decided when they were due.
struct ScheduleMissedTests {
  /// An hourly schedule from 09:30, decided for the first time at some moment.
  @Test(arguments: [
    ("10:00:00", 1, "1d", ["02T10:00:00 ran"]),
    // Up to 30 s is on time, whatever is caught up.
    ("10:00:30", 0, "0s", ["02T10:00:00 ran"]),
    ("10:00:31", 0, "1d", ["02T10:00:00 lostOutage"]),
    ("10:00:31", 1, "1d", ["02T10:00:00 late"]),
    ("10:00:31", 1, "30s", ["02T10:00:00 lostOutage"]),
    ("10:00:31", 1, "31s", ["02T10:00:00 late"]),
    (
      "12:30:00", 1, "1d", ["02T10:00:00 lostOutage", "02T11:00:00 lostOutage", "02T12:00:00 late"]
    ),
    ("12:30:00", 2, "1d", ["02T10:00:00 lostOutage", "02T11:00:00 late", "02T12:00:00 late"]),
    ("12:30:00", 9, "1d", ["02T10:00:00 late", "02T11:00:00 late", "02T12:00:00 late"]),
    ("12:30:00", 9, "1h30m", ["02T10:00:00 lostOutage", "02T11:00:00 late", "02T12:00:00 late"]),
    (
      "12:30:00", 9, "1h29m",
      ["02T10:00:00 lostOutage", "02T11:00:00 lostOutage", "02T12:00:00 late"]
    ),
    // What is on time is one of the latest.
    ("12:00:10", 1, "1d", ["02T10:00:00 lostOutage", "02T11:00:00 lostOutage", "02T12:00:00 ran"]),
    ("12:00:10", 2, "1d", ["02T10:00:00 lostOutage", "02T11:00:00 late", "02T12:00:00 ran"]),
  ])
  func missedOnesAreCaughtUpWithinTheWindowTheLatestOnly(
    _ time: String, _ max: Int, _ window: String, _ expected: [String],
  ) throws {
    var lab = try ScheduleLab(cron: "0 * * * *", from: "2026-03-02T09:30:00Z")
    lab.definition.overlap = .allowAll
    lab.definition.catchUpMax = max
    lab.definition.catchUpWindow = try TimeSpan(parsing: window)
    #expect(try lab.decide("2026-03-02T\(time)Z").sorted() == expected)
    #expect(
      lab.starts.map(\.isCatchUp).filter { $0 }.count
        == expected.filter { $0.hasSuffix("late") }.count)
  }

  @Test(arguments: [
    ("10:10:00", "late"), ("10:10:00.000000001", "skippedDeadline"), ("10:00:20", "ran"),
  ])
  func whatIsLaterThanTheStartingDeadlineIsSkipped(_ time: String, _ verdict: String) throws {
    var lab = try ScheduleLab(cron: "0 10 * * *", from: "2026-03-02T09:30:00Z")
    lab.definition.startingDeadline = .minutes(10)
    #expect(try lab.decide("2026-03-02T\(time)Z") == ["02T10:00:00 \(verdict)"])
    let deadline = try Timestamp(parsing: "2026-03-02T10:10:00Z")
    #expect(lab.starts.allSatisfy { $0.deadline == deadline })
  }

  @Test func aDeadlineOfSecondsIsKeptThoughTheOccurrenceIsOnTime() throws {
    var lab = try ScheduleLab(cron: "0 10 * * *", from: "2026-03-02T09:30:00Z")
    lab.definition.startingDeadline = .seconds(5)
    #expect(try lab.decide("2026-03-02T10:00:06Z") == ["02T10:00:00 skippedDeadline"])
  }

  @Test func anExcludedTimeDoesNotTakeThePlaceOfOneThatIsCaughtUp() throws {
    var lab = try ScheduleLab(cron: "0 * * * *", from: "2026-03-02T03:30:00Z")
    lab.definition.times.windows = [FireWindow(weekdays: 0x7F, from: 22 * 3600, to: 6 * 3600)]
    let rows = try lab.decide("2026-03-02T12:30:00Z")
    #expect(rows.contains("02T05:00:00 late"))
    #expect(rows.contains("02T04:00:00 lostOutage"))
    #expect(rows.filter { $0.hasSuffix("excluded") }.count == 7)
    #expect(rows.count == 9)
  }

  @Test func aLongOutageOfADenseScheduleHasRowsForTheLatestAndOneForAllOthers() throws {
    var lab = try ScheduleLab(cron: "* * * * *", from: "2026-03-02T00:00:00Z")
    lab.definition.catchUpMax = 3
    lab.definition.catchUpWindow = .minutes(5)
    lab.definition.overlap = .allowAll
    try lab.decide("2026-03-09T00:00:45Z")
    #expect(lab.records.count == 1001)
    #expect(ScheduleLab.text(try #require(lab.records.first)) == "08T07:20:00 lostOutage x9080")
    #expect(lab.records.reduce(0) { $0 + $1.count } == 7 * 1440)
    #expect(lab.starts.map(\.isCatchUp) == [true, true, true])
    #expect(!lab.hasDoubles)
    #expect(lab.nextDue == "2026-03-09T00:01:00Z")
  }

  @Test func whatIsCaughtUpMayLieBeforeTheRowsOfTheLatest() throws {
    var lab = try ScheduleLab(cron: "* * * * *", from: "2026-03-02T03:30:00Z")
    lab.definition.times.windows = [FireWindow(weekdays: 0x7F, from: 22 * 3600, to: 4 * 3600)]
    try lab.decide("2026-03-02T21:00:40Z")
    #expect(
      lab.starts.map(\.nominal).map { CivilTime(localSeconds: $0).description } == [
        "2026-03-02T03:59:00"
      ])
    #expect(lab.records.reduce(0) { $0 + $1.count } == 1050)
    #expect(
      lab.records.filter { $0.count > 1 }.map(ScheduleLab.text) == [
        "02T03:58:00 lostOutage x28", "02T04:20:00 excluded x21",
      ])
  }

  @Test func anOutageOfAYearAtOneASecondIsBounded() throws {
    var lab = try ScheduleLab(
      ScheduleLab.definition(every: .seconds(1)), from: "2026-03-02T00:00:00Z")
    lab.definition.overlap = .allowAll
    let end = Timestamp.second(
      try #require(lab.cursor.nextDue).nanoseconds / 1_000_000_000 + 449_999)
    try lab.decide(at: end)
    // 450,000 of them: four rows of 100,000, one for 49,000, and 1000 of their own.
    #expect(
      lab.records.filter { $0.count > 1 }.map(\.count) == [
        100_000, 100_000, 100_000, 100_000, 49_000,
      ])
    #expect(lab.records.count == 1005)
    #expect(lab.records.reduce(0) { $0 + $1.count } == 450_000)
    #expect(!lab.hasDoubles)
  }

  @Test func oneDecisionDoesABoundedAmountOfWork() throws {
    var definition = ScheduleLab.definition(every: .seconds(1))
    var cursor = ScheduleMachine.begin(
      &definition, at: .second(0), previous: nil, zoneDataVersion: ""
    ).cursor
    for _ in 0..<3 {
      let decision = ScheduleMachine.decide(
        &definition, cursor, ScheduleActivity(), now: .second(10_000_000), zoneDataVersion: "")
      #expect(decision.hasMore)
      #expect(decision.cursor.nextDue == .second(10_000_000))
      #expect(decision.records.count <= ScheduleMachine.rowLimit)
      #expect(decision.records.reduce(0) { $0 + $1.count } == ScheduleMachine.foldLimit)
      cursor = decision.cursor
    }
  }

  // MARK: Clock jumps

  @Test func aClockThatIsSetBackFiresNothingAgain() throws {
    var lab = try ScheduleLab(cron: "0 * * * *", from: "2026-03-02T09:30:00Z")
    lab.definition.overlap = .allowAll
    for hour in ["10", "11", "12"] { try lab.decide("2026-03-02T\(hour):00:00Z") }
    for hour in 10...23 {
      #expect(try lab.decide("2026-03-01T\(hour):00:00Z") == [])
      #expect(lab.nextDue == "2026-03-02T13:00:00Z")
    }
    #expect(try lab.decide("2026-03-02T12:00:00Z") == [])
    #expect(try lab.decide("2026-03-02T13:00:00Z") == ["02T13:00:00 ran"])
  }

  @Test func aClockThatJumpsForwardIsAnOutage() throws {
    var lab = try ScheduleLab(cron: "0 * * * *", from: "2026-03-02T09:30:00Z")
    #expect(
      try lab.decide("2026-03-03T10:30:00Z").suffix(2) == [
        "03T09:00:00 lostOutage", "03T10:00:00 late",
      ])
    #expect(lab.records.count == 25)
    // And back.
    #expect(try lab.decide("2026-03-02T11:00:00Z") == [])
    #expect(try lab.decide("2026-03-03T11:00:00Z") == ["03T11:00:00 skippedOverlap"])
  }
}
