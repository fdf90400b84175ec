import Testing
import Workflows

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Whatever breaks, and in whatever order: the promises of the book are kept.
///
/// `WRIT_RUNS` says how many runs there are, and `WRIT_SEED` which ones.
struct RunSimulationTests {
  private static func number<Number: FixedWidthInteger>(_ name: String) -> Number? {
    getenv(name).flatMap { Number(String(cString: $0)) }
  }

  @Test func keepsItsPromisesWhateverBreaks() {
    let seed = Self.number("WRIT_SEED") ?? UInt64.random(in: 0...9_999_999)
    let runs = Self.number("WRIT_RUNS") ?? 20_000
    let simulation = RunSimulation(seed: seed, runLimit: runs)
    let length = ContinuousClock().measure { simulation.simulate() }
    let store = simulation.store
    let ends = store.ends.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    print(
      "simulated \(store.runCount) runs of \(simulation.executionCount) executions,",
      "\(simulation.eventCount) events, \(simulation.crashCount) crashes,",
      "\(store.lateResults) late results in \(length):", ends.joined(separator: ", "),
      "(WRIT_SEED=\(seed) WRIT_RUNS=\(runs))")
    #expect(store.problems.isEmpty, "WRIT_SEED=\(seed) WRIT_RUNS=\(runs)")
  }

  /// Whatever the event, the book is what would be read back after it; and it is a value.
  @Test(arguments: 0..<3) func aRestartIsNeverNoticed(_ index: UInt64) {
    let seed = (Self.number("WRIT_SEED") ?? UInt64.random(in: 0...9_999_999)) + index
    let simulation = RunSimulation(
      seed: seed, runLimit: 300, probeCount: 9, jobCount: 12, isSuspicious: true)
    simulation.simulate()
    #expect(simulation.store.problems.isEmpty, "WRIT_SEED=\(seed)")
  }

  @Test func aSeedReplays() {
    func play() -> (Int, [String: Int], Int64) {
      let simulation = RunSimulation(seed: 7, runLimit: 3000)
      simulation.simulate()
      return (simulation.eventCount, simulation.store.ends, simulation.now)
    }
    #expect(play() == play())
  }
}
