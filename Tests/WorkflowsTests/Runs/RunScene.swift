import Actions
import Resources
import Testing
import Workflows

/// What a scene says of the world; every probe is connected until it is said otherwise.
final class SceneWorld: RunWorld {
  var jobs: [String: JobDefinition] = [:]
  var revoked: Set<String> = []
  var admissions: [String: Admission] = [:]
  var disconnected: Set<String> = []
  var heard: [String: Timestamp] = [:]
  var ended: Set<ExecutionID> = []

  func job(_ name: String) -> JobDefinition? { jobs[name] }
  func isRevoked(_ job: String) -> Bool { revoked.contains(job) }
  func admission(_ job: JobDefinition, _ run: RunID) -> Admission {
    admissions[run.probe] ?? .allow
  }
  var limits: [String: Int] = [:]
  func parallelLimit(_ probe: String) -> Int? { limits[probe] }
  func isConnected(_ probe: String) -> Bool { !disconnected.contains(probe) }
  func lastHeard(_ probe: String) -> Timestamp? { heard[probe] }
  func hasEnded(_ execution: ExecutionID) -> Bool { ended.contains(execution) }
}

/// A book with its world, and a store that takes changes by compare-and-set.
struct RunScene {
  var book = RunBook()
  let world = SceneWorld()
  var now = Timestamp(nanoseconds: 1_000_000_000_000)
  var runs: [RunID: Run] = [:]
  var executions: [ExecutionID: Execution] = [:]
  /// All that was given out, in order.
  var notes: [RunNote] = []
  var effects: [RunEffect] = []

  /// Applies an event, stores what changes, and proves that a restart would not notice.
  @discardableResult mutating func apply(
    _ event: RunEvent, sourceLocation: Testing.SourceLocation = #_sourceLocation,
  ) -> RunStep {
    let step = book.apply(event, at: now, world)
    for change in step.runs {
      let stored = runs[change.run.id]?.state
      #expect(stored == change.before, "\(change.run.id)", sourceLocation: sourceLocation)
      if let stored {
        #expect(
          stored == change.run.state || stored.canBecome(change.run.state),
          "\(change.run.id): \(stored) -> \(change.run.state)", sourceLocation: sourceLocation)
      }
      runs[change.run.id] = change.run
    }
    for change in step.executions {
      let id = change.execution.id
      #expect(executions[id]?.state == change.before, "\(id)", sourceLocation: sourceLocation)
      #expect(executions[id]?.state.isTerminal != true, "\(id)", sourceLocation: sourceLocation)
      executions[id] = change.execution
      if change.execution.state.isTerminal { world.ended.insert(id) }
    }
    notes += step.notes
    effects += step.effects
    #expect(restarted == book, "a restart would be noticed", sourceLocation: sourceLocation)
    return step
  }

  /// The book that a server that starts again would have.
  var restarted: RunBook {
    RunBook(executions: Array(executions.values), runs: Array(runs.values))
  }

  /// Lets the clock go on, with a tick at each time that the book asks for.
  mutating func wait(_ span: TimeSpan) {
    let end = Timestamp(nanoseconds: now.nanoseconds + span.nanoseconds)
    while let next = book.nextTimer, next <= end {
      now = max(now, next)
      apply(.tick)
    }
    now = end
  }

  mutating func start(
    _ job: JobDefinition, on probes: [String] = ["a"], after delay: TimeSpan = .zero,
    deadline: TimeSpan? = nil, isApproved: Bool = false,
  ) {
    start("x1", job, on: probes, after: delay, deadline: deadline, isApproved: isApproved)
  }

  mutating func start(
    _ id: String, _ job: JobDefinition, on probes: [String] = ["a"],
    after delay: TimeSpan = .zero, deadline: TimeSpan? = nil, isApproved: Bool = false,
  ) {
    world.jobs[job.name] = job
    apply(
      .start(
        NewExecution(
          id: execution(id), job: job, trigger: .manual, actor: "cli:ana", probes: probes,
          startAt: Timestamp(nanoseconds: now.nanoseconds + delay.nanoseconds),
          deadline: deadline.map {
            Timestamp(nanoseconds: now.nanoseconds + $0.nanoseconds)
          }, isApproved: isApproved)))
  }

  /// Has a run that was sent start, and end with `code`.
  mutating func end(_ id: String, _ code: Int32 = 0) {
    apply(.started(run(id), at: now))
    apply(
      .finished(run(id), ActionResult(.completed, exitCode: code), isSuccess: code == 0))
  }

  mutating func end(_ id: String, _ result: ActionResult) {
    apply(.finished(run(id), result, isSuccess: false))
  }

  mutating func stop(_ scope: StopScope, _ mode: Run.StopRequest.Mode = .cancel) {
    apply(.stop(scope, mode, by: "cli:bob", reason: mode == .kill ? .killed : .canceled))
  }

  /// The names of all attempts that were sent so far, in order.
  var sent: [String] {
    effects.compactMap { effect in
      if case .send(let run, _) = effect { "\(run.id)" } else { nil }
    }
  }

  /// The stops that were asked for so far, a kill with a `!`.
  var stops: [String] {
    effects.compactMap { effect in
      if case .stop(let id, let kill) = effect { "\(id)\(kill ? "!" : "")" } else { nil }
    }
  }

  /// State and reason of a run, as `failed exitCode`.
  func state(_ id: String) -> String {
    guard let run = runs[run(id)] else { return "none" }
    return run.state.rawValue + (run.reason.map { " \($0.rawValue)" } ?? "")
  }

  func outcome(_ id: String = "x1") -> Execution.State? { executions[execution(id)]?.state }
}

/// Makes the name of a run; a name that is none is a mistake in the test.
func run(_ text: String) -> RunID {
  guard let id = RunID(text) else { preconditionFailure("\(text) names no run") }
  return id
}

/// Makes the name of an execution; a name that is none is a mistake in the test.
func execution(_ text: String) -> ExecutionID {
  guard let id = ExecutionID(text) else { preconditionFailure("\(text) names no execution") }
  return id
}

/// A job that does nothing, changed by `body`.
func makeJob(
  _ name: String = "backup", version: String = "1", _ body: (inout JobDefinition) -> Void = { _ in },
) -> JobDefinition {
  var job = JobDefinition(
    name: name, digest: Digest(of: Array("\(name) \(version)".utf8)),
    action: .exec(Action.Program(argv: ["true"])))
  body(&job)
  return job
}
