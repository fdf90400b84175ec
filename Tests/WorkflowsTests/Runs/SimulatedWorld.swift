import Actions
import Resources
import Workflows

/// What a simulated server knows.
final class SimulatedWorld: RunWorld {
  var jobs: [String: JobDefinition] = [:]
  var revoked: Set<String> = []
  var queued: Set<String> = []
  var denied: Set<String> = []
  var connected: Set<String> = []
  var heard: [String: Timestamp] = [:]
  var ended: (Int) -> Bool = { _ in false }

  func job(_ name: String) -> JobDefinition? { jobs[name] }
  func isRevoked(_ job: String) -> Bool { revoked.contains(job) }
  func isConnected(_ probe: String) -> Bool { connected.contains(probe) }
  func lastHeard(_ probe: String) -> Timestamp? { heard[probe] }
  func hasEnded(_ execution: ExecutionID) -> Bool { ended(SimulatedStore.number(of: execution)) }

  func admission(_ job: JobDefinition, _ run: RunID) -> Admission {
    if denied.contains(job.name), SimulatedStore.number(run.probe) % 7 == 0 { return .deny("no") }
    return queued.contains(job.name) ? .queue("ask") : .allow
  }

  /// One of many kinds of jobs, by its number, in one of its versions.
  static func job(_ number: Int, version: Int) -> JobDefinition {
    var random = SimulatedRandom(seed: UInt64(number))
    var job = JobDefinition(
      name: "j\(number)", digest: Digest(of: Array("j\(number) \(version)".utf8)),
      action: .exec(Action.Program(argv: ["true"])))
    let rules: [JobDefinition.Concurrency] = [.forbid, .allow, .replace]
    job.concurrency = rules[random.below(3)]
    job.isIdempotent = random.chance(50)
    job.onLost = [JobDefinition.LostRule.retry, .fail, .ask][random.below(3)]
    job.retry = .init(
      attempts: 1 + random.below(3), initial: .seconds(1), multiplier: 2, longest: .seconds(30),
      on: random.chance(30) ? .init(exitCodes: [1...9], lost: random.chance(50)) : nil)
    if random.chance(20) { job.jitter = .seconds(5) }
    if random.chance(20) { job.approvers = 1 + random.below(2) }
    let ages: [JobDefinition.Staleness] = [
      .cached, .cached, .unchecked, .strict(maxCacheAge: .zero),
      .strict(maxCacheAge: .seconds(5)),
    ]
    job.staleness = ages[random.below(5)]
    guard random.chance(40) else { return job }
    let waves: [JobDefinition.RolloutWave] = [
      .init(size: .count(1), delay: .zero), .init(size: .percent(10), delay: .zero),
      .init(size: .percent(50), delay: .seconds(Int64(random.below(10)))),
    ]
    job.rollout = .init(
      waves: Array(waves.prefix(random.below(4))),
      maxFailures: random.chance(50) ? .count(random.below(4)) : .percent(random.below(60)))
    return job
  }
}

/// A host in the simulation.
struct SimulatedProbe {
  let name: String
  /// Changes whenever a connection begins or ends: what is on its way then is lost.
  var session = 0
  /// What runs on it.
  var running: Set<Int> = []
  /// What ended, and was not taken by the server yet.
  var results: [Int: (RunID, ActionResult, Bool)] = [:]
}
