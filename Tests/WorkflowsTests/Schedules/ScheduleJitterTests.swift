import Cron
import Resources
import Testing
import TimeZones
import Workflows

struct ScheduleJitterTests {
  /// When the first occurrences of a schedule are due.
  private func dues(_ definition: ScheduleDefinition, count: Int) throws -> [Timestamp] {
    var lab = try ScheduleLab(definition, from: "2026-03-02T00:00:00Z")
    return try (0..<count).map { _ in
      let due = try #require(lab.cursor.nextDue)
      try lab.decide(at: due)
      return due
    }
  }

  @Test func dueTimesAreLaterByUpToTheJitterAndAlwaysTheSame() throws {
    var definition = try ScheduleLab.definition(cron: "0 * * * *")
    definition.jitter = .minutes(10)
    let first = try dues(definition, count: 2000)
    #expect(first == (try dues(definition, count: 2000)))
    let delays = first.enumerated().map { index, due in
      due.nanoseconds / 1_000_000 - (1_772_409_600_000 + Int64(index + 1) * 3_600_000)
    }
    #expect(delays.allSatisfy { (0...600_000).contains($0) })
    // Uniform: each tenth has about a tenth of them (five standard deviations).
    for tenth in 0..<10 {
      let count = delays.filter { Int($0) * 10 / 600_001 == tenth }.count
      #expect((130...270).contains(count), "\(count) in tenth \(tenth)")
    }
    definition.name = "other"
    #expect(first != (try dues(definition, count: 2000)))
  }

  @Test func jitterKeepsTheOrderWhereItIsLongerThanTheInterval() throws {
    var definition = try ScheduleLab.definition(cron: "*/7 * * * * *")
    definition.jitter = .days(1)
    definition.overlap = .allowAll
    var lab = try ScheduleLab(definition, from: "2026-03-02T00:00:00Z")
    for _ in 0..<5000 {
      let due = try #require(lab.cursor.nextDue)
      try lab.decide(at: due)
      let record = try #require(lab.records.last)
      #expect(lab.last.records.count == 1)
      #expect(due.nanoseconds >= record.instant * 1_000_000_000)
      let seconds = CivilTime(localSeconds: record.instant).second
      let gap: Int64 = seconds == 56 ? 4 : 7
      #expect(due.nanoseconds < (record.instant + gap) * 1_000_000_000)
    }
  }

  @Test func nothingHappensBeforeTheJitterIsOver() throws {
    var definition = try ScheduleLab.definition(cron: "0 10 * * *")
    definition.jitter = .minutes(30)
    var lab = try ScheduleLab(definition, from: "2026-03-02T00:00:00Z")
    let due = try #require(lab.cursor.nextDue)
    try #require(due > (try Timestamp(parsing: "2026-03-02T10:00:00Z")))
    #expect(try lab.decide(at: Timestamp(nanoseconds: due.nanoseconds - 1)) == [])
    #expect(lab.cursor.nextDue == due)
    #expect(try lab.decide(at: due) == ["02T10:00:00 ran"])
    #expect(lab.starts.map(\.startAt) == [due])
  }

  @Test func lateMeansLaterThanTheJitterSays() throws {
    var definition = try ScheduleLab.definition(cron: "0 10 * * *")
    definition.jitter = .hours(5)
    definition.startingDeadline = .minutes(1)
    var lab = try ScheduleLab(definition, from: "2026-03-02T00:00:00Z")
    let due = try #require(lab.cursor.nextDue)
    #expect(
      try lab.decide(at: Timestamp(nanoseconds: due.nanoseconds + 60_000_000_001)) == [
        "02T10:00:00 skippedDeadline"
      ])
  }
}
