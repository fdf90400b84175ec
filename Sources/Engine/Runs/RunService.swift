import Kinds
package import Planning
package import Resources
package import TimeZones
package import Workflows

/// What people and programs may ask about runs: one layer for the command line and for HTTP.
///
/// It checks what is asked against what is live, and puts a request into the store; whoever
/// dispatches takes it from there. So nothing is lost where nobody does, and what was asked for is
/// on record before it happens.
package struct RunService: Sendable {
  package let store: any RunStore
  package let actor: String
  private let wall: any WallClock
  private let zones: @Sendable (String) -> Zone?
  private let zoneDataVersion: String

  /// - Parameters:
  ///   - zones: the time zones of this machine, by name.
  ///   - zoneDataVersion: what is on record with decisions that were made with them.
  package init(
    store: any RunStore, actor: String, wall: any WallClock,
    zones: @escaping @Sendable (String) -> Zone?, zoneDataVersion: String,
  ) {
    self.store = store
    self.actor = actor
    self.wall = wall
    self.zones = zones
    self.zoneDataVersion = zoneDataVersion
  }

  // MARK: Starting

  /// What is started, and where.
  package struct Started: Hashable, Sendable {
    package var execution: ExecutionID
    package var probes: [String]
    /// How many people must approve it first.
    package var approvers: Int
  }

  /// Asks for an execution of a job.
  ///
  /// - Parameter targets: a narrower choice among the job's targets, as in a manifest.
  package func start(
    _ job: String, on targets: Value? = nil, deadline: Timestamp? = nil,
    as id: ExecutionID = .random(), trigger: Execution.Trigger = .manual,
  ) throws(StoreError) -> Started {
    let now = wall.now()
    return try store.dispatch(at: now) { transaction throws(StoreError) in
      let content = try Self.content(of: job, transaction)
      try Self.expectNotRevoked(job, transaction)
      guard
        let definition = JobDefinition(name: job, digest: content.digest, content: content.content)
      else { throw StoreError(.corrupt, "the content of Job/\(job) cannot be read") }
      let fleet = Fleet(try transaction.live(kind: Kind.probe.name))
      let own = content.content["spec"]?["targets"] ?? [:]
      let probes = fleet.resolve([own] + (targets.map { [$0] } ?? []))
      guard !probes.isEmpty else {
        throw StoreError(
          .notFound,
          "no probe matches the targets of Job/\(job)\(targets == nil ? "" : " and --on")",
          hint: "see the probes that there are: writ get Probe; the server's own is local")
      }
      try transaction.enqueue(
        RunRequest(
          .start(
            RunRequest.Start(
              id: id, job: job, trigger: trigger, targets: targets, deadline: deadline)),
          actor: actor, time: now))
      return Started(execution: id, probes: probes, approvers: definition.approvers)
    }
  }

  /// Asks for what did not succeed once more, where it did not.
  package func retry(
    _ name: String, as id: ExecutionID = .random(),
  ) throws(StoreError) -> Started {
    let found = try find(name)
    let execution = found.execution
    guard found.run?.state.isTerminal ?? execution.state.isTerminal else {
      throw StoreError(
        .stale, "\(name) has not ended yet", hint: "stop it first: writ cancel \(name)")
    }
    var last: [String: Run] = [:]
    for run in try store.runs(of: execution.id) { last[run.id.probe] = run }
    let probes =
      found.run.map { [$0.id.probe] }
      ?? last.values
      .filter { $0.state != .success }.map(\.id.probe).sorted()
    guard found.run?.state != .success, !probes.isEmpty else {
      throw StoreError(
        .stale, "\(name) was a success, so there is nothing to repeat",
        hint: "run the job again with: writ run \(execution.job)")
    }
    return try start(
      execution.job, on: ["probes": .array(probes.map { .string($0) })], as: id,
      trigger: .retry(of: execution.id))
  }

  // MARK: Stopping

  /// Asks runs to stop; with `mode` kill it does not wait for them.
  ///
  /// - Returns: how many runs that concerns now.
  package func stop(
    _ scope: StopScope, _ mode: Run.StopRequest.Mode,
  ) throws(StoreError) -> Int {
    let now = wall.now()
    return try store.dispatch(at: now) { transaction throws(StoreError) in
      let active = try transaction.activeExecutions().runs.filter { !$0.state.isTerminal }
      let count = active.count { run in
        switch scope {
        case .run(let id): run.id == id
        case .execution(let id): run.id.execution == id
        case .job(let job): run.job == job
        }
      }
      if count == 0 { return 0 }
      try transaction.enqueue(RunRequest(.stop(scope, mode: mode), actor: actor, time: now))
      return count
    }
  }

  /// Forbids a job from starting anywhere.
  ///
  /// - Returns: whether it was allowed before.
  package func revoke(_ job: String, reason: String) throws(StoreError) -> Bool {
    let now = wall.now()
    return try store.dispatch(at: now) { transaction throws(StoreError) in
      let isNew = try transaction.revoke(
        Revocation(job: job, isByDeletion: false, actor: actor, reason: reason, time: now))
      guard isNew else { return false }
      try transaction.append(
        [
          NewEvent(
            .jobRevoked, subject: "Job/\(job)",
            payload: ["isByDeletion": false, "reason": .string(reason)])
        ], actor: actor)
      try transaction.enqueue(
        RunRequest(.revoked(job: job, isDeleted: false), actor: actor, time: now))
      return true
    }
  }

  /// Lets a job start again.
  ///
  /// - Returns: whether it was revoked.
  package func unrevoke(_ job: String, reason: String) throws(StoreError) -> Bool {
    let now = wall.now()
    return try store.dispatch(at: now) { transaction throws(StoreError) in
      guard try transaction.unrevoke(job) else { return false }
      try transaction.append(
        [NewEvent(.jobUnrevoked, subject: "Job/\(job)", payload: ["reason": .string(reason)])],
        actor: actor)
      try transaction.enqueue(RunRequest(.judge, actor: actor, time: now))
      return true
    }
  }

  // MARK: Schedules

  /// Holds a schedule beside git, or ends that.
  ///
  /// - Returns: whether anything changed.
  package func setPaused(
    _ isPaused: Bool, _ schedule: String, reason: String, until: Timestamp? = nil,
  ) throws(StoreError) -> Bool {
    let now = wall.now()
    return try store.dispatch(at: now) { transaction throws(StoreError) in
      let row = try Self.row(of: schedule, transaction)
      var cursor: ScheduleCursor
      if let known = row.cursor {
        cursor = known
      } else {
        cursor = try beginning(of: row, transaction)
      }
      let isHeld = cursor.pause.map { $0.until.map { now < $0 } ?? true } ?? false
      if isHeld == isPaused, until == cursor.pause?.until || !isPaused { return false }
      if isPaused {
        cursor.pause(by: actor, reason: reason, at: now, until: until)
      } else {
        cursor.resume(at: now)
      }
      cursor.nextDue = now
      try transaction.save(cursor)
      try transaction.append(
        [
          NewEvent(
            isPaused ? .schedulePaused : .scheduleResumed, subject: "Schedule/\(schedule)",
            payload: [
              "reason": .string(reason), "until": until.map { .string($0.description) } ?? .null,
            ])
        ], actor: actor)
      return true
    }
  }

  /// The cursor of a schedule that no server has decided on yet.
  private func beginning(
    of row: ScheduleRow, _ transaction: any RunTransaction,
  ) throws(StoreError) -> ScheduleCursor {
    let key = ResourceKey(kind: Kind.schedule.name, name: row.name)
    var definition: ScheduleDefinition
    switch ScheduleLookup(row.name, try transaction.live(key), zones) {
    case .live(let live, _): definition = live
    case .gone, .unreadable: throw StoreError(.notFound, "there is no live \(key)")
    case .zoneMissing(let zone):
      throw StoreError(
        .blocked, "\(key) cannot be decided here: this machine has no time zone \(zone)",
        hint: "install tzdata, or hold it in git with spec.suspend: true")
    }
    let begun = ScheduleMachine.begin(
      &definition, at: row.changedAt, previous: nil,
      ledger: try transaction.ledgerEnd(of: row.name), zoneDataVersion: zoneDataVersion)
    _ = try transaction.record(begun.records)
    return begun.cursor
  }

  /// Asks for the times of a schedule from one instant to another, one after the other.
  ///
  /// Times that ran already do not run again.
  package func backfill(
    _ schedule: String, from: Timestamp, through: Timestamp,
  ) throws(StoreError) {
    let now = wall.now()
    try store.dispatch(at: now) { transaction throws(StoreError) in
      _ = try Self.row(of: schedule, transaction)
      try transaction.append(
        [
          NewEvent(
            .backfillRequested, subject: "Schedule/\(schedule)",
            payload: [
              "from": .string(from.description), "through": .string(through.description),
            ])
        ], actor: actor)
      try transaction.enqueue(
        RunRequest(
          .backfill(
            schedule: schedule, from: from.nanoseconds / 1_000_000_000,
            through: through.nanoseconds / 1_000_000_000), actor: actor, time: now))
    }
  }

  /// Has what waits judged again, after people said something of it.
  package func judge() throws(StoreError) {
    let now = wall.now()
    try store.dispatch(at: now) { transaction throws(StoreError) in
      try transaction.enqueue(RunRequest(.judge, actor: actor, time: now))
    }
  }

  /// Those who may approve an execution that waits; nil for anybody.
  package func approvers(of execution: Execution) throws(StoreError) -> [Person]? {
    try store.dispatch(at: wall.now()) { transaction throws(StoreError) in
      let rule = try RunApproval.Rule(for: execution, transaction)
      return try rule.people(transaction)
    }
  }

  // MARK: Finding

  /// An execution, or one attempt of it.
  package struct Found: Sendable {
    package var execution: Execution
    package var run: Run?
  }

  /// What `name` names: a run or an execution, or the beginning of only one of them.
  package func find(_ name: String) throws(StoreError) -> Found {
    let executions = try store.executions(named: String(name.prefix { $0 != "." }), limit: 9)
    guard let execution = executions.first else {
      throw StoreError(.notFound, "there is no run \(name)", hint: "see what ran: writ runs")
    }
    guard executions.count == 1 || executions.contains(where: { $0.id.description == name }) else {
      let names = executions.map(\.id.description).joined(separator: ", ")
      throw StoreError(
        .other, "\(name) may be one of \(names)", hint: "write more of its name")
    }
    if !name.contains(".") { return Found(execution: execution) }
    let runs = try store.runs(named: name, limit: 100)
    if let run = runs.first(where: { $0.id.description == name }) ?? Self.last(runs) {
      return Found(execution: execution, run: run)
    }
    throw StoreError(
      .notFound, "there is no run \(name) in the execution \(execution.id)",
      hint: "see its runs: writ runs --execution \(execution.id)")
  }

  /// The last attempt, where all are on one probe.
  private static func last(_ runs: [Run]) -> Run? {
    Set(runs.map(\.id.probe)).count == 1 ? runs.max { $0.id.attempt < $1.id.attempt } : nil
  }

  // MARK: What is live

  private static func content(
    of job: String, _ transaction: any RunTransaction,
  ) throws(StoreError) -> (digest: Digest, content: Value) {
    if let live = try transaction.live(ResourceKey(kind: Kind.job.name, name: job)) { return live }
    let names = try transaction.live(kind: Kind.job.name).map(\.name)
    throw StoreError(
      .notFound, "there is no live Job/\(job)",
      hint: Suggestion.didYouMean(job, among: names) ?? "see the jobs that there are: writ job list"
    )
  }

  private static func expectNotRevoked(
    _ job: String, _ transaction: any RunTransaction,
  ) throws(StoreError) {
    guard let revocation = try transaction.revocations().first(where: { $0.job == job }) else {
      return
    }
    throw StoreError(
      .blocked,
      "Job/\(job) is revoked since \(revocation.time) by \(revocation.actor): \(revocation.reason)",
      hint: "let it start again with: writ unrevoke \(job)")
  }

  private static func row(
    of schedule: String, _ transaction: any RunTransaction,
  ) throws(StoreError) -> ScheduleRow {
    if let row = try transaction.schedule(schedule) { return row }
    let names = try transaction.live(kind: Kind.schedule.name).map(\.name)
    throw StoreError(
      .notFound, "there is no live Schedule/\(schedule)",
      hint: Suggestion.didYouMean(schedule, among: names)
        ?? "see the schedules that there are: writ schedule list")
  }
}
