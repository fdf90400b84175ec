package import Resources
package import Workflows

/// What somebody asks of whoever dispatches runs; kept until it is done.
package struct RunRequest: Hashable, Sendable {
  /// Its place in the queue; 0 for one that is not in it yet.
  package var id: Int64
  package var action: Action
  package var actor: String
  package var time: Timestamp

  package enum Action: Hashable, Sendable {
    case start(Start)
    case stop(StopScope, mode: Run.StopRequest.Mode)
    /// A job was revoked or deleted; it is told apart by what is live.
    case revoked(job: String, isDeleted: Bool)
    /// What waits is to be judged again.
    case judge
    /// The times of a schedule from the first instant to the last are to run, in seconds.
    case backfill(schedule: String, from: Int64, through: Int64)
  }

  package struct Start: Hashable, Sendable {
    package var id: ExecutionID
    package var job: String
    package var trigger: Execution.Trigger
    /// A narrower choice among the job's targets, as in a manifest.
    package var targets: Value?
    package var deadline: Timestamp?

    package init(
      id: ExecutionID, job: String, trigger: Execution.Trigger = .manual, targets: Value? = nil,
      deadline: Timestamp? = nil,
    ) {
      self.id = id
      self.job = job
      self.trigger = trigger
      self.targets = targets
      self.deadline = deadline
    }
  }

  package init(id: Int64 = 0, _ action: Action, actor: String, time: Timestamp) {
    self.id = id
    self.action = action
    self.actor = actor
    self.time = time
  }
}

// MARK: As the database has it

extension RunRequest {
  /// One word, and what belongs to it.
  package var encoded: (kind: String, payload: Value) {
    switch action {
    case .start(let start):
      (
        "start",
        [
          "deadline": start.deadline.map { .integer($0.nanoseconds) } ?? .null,
          "id": .string(start.id.description), "job": .string(start.job),
          "retryOf": start.trigger.retried.map { .string($0.description) } ?? .null,
          "targets": start.targets ?? .null,
        ]
      )
    case .stop(let scope, let mode):
      (
        "stop",
        ["mode": .string(mode.rawValue), "scope": .string(scope.word), "what": .string(scope.name)]
      )
    case .revoked(let job, let isDeleted):
      ("revoked", ["isDeleted": .bool(isDeleted), "job": .string(job)])
    case .judge: ("judge", [:])
    case .backfill(let schedule, let from, let through):
      (
        "backfill",
        ["from": .integer(from), "schedule": .string(schedule), "through": .integer(through)]
      )
    }
  }

  /// Reads what ``encoded`` gave; nil for another form.
  package init?(id: Int64, kind: String, payload: Value, actor: String, time: Timestamp) {
    guard let action = Action(kind: kind, payload) else { return nil }
    self.init(id: id, action, actor: actor, time: time)
  }
}

extension RunRequest.Action {
  fileprivate init?(kind: String, _ payload: Value) {
    switch kind {
    case "start":
      guard let id = payload["id"]?.string.flatMap({ ExecutionID($0) }),
        let job = payload["job"]?.string
      else { return nil }
      let retried = payload["retryOf"]?.string.flatMap { ExecutionID($0) }
      self = .start(
        RunRequest.Start(
          id: id, job: job, trigger: retried.map { .retry(of: $0) } ?? .manual,
          targets: payload["targets"].flatMap { $0 == .null ? nil : $0 },
          deadline: payload["deadline"]?.integer.map { Timestamp(nanoseconds: $0) }))
    case "stop":
      guard let mode = payload["mode"]?.string.flatMap(Run.StopRequest.Mode.init),
        let scope = StopScope(payload["scope"]?.string, payload["what"]?.string)
      else { return nil }
      self = .stop(scope, mode: mode)
    case "revoked":
      guard let job = payload["job"]?.string else { return nil }
      self = .revoked(job: job, isDeleted: payload["isDeleted"] == true)
    case "judge": self = .judge
    case "backfill":
      guard let schedule = payload["schedule"]?.string, let from = payload["from"]?.integer,
        let through = payload["through"]?.integer
      else { return nil }
      self = .backfill(schedule: schedule, from: from, through: through)
    default: return nil
    }
  }
}

extension StopScope {
  fileprivate var word: String {
    switch self {
    case .run: "run"
    case .execution: "execution"
    case .job: "job"
    }
  }

  fileprivate var name: String {
    switch self {
    case .run(let id): id.description
    case .execution(let id): id.description
    case .job(let name): name
    }
  }

  fileprivate init?(_ word: String?, _ name: String?) {
    guard let name else { return nil }
    switch word {
    case "run":
      guard let id = RunID(name) else { return nil }
      self = .run(id)
    case "execution":
      guard let id = ExecutionID(name) else { return nil }
      self = .execution(id)
    case "job": self = .job(name)
    default: return nil
    }
  }
}

extension Execution.Trigger {
  fileprivate var retried: ExecutionID? {
    if case .retry(let id) = self { id } else { nil }
  }
}
