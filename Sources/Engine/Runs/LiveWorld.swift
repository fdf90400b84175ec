import Actions
import CEL
import Kinds
import Planning
import Resources
import TimeZones
import Workflows

/// What is live, as the machine of runs asks for it: read when it is asked for, and kept until
/// something else is live.
///
/// It belongs to one dispatcher, and is of use only while that has a transaction open.
final class LiveWorld: RunWorld {
  /// A job, and what the machine does not need to know of it.
  struct Job {
    var definition: JobDefinition
    var targets: Value
    var approval: Value?
    /// When a run counts as a success; nil for exit code 0.
    var success: CELProgram?
  }

  /// How many attempts each of the server's own probes has at a time.
  private let parallelRuns: Int
  private(set) var fleet = Fleet([])
  private(set) var policies: [HostPolicy] = []
  private var root: Digest?
  private var jobs: [String: Job?] = [:]
  private var schedules: [String: (definition: ScheduleDefinition, targets: Value?)] = [:]
  private var revoked: Set<String> = []
  private var transaction: (any RunTransaction)?
  /// What went wrong while the machine asked; it cannot take errors.
  private(set) var failure: StoreError?
  /// Executions that people let go on, whatever a command policy would have wait.
  var admitted: Set<ExecutionID> = []
  /// Whether nothing is sent any more.
  var isStopping = false

  /// So many jobs and schedules are kept.
  private static let cacheLimit = 50_000

  init(parallelRuns: Int) { self.parallelRuns = parallelRuns }

  // MARK: Transactions

  /// - Returns: whether something else is live than the last time.
  func enter(_ transaction: any RunTransaction) throws(StoreError) -> Bool {
    self.transaction = transaction
    failure = nil
    revoked = Set(try transaction.revocations().map(\.job))
    let root = try transaction.stateRoot()
    if root == self.root { return false }
    jobs = [:]
    schedules = [:]
    fleet = Fleet(try transaction.live(kind: Kind.probe.name))
    policies = try transaction.live(kind: Kind.commandPolicy.name).compactMap(HostPolicy.init)
    self.root = root
    return true
  }

  func leave() throws(StoreError) {
    transaction = nil
    if let failure { throw failure }
  }

  // MARK: Jobs

  func liveJob(_ name: String) -> Job? {
    if let known = jobs[name] { return known }
    guard let transaction else { return nil }
    do throws(StoreError) {
      let live = try transaction.live(ResourceKey(kind: Kind.job.name, name: name))
      let job = live.flatMap { Self.job(name, $0.digest, $0.content) }
      if jobs.count >= Self.cacheLimit { jobs = [:] }
      jobs[name] = .some(job)
      return job
    } catch {
      failure = failure ?? error
      return nil
    }
  }

  private static func job(_ name: String, _ digest: Digest, _ content: Value) -> Job? {
    guard let definition = JobDefinition(name: name, digest: digest, content: content) else {
      return nil
    }
    let spec = content["spec"]
    var job = Job(
      definition: definition, targets: spec?["targets"] ?? [:], approval: spec?["approval"])
    if let text = spec?["success"]?.string, text != "run.exitCode == 0" {
      job.success = try? ExpressionEnvironments.success.compile(text)
    }
    return job
  }

  // MARK: Schedules

  /// A schedule, as far as it can be decided.
  func schedule(_ name: String, _ zone: (String) -> Zone?) -> ScheduleLookup {
    if let known = schedules[name] { return .live(known.definition, targets: known.targets) }
    guard let transaction else { return .unreadable }
    let live: (digest: Digest, content: Value)?
    do throws(StoreError) {
      live = try transaction.live(ResourceKey(kind: Kind.schedule.name, name: name))
    } catch {
      failure = failure ?? error
      return .unreadable
    }
    let lookup = ScheduleLookup(name, live, zone)
    if case .live(let definition, let targets) = lookup {
      if schedules.count >= Self.cacheLimit { schedules = [:] }
      schedules[name] = (definition, targets)
    }
    return lookup
  }

  /// Keeps what a schedule remembers of its times.
  func remember(_ definition: ScheduleDefinition) {
    schedules[definition.name]?.definition = definition
  }

  // MARK: RunWorld

  func job(_ name: String) -> JobDefinition? { liveJob(name)?.definition }

  func isRevoked(_ job: String) -> Bool { revoked.contains(job) }

  func admission(_ job: JobDefinition, _ run: RunID) -> Admission {
    var waits: String?
    for policy in policies where policy.covers(run.probe, in: fleet) {
      guard case .refused(let reason) = policy.policy.decide(job.judgedAction) else { continue }
      if !policy.queues { return .deny(reason) }
      waits = waits ?? reason
    }
    return admitted.contains(run.execution) ? .allow : waits.map { .queue($0) } ?? .allow
  }

  func isConnected(_ probe: String) -> Bool {
    guard !isStopping, let probe = fleet[probe], !probe.isSuspended else { return false }
    return probe.isServer
  }

  func parallelLimit(_ probe: String) -> Int? {
    fleet[probe]?.isServer == true ? parallelRuns : nil
  }

  func lastHeard(_ probe: String) -> Timestamp? { nil }

  func hasEnded(_ execution: ExecutionID) -> Bool {
    guard let transaction else { return false }
    do throws(StoreError) {
      return try transaction.hasExecution(execution)
    } catch {
      failure = failure ?? error
      return true
    }
  }
}

/// What there is of a schedule.
enum ScheduleLookup {
  /// It, and what narrows the targets of its job.
  case live(ScheduleDefinition, targets: Value?)
  case gone
  /// This machine does not have its zone.
  case zoneMissing(String)
  /// The store failed.
  case unreadable

  init(
    _ name: String, _ live: (digest: Digest, content: Value)?, _ zone: (String) -> Zone?,
  ) {
    guard let live, let spec = live.content["spec"] else {
      self = .gone
      return
    }
    let zoneName = ScheduleSpec.zoneName(spec)
    guard let zone = zone(zoneName) else {
      self = .zoneMissing(zoneName)
      return
    }
    self =
      ScheduleDefinition(name: name, digest: live.digest, content: live.content, in: zone)
      .map { .live($0, targets: spec["targets"]) } ?? .gone
  }
}

/// A live CommandPolicy.
struct HostPolicy {
  var policy: CommandPolicy
  var targets: Value
  /// Whether what it does not allow waits for approval.
  var queues: Bool
  var approval: Value?

  init?(_ live: (name: String, content: Value)) {
    guard let spec = live.content["spec"],
      let level = CommandLevel.allCases.first(where: { $0.name == spec["level"]?.string })
    else { return nil }
    policy = CommandPolicy(
      name: live.name, level: level, allowed: spec["allowed"]?.strings ?? [],
      blocked: spec["blocked"]?.strings ?? [], paths: spec["paths"]?.strings ?? [])
    targets = spec["targets"] ?? ["all": true]
    queues = spec["otherwise"] == "queue"
    approval = spec["approval"]
  }

  func covers(_ probe: String, in fleet: Fleet) -> Bool { fleet.contains(probe, in: targets) }
}

extension JobDefinition {
  /// The action, with the names of its secrets in its environment: a name alone may be dangerous.
  var judgedAction: Action {
    func joined(_ surroundings: Action.Surroundings) -> Action.Surroundings {
      var result = surroundings
      for name in secrets.keys { result.environment[name] = "" }
      return result
    }
    switch action {
    case .shell(var script):
      script.surroundings = joined(script.surroundings)
      return .shell(script)
    case .exec(var program):
      program.surroundings = joined(program.surroundings)
      return .exec(program)
    default: return action
    }
  }
}
