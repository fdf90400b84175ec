import Cron
import Resources
import Testing
import TimeZones
import Workflows
import ZoneSupport

/// What becomes of each occurrence, rule by rule.
struct ScheduleRuleTests {
  // MARK: Beginning

  @Test func aNewScheduleFiresForNothingUpToItsBeginning() throws {
    var lab = try ScheduleLab(cron: "0 * * * *", from: "2026-03-02T10:00:00Z")
    #expect(lab.nextDue == "2026-03-02T11:00:00Z")
    #expect(try lab.decide("2026-03-02T10:00:01Z") == [])
    #expect(try lab.decide("2026-03-02T11:00:00Z") == ["02T11:00:00 ran"])
    #expect(lab.nextDue == "2026-03-02T12:00:00Z")
  }

  @Test func aChangedScheduleKeepsItsPauseAndDropsItsBufferWithVerdicts() throws {
    var lab = try ScheduleLab(cron: "0 * * * *", from: "2026-03-02T09:30:00Z")
    lab.definition.overlap = .bufferAll
    for hour in ["10", "11", "12"] { try lab.decide("2026-03-02T\(hour):00:00Z") }
    #expect(lab.cursor.buffer.map(\.instant).count == 2)
    lab.cursor.pause(by: "ana", reason: "audit", at: try Timestamp(parsing: "2026-03-02T12:10:00Z"))
    let changed = try ScheduleLab.definition(cron: "15 * * * *")
    #expect(
      try lab.change(to: changed, at: "2026-03-02T12:20:00Z")
        == ["02T11:00:00 skippedOverlap", "02T12:00:00 skippedOverlap"])
    #expect(lab.cursor.pause?.actor == "ana")
    #expect(lab.cursor.buffer.isEmpty)
    #expect(try lab.decide("2026-03-02T13:15:00Z") == ["02T13:15:00 skippedSuspended"])
  }

  @Test func whoForgetsToBeginAChangedScheduleStillFiresNothingForThePast() throws {
    var lab = try ScheduleLab(cron: "0 * * * *", from: "2026-03-02T09:30:00Z")
    lab.definition = try ScheduleLab.definition(cron: "*/5 * * * *")
    #expect(try lab.decide("2026-03-02T12:07:00Z") == [])
    #expect(try lab.decide("2026-03-02T12:10:00Z") == ["02T12:10:00 ran"])
  }

  @Test func beginningAgainWithTheSameContentChangesNothing() throws {
    var lab = try ScheduleLab(cron: "0 * * * *", from: "2026-03-02T09:30:00Z")
    let cursor = lab.cursor
    try lab.change(to: lab.definition, at: "2026-03-02T12:20:00Z")
    #expect(lab.cursor == cursor)
  }

  @Test func aScheduleThatIsMadeAgainAfterTheClockWasSetBackRepeatsNothing() throws {
    var lab = try ScheduleLab(cron: "0 * * * *", from: "2026-03-02T09:30:00Z")
    for hour in ["10", "11", "12"] { try lab.decide("2026-03-02T\(hour):00:00Z") }
    try lab.change(to: lab.definition, at: "2026-03-01T12:00:00Z", isNew: true)
    #expect(lab.nextDue == "2026-03-02T13:00:00Z")
    #expect(try lab.decide("2026-03-02T12:00:00Z") == [])
    #expect(!lab.hasDoubles)
  }

  // MARK: Late and missed

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

  // MARK: Held back

  @Test func aSuspendedScheduleSkipsAndCatchesNothingUp() throws {
    var lab = try ScheduleLab(cron: "0 * * * *", from: "2026-03-02T09:30:00Z")
    lab.definition.times.isSuspended = true
    #expect(
      try lab.decide("2026-03-02T11:00:00Z") == [
        "02T10:00:00 skippedSuspended", "02T11:00:00 skippedSuspended",
      ])
    lab.definition.times.isSuspended = false
    #expect(try lab.decide("2026-03-02T11:00:10Z") == [])
  }

  @Test func whatWasDueInAPauseIsSkippedThoughItIsDecidedAfterIt() throws {
    var lab = try ScheduleLab(cron: "0 * * * *", from: "2026-03-02T09:30:00Z")
    lab.definition.catchUpMax = 10
    lab.definition.overlap = .allowAll
    lab.cursor.pause(by: "ana", reason: "audit", at: try Timestamp(parsing: "2026-03-02T10:30:00Z"))
    lab.cursor.resume(at: try Timestamp(parsing: "2026-03-02T12:30:00Z"))
    // The server was down all the time: 10:00 and 13:00 are caught up, what lies between is not.
    #expect(
      try lab.decide("2026-03-02T13:30:00Z").sorted()
        == [
          "02T10:00:00 late", "02T11:00:00 skippedSuspended", "02T12:00:00 skippedSuspended",
          "02T13:00:00 late",
        ])
    #expect(lab.cursor.pause == nil)
  }

  @Test func aPauseEndsByItselfWhenItsTimeHasCome() throws {
    var lab = try ScheduleLab(cron: "0 * * * *", from: "2026-03-02T09:30:00Z")
    lab.cursor.pause(
      by: "ana", reason: "audit", at: try Timestamp(parsing: "2026-03-02T09:40:00Z"),
      until: try Timestamp(parsing: "2026-03-02T11:00:00Z"))
    #expect(try lab.decide("2026-03-02T10:00:00Z") == ["02T10:00:00 skippedSuspended"])
    #expect(lab.records.first?.reason == "paused by ana: audit")
    #expect(try lab.decide("2026-03-02T11:00:00Z") == ["02T11:00:00 ran"])
  }

  @Test func aPauseTakesWhatWaits() throws {
    var lab = try ScheduleLab(cron: "0 * * * *", from: "2026-03-02T09:30:00Z")
    lab.definition.overlap = .bufferAll
    try lab.decide("2026-03-02T10:00:00Z")
    try lab.decide("2026-03-02T11:00:00Z")
    lab.cursor.pause(by: "ana", reason: "audit", at: try Timestamp(parsing: "2026-03-02T11:10:00Z"))
    #expect(try lab.decide("2026-03-02T11:20:00Z") == ["02T11:00:00 skippedSuspended"])
    #expect(lab.cursor.buffer.isEmpty)
  }

  @Test(arguments: [
    (ScheduleActivity.Hold.all(reason: "freeze"), "all schedules are held: freeze"),
    (.jobMissing, "there is no job backup"), (.jobRevoked, "the job backup is revoked"),
  ])
  func aHeldScheduleSkips(_ hold: ScheduleActivity.Hold, _ reason: String) throws {
    var lab = try ScheduleLab(cron: "0 * * * *", from: "2026-03-02T09:30:00Z")
    lab.activity.hold = hold
    #expect(try lab.decide("2026-03-02T10:00:00Z") == ["02T10:00:00 skippedSuspended"])
    #expect(lab.records.map(\.reason) == [reason])
    #expect(lab.starts.isEmpty)
  }

  @Test func windowsDatesAndActiveTimeExclude() throws {
    var lab = try ScheduleLab(cron: "0 */6 * * *", from: "2026-03-02T01:00:00Z")
    lab.definition.overlap = .allowAll
    lab.definition.times.windows = [FireWindow(weekdays: 0x7F, from: 0, to: 12 * 3600)]
    lab.definition.times.skipDates = [Civil.days(year: 2026, month: 3, day: 3)]
    lab.definition.times.activeUntil =
      try Timestamp(parsing: "2026-03-04T03:00:00Z").nanoseconds / 1_000_000_000
    var rows: [String] = []
    for step in 1...12 { rows += try lab.decide(at: .second(1_772_409_600 + Int64(step) * 21_600)) }
    #expect(
      rows == [
        "02T06:00:00 ran", "02T12:00:00 excluded", "02T18:00:00 excluded", "03T00:00:00 excluded",
        "03T06:00:00 excluded", "03T12:00:00 excluded", "03T18:00:00 excluded", "04T00:00:00 ran",
        "04T06:00:00 excluded", "04T12:00:00 excluded", "04T18:00:00 excluded",
        "05T00:00:00 excluded",
      ])
    #expect(
      Set(lab.records.map(\.reason)) == [
        "on time", "outside of its windows", "on a skip date", "outside of its active time",
      ])
  }

  // MARK: Single times and intervals

  @Test func aSingleTimeFiresOnce() throws {
    let instant: Int64 = 1_772_445_600
    let definition = ScheduleDefinition(
      name: "once", digest: .zero, job: "backup",
      times: ScheduleTimes(Occurrences(at: instant)), timing: .elapsedTime)
    var lab = try ScheduleLab(definition, from: "2026-03-02T09:30:00Z")
    #expect(lab.nextDue == "2026-03-02T10:00:00Z")
    #expect(try lab.decide("2026-03-02T10:00:00Z") == ["02T10:00:00 ran"])
    #expect(lab.nextDue == "never")
    #expect(try lab.decide("2027-03-02T10:00:00Z") == [])
  }

  @Test func anIntervalIsNamedByInstantsWhateverClocksShow() throws {
    var definition = ScheduleLab.definition(
      every: .minutes(30), in: try SystemZones.zone("America/New_York"))
    definition.overlap = .allowAll
    var lab = try ScheduleLab(definition, from: "2026-11-01T05:10:00Z")
    for minute in 0..<6 { try lab.decide(at: .second(1_793_511_000 + Int64(minute) * 1800)) }
    #expect(lab.records.count == 6)
    #expect(
      lab.records.allSatisfy { $0.nominal == $0.instant && $0.fold == 0 && $0.verdict == .ran })
  }

  // MARK: Clock changes

  @Test(arguments: [
    (ClockRule.vixie, ["29T02:00:00 ran", "29T02:20:00 mergedGap", "29T02:40:00 mergedGap"]),
    (.go, ["29T02:00:00 skippedGap", "29T02:20:00 skippedGap", "29T02:40:00 skippedGap"]),
  ])
  func timesThatClocksSkipHaveRows(_ rule: ClockRule, _ expected: [String]) throws {
    let zone = try SystemZones.zone("Europe/Berlin")
    var lab = try ScheduleLab(
      cron: "0,20,40 2 * * *", in: zone, rule: rule, from: "2026-03-28T12:00:00Z")
    // They are decided when the gap ends, not with the next run.
    #expect(lab.nextDue == "2026-03-29T01:00:00Z")
    #expect(try lab.decide("2026-03-29T01:00:00Z").sorted() == expected)
    #expect(lab.nextDue == "2026-03-30T00:00:00Z")
  }

  @Test(arguments: [
    (ClockRule.vixie, ["25T02:30:00 ran", "25T02:30:00/1 skippedFold"]),
    (.go, ["25T02:30:00 ran", "25T02:30:00/1 ran"]),
  ])
  func timesThatClocksShowTwiceHaveTwoRows(_ rule: ClockRule, _ expected: [String]) throws {
    let zone = try SystemZones.zone("Europe/Berlin")
    var lab = try ScheduleLab(
      cron: "30 2 * * *", in: zone, rule: rule, from: "2026-10-24T12:00:00Z")
    lab.definition.overlap = .allowAll
    #expect(try lab.decide("2026-10-25T00:30:00Z") == [expected[0]])
    #expect(lab.nextDue == "2026-10-25T01:30:00Z")
    #expect(try lab.decide("2026-10-25T01:30:00Z") == [expected[1]])
  }

  @Test func aSkippedDayHasOneRowForEachTimeAndSharedOnesWhereThereAreMany() throws {
    let zone = try SystemZones.zone("Pacific/Apia")
    var lab = try ScheduleLab(
      cron: "* * * * * *", in: zone, rule: .go, from: "2011-12-30T09:59:58Z")
    lab.definition.overlap = .allowAll
    try lab.decide("2011-12-30T10:00:00Z")
    #expect(lab.records.count == 1003)
    #expect(lab.records.reduce(0) { $0 + $1.count } == 86_402)
    #expect(!lab.hasDoubles)
  }

  // MARK: Any input

  @Test func noTimeIsTooFarAway() throws {
    for now in [Int64.min, -9_210_000_000_000_000_000, 0, 9_100_000_000_000_000_000, .max] {
      for start in [Int64.min, 0, .max] {
        var definition = try ScheduleLab.definition(cron: "0 0 29 2 *")
        definition.jitter = .days(1)
        definition.startingDeadline = TimeSpan(nanoseconds: .max)
        definition.catchUpWindow = TimeSpan(nanoseconds: .max)
        let begun = ScheduleMachine.begin(
          &definition, at: Timestamp(nanoseconds: start), previous: nil, zoneDataVersion: "")
        let decision = ScheduleMachine.decide(
          &definition, begun.cursor, ScheduleActivity(), now: Timestamp(nanoseconds: now),
          zoneDataVersion: "")
        #expect(decision.starts.count <= 1)
        if now <= start { #expect(decision.records.isEmpty) }
        if now > 0, start <= 0 { #expect(!decision.records.isEmpty) }
      }
    }
  }
}
