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

  @Test func aScheduleThatIsChangedAfterTheClockWasSetBackRepeatsNothing() throws {
    var lab = try ScheduleLab(cron: "0 * * * *", from: "2026-03-02T09:30:00Z")
    for hour in ["10", "11", "12"] { try lab.decide("2026-03-02T\(hour):00:00Z") }
    let changed = try ScheduleLab.definition(cron: "0,30 * * * *")
    try lab.change(to: changed, at: "2026-03-02T10:45:00Z")
    #expect(lab.nextDue == "2026-03-02T12:30:00Z")
    #expect(try lab.decide("2026-03-02T12:00:00Z") == [])
  }

  @Test func aScheduleThatIsMadeAgainAfterTheClockWasSetBackRepeatsNothing() throws {
    var lab = try ScheduleLab(cron: "0 * * * *", from: "2026-03-02T09:30:00Z")
    for hour in ["10", "11", "12"] { try lab.decide("2026-03-02T\(hour):00:00Z") }
    try lab.change(to: lab.definition, at: "2026-03-01T12:00:00Z", isNew: true)
    #expect(lab.nextDue == "2026-03-02T13:00:00Z")
    #expect(try lab.decide("2026-03-02T12:00:00Z") == [])
    #expect(!lab.hasDoubles)
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
