import Cron
import Resources
import Testing
import TimeZones
import Workflows

/// New time zone data, and changes of the zone: a nominal time is decided once.
///
/// What new data brings forward to before now is decided at once, late; what it puts off and had
/// been decided is not decided again.
struct ScheduleZoneDataTests {
  /// A schedule in a zone of some rule, at 09:00 and at every half hour.
  private func lab(
    _ rule: String, cron: String = "*/30 * * * *", from start: String,
  ) throws -> ScheduleLab {
    var definition = try ScheduleLab.definition(
      cron: cron, in: try Zone(name: "Test/Zone", rule: rule))
    definition.overlap = .allowAll
    definition.catchUpMax = 10
    return try ScheduleLab(definition, from: start)
  }

  private func update(_ lab: inout ScheduleLab, _ rule: String, cron: String = "*/30 * * * *")
    throws
  {
    let digest = lab.definition.digest
    lab.definition.times = try ScheduleLab.definition(
      cron: cron, in: try Zone(name: "Test/Zone", rule: rule)
    ).times
    lab.definition.digest = digest
    lab.version = "2026b"
  }

  @Test func whatWasPutOffIsNotDecidedAgain() throws {
    // At 11:10 clocks turn out to be at 10:10 only.
    var lab = try lab("XST-1", from: "2026-06-01T08:15:00Z")
    for time in ["08:30", "09:00", "09:30", "10:00"] { try lab.decide("2026-06-01T\(time):00Z") }
    #expect(lab.records.map(ScheduleLab.text).last == "01T11:00:00 ran")
    try update(&lab, "XST0")
    #expect(try lab.decide("2026-06-01T10:10:00Z") == [])
    #expect(try lab.decide("2026-06-01T10:30:00Z") == [])
    #expect(try lab.decide("2026-06-01T11:00:00Z") == [])
    #expect(try lab.decide("2026-06-01T11:30:00Z") == ["01T11:30:00 ran"])
    #expect(lab.records.last?.zoneDataVersion == "2026b")
    #expect(!lab.hasDoubles)
  }

  @Test func whatWasBroughtForwardIsDecidedAtOnce() throws {
    // At 10:10 clocks turn out to be at 11:10 already.
    var lab = try lab("XST0", from: "2026-06-01T08:15:00Z")
    for time in ["08:30", "09:00", "09:30", "10:00"] { try lab.decide("2026-06-01T\(time):00Z") }
    try update(&lab, "XST-1")
    #expect(try lab.decide("2026-06-01T10:10:00Z") == ["01T10:30:00 late", "01T11:00:00 late"])
    #expect(try lab.decide("2026-06-01T10:30:00Z") == ["01T11:30:00 ran"])
    #expect(!lab.hasDoubles)
  }

  @Test func aDailyTimeThatMovesIsNeitherLostNorDoubled() throws {
    for (old, new, expected) in [("XST0", "XST-1", "late"), ("XST-1", "XST0", "ran")] {
      var lab = try lab(old, cron: "0 9 * * *", from: "2026-06-01T12:00:00Z")
      for day in 2...4 {
        try lab.decide("2026-06-0\(day)T08:00:00Z")
        try lab.decide("2026-06-0\(day)T08:30:00Z")
        if day == 3 {
          try update(&lab, new, cron: "0 9 * * *")
          try lab.decide("2026-06-0\(day)T08:30:00Z")
        }
        try lab.decide("2026-06-0\(day)T09:00:00Z")
      }
      #expect(
        lab.records.map { CivilTime(localSeconds: $0.nominal).description } == [
          "2026-06-02T09:00:00", "2026-06-03T09:00:00", "2026-06-04T09:00:00",
        ])
      #expect(lab.records[1].verdict.rawValue == expected)
    }
  }

  @Test func dataThatChangesNothingHereChangesNothing() throws {
    // In the repeated hour, where a nominal time alone does not say how far it came.
    let rule = "EST5EDT,M3.2.0,M11.1.0"
    var lab = try lab(rule, from: "2026-11-01T05:10:00Z")
    for time in ["05:30", "06:00", "06:30"] { try lab.decide("2026-11-01T\(time):00Z") }
    #expect(
      lab.records.map(ScheduleLab.text) == [
        "01T01:30:00 ran", "01T01:00:00/1 ran", "01T01:30:00/1 ran",
      ])
    try update(&lab, rule)
    #expect(try lab.decide("2026-11-01T06:40:00Z") == [])
    #expect(try lab.decide("2026-11-01T07:00:00Z") == ["01T02:00:00 ran"])
  }

  @Test func theEndOfDaylightSavingThatComesAtShortNoticeDoublesNothing() throws {
    // Clocks go back at 2:00 on 1 November, but we learn it at 2:40 by the old ones.
    var lab = try lab("EDT4", from: "2026-11-01T05:10:00Z")
    for time in ["05:30", "06:00", "06:30"] { try lab.decide("2026-11-01T\(time):00Z") }
    #expect(
      lab.records.map(ScheduleLab.text) == [
        "01T01:30:00 ran", "01T02:00:00 ran", "01T02:30:00 ran",
      ])
    try update(&lab, "EST5EDT,M3.2.0,M11.1.0")
    // It is 1:40 again. At the instants that are 1:00 and 1:30 now it ran, as 2:00 and 2:30.
    #expect(try lab.decide("2026-11-01T06:40:00Z") == [])
    // 2:00 and 2:30 have been decided.
    for time in ["07:00", "07:30"] { #expect(try lab.decide("2026-11-01T\(time):00Z") == []) }
    #expect(try lab.decide("2026-11-01T08:00:00Z") == ["01T03:00:00 ran"])
    #expect(!lab.hasDoubles)
  }

  // MARK: Another zone

  @Test func aScheduleThatMovesWestRunsAtTimesThatItHadInTheEast() throws {
    var east = try ScheduleLab.definition(
      cron: "0 9 * * *", in: try Zone(name: "East", rule: "EST-9"))
    east.overlap = .allowAll
    var west = try ScheduleLab.definition(
      cron: "0 9 * * *", in: try Zone(name: "West", rule: "WST5"))
    west.overlap = .allowAll
    var lab = try ScheduleLab(east, from: "2026-05-01T23:00:00Z")
    #expect(try lab.decide("2026-05-02T00:00:00Z") == ["02T09:00:00 ran"])
    try lab.change(to: west, at: "2026-05-02T01:00:00Z")
    // Another instant, and so another row, whose fold says that it comes again.
    #expect(try lab.decide("2026-05-02T14:00:00Z") == ["02T09:00:00/2 ran"])
    #expect(try lab.decide("2026-05-03T14:00:00Z") == ["03T09:00:00 ran"])
    // And back, and west again.
    try lab.change(to: east, at: "2026-05-03T15:00:00Z")
    #expect(try lab.decide("2026-05-04T00:00:00Z") == ["04T09:00:00 ran"])
    try lab.change(to: west, at: "2026-05-04T01:00:00Z")
    try lab.change(to: east, at: "2026-05-04T02:00:00Z")
    try lab.change(to: west, at: "2026-05-04T03:00:00Z", isNew: true)
    // Made anew, it knows of the ledger only how high folds go.
    #expect(try lab.decide("2026-05-04T14:00:00Z") == ["04T09:00:00/4 ran"])
    #expect(try lab.decide("2026-05-05T14:00:00Z") == ["05T09:00:00 ran"])
    #expect(!lab.hasDoubles)
    #expect(Set(lab.starts.map(\.execution)).count == lab.starts.count)
  }

  /// Found by the simulation, after seven million rows.
  @Test func timesOfARepetitionThatIsOverAreNotDecidedTwiceFurtherWest() throws {
    func zone(_ hours: Int) throws -> Zone { try #require(Zone(secondsEast: hours * 3600)) }
    var lab = try ScheduleLab(cron: "30 * * * *", in: zone(9), from: "2026-05-01T00:00:00Z")
    try lab.decide("2026-05-01T03:00:00Z")
    for (hours, change, end) in [(0, "03", "04"), (9, "04", "05"), (-4, "05", "08")] {
      let definition = try ScheduleLab.definition(cron: "30 * * * *", in: zone(hours))
      try lab.change(to: definition, at: "2026-05-01T\(change):00:00Z")
      try lab.decide("2026-05-01T\(end):00:00Z")
    }
    #expect(!lab.hasDoubles)
    #expect(lab.records.suffix(3).map(\.fold) == [4, 4, 4])
  }
}
