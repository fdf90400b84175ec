import Resources
import Testing
import Workflows

/// What happens when it is time, and the last execution still runs.
struct ScheduleOverlapTests {
  /// A schedule of every hour whose execution of 10:00 runs.
  private func running(_ overlap: ScheduleDefinition.Overlap) throws -> ScheduleLab {
    var lab = try ScheduleLab(cron: "0 * * * *", from: "2026-03-02T09:30:00Z")
    lab.definition.overlap = overlap
    try lab.decide("2026-03-02T10:00:00Z")
    return lab
  }

  @Test func skipDropsWhatComesMeanwhile() throws {
    var lab = try running(.skip)
    #expect(try lab.decide("2026-03-02T11:00:00Z") == ["02T11:00:00 skippedOverlap"])
    lab.end()
    #expect(try lab.decide("2026-03-02T12:00:00Z") == ["02T12:00:00 ran"])
  }

  @Test func bufferOneKeepsTheFirst() throws {
    var lab = try running(.bufferOne)
    #expect(try lab.decide("2026-03-02T11:00:00Z") == [])
    #expect(try lab.decide("2026-03-02T12:00:00Z") == ["02T12:00:00 skippedOverlap"])
    lab.end()
    #expect(try lab.decide("2026-03-02T12:10:00Z") == ["02T11:00:00 late"])
    #expect(lab.records.last?.reason == "it waited for others, 1h10m after it was due")
    #expect(lab.starts.last?.isCatchUp == false)
  }

  @Test func bufferAllKeepsThemInOrderAndStartsOneAtATime() throws {
    var lab = try running(.bufferAll)
    for hour in ["11", "12", "13"] { #expect(try lab.decide("2026-03-02T\(hour):00:00Z") == []) }
    for hour in ["11", "12", "13"] {
      lab.end()
      #expect(try lab.decide("2026-03-02T13:30:00Z") == ["02T\(hour):00:00 late"])
    }
    #expect(lab.cursor.buffer.isEmpty)
  }

  @Test func atMostAThousandWait() throws {
    var lab = try ScheduleLab(
      ScheduleLab.definition(every: .seconds(1)), from: "2026-03-02T00:00:00Z")
    lab.definition.overlap = .bufferAll
    let start: Int64 = 1_772_409_600
    for second in 1...1200 { try lab.decide(at: .second(start + Int64(second))) }
    #expect(lab.cursor.buffer.count == ScheduleCursor.bufferLimit)
    #expect(lab.records.filter { $0.verdict == .skippedOverlap }.count == 199)
    #expect(lab.records.last?.reason == "1000 earlier times wait already")
  }

  @Test(arguments: [
    (ScheduleDefinition.Overlap.cancelOther, Run.StopRequest.Mode.cancel), (.killOther, .kill),
  ])
  func theOtherIsEndedAndThenTheLatestStarts(
    _ overlap: ScheduleDefinition.Overlap, _ mode: Run.StopRequest.Mode,
  ) throws {
    var lab = try running(overlap)
    let first = lab.activity.active
    #expect(try lab.decide("2026-03-02T11:00:00Z") == [])
    #expect(lab.last.stop == ScheduleDecision.Stop(mode: mode, executions: first))
    #expect(lab.last.starts.isEmpty)
    #expect(try lab.decide("2026-03-02T12:00:00Z") == [])
    lab.end()
    #expect(
      try lab.decide("2026-03-02T12:00:10Z").sorted()
        == ["02T11:00:00 skippedOverlap", "02T12:00:00 late"])
    #expect(lab.last.stop == nil)
  }

  @Test func allowAllStartsBesideOthers() throws {
    var lab = try running(.allowAll)
    #expect(try lab.decide("2026-03-02T11:00:00Z") == ["02T11:00:00 ran"])
    #expect(lab.activity.active.count == 2)
  }

  @Test(arguments: ScheduleDefinition.Overlap.allCases)
  func thePolicyOfTheMomentHoldsForWhatWaits(_ overlap: ScheduleDefinition.Overlap) throws {
    var lab = try running(.bufferAll)
    for hour in ["11", "12"] { try lab.decide("2026-03-02T\(hour):00:00Z") }
    lab.definition.overlap = overlap
    let expected: [String] =
      switch overlap {
      case .skip: ["02T11:00:00 skippedOverlap", "02T12:00:00 skippedOverlap"]
      case .bufferOne: ["02T12:00:00 skippedOverlap"]
      case .bufferAll, .cancelOther, .killOther: []
      case .allowAll: ["02T11:00:00 late", "02T12:00:00 late"]
      }
    #expect(try lab.decide("2026-03-02T12:10:00Z") == expected)
    #expect((lab.last.stop != nil) == (overlap == .cancelOther || overlap == .killOther))
  }

  @Test func whatWaitsTooLongMissesItsDeadline() throws {
    var lab = try running(.bufferAll)
    lab.definition.startingDeadline = .minutes(20)
    try lab.decide("2026-03-02T11:00:00Z")
    #expect(lab.nextDue == "2026-03-02T11:20:00.000000001Z")
    #expect(try lab.decide("2026-03-02T11:20:00Z") == [])
    #expect(try lab.decide("2026-03-02T11:20:00.000000001Z") == ["02T11:00:00 skippedDeadline"])
    #expect(lab.nextDue == "2026-03-02T12:00:00Z")
  }

  @Test func anExecutionIsNamedByItsOccurrenceAlone() throws {
    let id = ExecutionID(ofSchedule: "nightly", nominal: 1_772_445_600, fold: 0)
    #expect(ExecutionID(id.description) == id)
    #expect(id.description.utf8.count == 21)
    #expect(try running(.skip).starts.map(\.execution) == [id])
    var seen: Set<ExecutionID> = []
    for name in ["nightly", "nightl", "y"] {
      for nominal in Int64(-500)..<500 {
        for fold in 0..<3 {
          #expect(seen.insert(ExecutionID(ofSchedule: name, nominal: nominal, fold: fold)).inserted)
        }
      }
    }
  }
}
