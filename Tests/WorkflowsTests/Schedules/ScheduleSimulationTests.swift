import Testing
import Workflows

/// Schedules under faults: `WRIT_SEED` repeats a failure, `WRIT_OCCURRENCES` says how many rows.
struct ScheduleSimulationTests {
  private static let shards = 4
  /// How many rows a schedule lives for.
  private static let life = 5000

  @Test(arguments: 0..<shards)
  func nothingIsDecidedTwiceAndNothingStartsTwice(_ shard: Int) throws {
    let first = Simulation.seed(else: 5) &+ UInt64(shard) << 32
    let limit = Simulation.occurrences(else: 1_000_000) / Self.shards
    let schedules = try RandomSchedules()
    var rows = 0
    var starts = 0
    var seed = first
    var verdicts: Set<OccurrenceRecord.Verdict> = []
    while rows < limit {
      var world = try ScheduleWorld(seed: seed, schedules: schedules)
      do { try world.live(rows: min(Self.life, limit)) } catch {
        Issue.record("\(error)")
        return
      }
      rows += world.rowCount
      starts += world.startCount
      verdicts.formUnion(world.verdicts.keys)
      seed &+= 1
    }
    #expect(starts > rows / 20, "seeds from \(first): \(starts) starts of \(rows) rows")
    // In so many rows there is one of each, but for those of rare clock changes.
    let rare: Set<OccurrenceRecord.Verdict> = [.skippedGap, .mergedGap, .skippedFold]
    if limit >= 100_000 {
      #expect(verdicts.union(rare) == Set(OccurrenceRecord.Verdict.allCases))
      #expect(!verdicts.isDisjoint(with: rare))
    }
  }

  @Test(arguments: ScheduleWorld.Sabotage.allCases)
  func aStoreThatIsWrongIsNoticed(_ sabotage: ScheduleWorld.Sabotage) throws {
    let schedules = try RandomSchedules()
    let failures = try (0..<20).filter { seed in
      var world = try ScheduleWorld(seed: UInt64(seed), schedules: schedules, sabotage: sabotage)
      do {
        try world.live(rows: 1500)
        return false
      } catch { return true }
    }
    #expect(!failures.isEmpty)
  }

  @Test func aSeedSaysEverything() throws {
    let schedules = try RandomSchedules()
    let worlds = try (0..<2).map { _ in
      var world = try ScheduleWorld(seed: 42, schedules: schedules)
      try world.live(rows: 1000)
      return world
    }
    #expect(worlds[0].names == worlds[1].names)
    #expect(worlds[0].cursor == worlds[1].cursor)
    #expect(worlds[0].executions == worlds[1].executions)
  }
}
