import Actions
import Engine
import Persistence
import Resources
import TestSupport
import Testing

@Suite("What ended long ago goes")
struct RunPruningTests {
  /// A job with as many ended runs, one each minute, the last of them now.
  private static func workshop(runs: Int, of jobs: [String] = ["a"]) async throws -> RunWorkshop {
    var files: [String: String] = [:]
    for job in jobs { files["manifests/\(job).yaml"] = RunWorkshop.job(job) }
    let shop = try RunWorkshop(files)
    for number in 0..<runs {
      if number > 0 { shop.world.wall.advance(seconds: 60) }
      for job in jobs { _ = try shop.service.start(job) }
      await shop.turn()
      shop.runner.finishAll()
      await shop.turn()
    }
    return shop
  }

  private func prune(
    _ shop: RunWorkshop, _ rule: RunRetention, batch: Int = RunPruning.batch,
  ) throws -> Bool {
    try shop.world.store.pruneRuns(rule, at: shop.world.wall.now(), batch: batch)
  }

  @Test("by age: what ended longer ago than that, to the nanosecond")
  func age() async throws {
    let shop = try await Self.workshop(runs: 5)
    #expect(try !prune(shop, RunRetention(age: .minutes(4))))
    #expect(try shop.states().count == 5)
    #expect(try !prune(shop, RunRetention(age: .minutes(2))))
    #expect(try shop.states().count == 3)
    shop.world.wall.advance(by: .nanoseconds(1))
    #expect(try !prune(shop, RunRetention(age: .minutes(2))))
    #expect(try shop.states().count == 2)
  }

  @Test("by count: the newest of each job stay, whatever other jobs do")
  func count() async throws {
    let shop = try await Self.workshop(runs: 4, of: ["a", "b"])
    _ = try shop.service.start("b")
    await shop.turn()
    shop.runner.finishAll()
    await shop.turn()
    #expect(try !prune(shop, RunRetention(countOfJob: 4)))
    let states = try shop.states()
    #expect(states.count { $0.hasPrefix("a.") } == 4)
    #expect(states.count { $0.hasPrefix("b.") } == 4)
  }

  @Test("in batches: no transaction removes more, and each says whether there is more")
  func batches() async throws {
    let shop = try await Self.workshop(runs: 7)
    shop.world.wall.advance(seconds: 3600)
    let rule = RunRetention(age: .minutes(10))
    for (left, hasMore) in [(4, true), (1, true), (0, false)] {
      #expect(try prune(shop, rule, batch: 3) == hasMore)
      #expect(try shop.states().count == left)
    }
  }

  @Test("never what goes on, however old it is, nor what it needs to end")
  func running() async throws {
    let shop = try RunWorkshop(["manifests/a.yaml": RunWorkshop.job("a")])
    _ = try shop.service.start("a")
    await shop.turn()
    shop.world.wall.advance(seconds: 86_400 * 365)
    let rule = RunRetention(age: .minutes(1), countOfJob: 1)
    #expect(try !prune(shop, rule))
    #expect(try shop.states() == ["a.local.1 pending"])
    shop.runner.finishAll()
    await shop.turn()
    #expect(try !prune(shop, rule))
    #expect(try shop.states() == ["a.local.1 success"])
    shop.world.wall.advance(seconds: 61)
    #expect(try !prune(shop, rule))
    #expect(try shop.states() == [])
  }

  @Test("with all that belongs to it, and the journal keeps what happened")
  func everything() async throws {
    let shop = try RunWorkshop(["manifests/a.yaml": RunWorkshop.job("a")])
    let started = try shop.service.start("a")
    await shop.turn()
    let run = "\(started.execution).local.1"
    shop.runner.report(
      run, .output(OutputChunk(stream: .stdout, offset: 0, bytes: Array("hello".utf8))))
    shop.runner.finish(run)
    await shop.turn()
    let database = try Vandal(shop.world.databasePath)
    func rows() throws -> [Int] {
      try ["execution", "run", "run_output"].map {
        try database.count("SELECT count(*) FROM \($0)")
      }
    }
    #expect(try rows() == [1, 1, 1])
    let before = try shop.kinds()
    shop.world.wall.advance(seconds: 3600)
    _ = try prune(shop, RunRetention(age: .minutes(1)))
    #expect(try rows() == [0, 0, 0])
    #expect(try shop.kinds() == before)
    #expect(try shop.world.store.firstBrokenEvent() == nil)
  }

  @Test("verdicts of schedules by age, and a new one takes up where they ended")
  func verdicts() async throws {
    let shop = try RunWorkshop([
      "manifests/a.yaml": RunWorkshop.job("a"),
      "manifests/s.yaml": RunWorkshop.schedule("s", "a", DispatchScheduleTests.minutely),
    ])
    await shop.turn()
    for _ in 0..<4 {
      shop.world.wall.advance(seconds: 60)
      await shop.turn()
      shop.runner.finishAll()
      await shop.turn()
    }
    #expect(try !prune(shop, RunRetention(age: .seconds(90))))
    let left = try shop.world.store.occurrences(of: "s", before: nil, limit: 10)
    #expect(left.count == 2)
    await shop.turn()
    #expect(shop.runner.started.count == 4)
  }

  @Test("looks again at once where there is more, and later where there is none")
  func pauses() async throws {
    let shop = try await Self.workshop(runs: 3)
    shop.world.wall.advance(seconds: 3600)
    let clock = ManualClock()
    let pruning = RunPruning(
      store: shop.world.store, rule: RunRetention(age: .minutes(1)), clock: clock,
      wall: shop.world.wall, logger: shop.log.logger)
    let task = Task { await pruning.run() }
    await clock.sleeper(for: RunPruning.interval)
    #expect(try shop.states() == [])
    task.cancel()
    await task.value
  }
}
