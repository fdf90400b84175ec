internal import Actions
internal import Engine
internal import Foundation
internal import GRDB
internal import Resources
internal import Workflows

/// Executions and runs inside one transaction.
struct RunRows {
  let db: Database

  // MARK: Writing

  func write(_ execution: ExecutionWrite) throws {
    let value = execution.execution
    guard execution.isNew else { return try update(value) }
    let trigger = value.trigger.columns
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO execution (name, job, job_digest, trigger, source, nominal, fold, actor,
          created_at, start_at, deadline, probes, waves, failure_budget, state, wave,
          wave_starts_at, failed_count, stop_reason, approvers, approved_by, ended_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    try statement.execute(
      binding: value.id.description, value.job, value.jobDigest, trigger.word, trigger.source,
      trigger.nominal, trigger.fold, value.actor, value.createdAt.nanoseconds,
      value.startAt.nanoseconds, value.deadline?.nanoseconds, Self.text(names: value.probes),
      Self.text(waves: value.waves), value.failureBudget, value.state.rawValue, value.wave,
      value.waveStartsAt?.nanoseconds, value.failedCount, value.stopReason, value.approvers,
      Self.text(names: value.approvedBy), value.endedAt?.nanoseconds)
  }

  private func update(_ value: Execution) throws {
    let statement = try db.cachedStatement(
      sql: """
        UPDATE execution SET state = ?, wave = ?, wave_starts_at = ?, failed_count = ?,
          stop_reason = ?, approved_by = ?, ended_at = ?
        WHERE name = ? AND ended_at IS NULL
        """)
    try statement.execute(
      binding: value.state.rawValue, value.wave, value.waveStartsAt?.nanoseconds, value.failedCount,
      value.stopReason, Self.text(names: value.approvedBy), value.endedAt?.nanoseconds,
      value.id.description)
    guard db.changesCount == 1 else {
      throw StoreError(.stale, "the execution \(value.id) has ended already")
    }
  }

  /// Writes a run, or nothing where it is not in the state that it is said to come from.
  func write(_ write: RunWrite) throws {
    let run = write.run
    guard let from = write.from else { return try insert(run) }
    let statement = try db.cachedStatement(
      sql: """
        UPDATE run SET state = ?, reason = ?, message = ?, not_before = ?, started_at = ?,
          ended_at = ?, exit_code = ?, signal = ?, user_cpu = ?, system_cpu = ?, max_resident = ?,
          stdout_bytes = ?, stderr_bytes = ?, stop = ?
        WHERE execution_id = (SELECT id FROM execution WHERE name = ?) AND probe = ? AND attempt = ?
          AND state = ?
        """)
    try statement.execute(
      binding: run.state.rawValue, run.reason?.rawValue, run.message, run.notBefore?.nanoseconds,
      run.startedAt?.nanoseconds, run.endedAt?.nanoseconds, run.exitCode, run.signal,
      run.usage?.userCPU.nanoseconds, run.usage?.systemCPU.nanoseconds,
      run.usage?.maxResidentBytes, run.stdoutBytes, run.stderrBytes, try Self.text(stop: run.stop),
      run.id.execution.description, run.id.probe, run.id.attempt, from.rawValue)
    guard db.changesCount == 1 else {
      throw StoreError(
        .stale,
        "the run \(run.id) is not \(from.rawValue) any more, so it cannot become \(run.state.rawValue)"
      )
    }
  }

  private func insert(_ run: Run) throws {
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO run (execution_id, probe, attempt, job, state, reason, message, created_at,
          not_before, started_at, ended_at, exit_code, signal, user_cpu, system_cpu, max_resident,
          stdout_bytes, stderr_bytes, stop)
        VALUES ((SELECT id FROM execution WHERE name = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
          ?, ?, ?, ?)
        """)
    try statement.execute(
      binding: run.id.execution.description, run.id.probe, run.id.attempt, run.job,
      run.state.rawValue,
      run.reason?.rawValue, run.message, run.createdAt.nanoseconds, run.notBefore?.nanoseconds,
      run.startedAt?.nanoseconds, run.endedAt?.nanoseconds, run.exitCode, run.signal,
      run.usage?.userCPU.nanoseconds, run.usage?.systemCPU.nanoseconds,
      run.usage?.maxResidentBytes, run.stdoutBytes, run.stderrBytes, try Self.text(stop: run.stop))
  }

  // MARK: Reading

  static let executionColumns = """
    name, job, job_digest, trigger, source, nominal, fold, actor, created_at, start_at, deadline,
    probes, waves, failure_budget, state, wave, wave_starts_at, failed_count, stop_reason, approvers,
    approved_by, ended_at
    """

  static let runColumns = """
    execution.name, probe, attempt, run.job, run.state, reason, message, run.created_at, not_before,
    started_at, run.ended_at, exit_code, signal, user_cpu, system_cpu, max_resident, stdout_bytes,
    stderr_bytes, stop
    """

  func active() throws -> (executions: [Execution], runs: [Run]) {
    let executions = try Row.fetchAll(
      db,
      sql: """
        SELECT \(Self.executionColumns) FROM execution WHERE ended_at IS NULL ORDER BY execution.id
        """
    ).map(Self.execution)
    let runs = try Row.fetchAll(
      db,
      sql: """
        SELECT \(Self.runColumns) FROM execution JOIN run ON run.execution_id = execution.id
        WHERE execution.ended_at IS NULL ORDER BY run.id
        """
    ).map(Self.run)
    return (executions, runs)
  }

  func execution(_ id: ExecutionID) throws -> Execution? {
    try Row.fetchOne(
      db, sql: "SELECT \(Self.executionColumns) FROM execution WHERE name = ?",
      arguments: [id.description]
    ).map(Self.execution)
  }

  // MARK: Columns

  static func execution(_ row: Row) throws -> Execution {
    guard let id = ExecutionID(row[0] as String),
      let trigger = Execution.Trigger(
        word: row[3], source: row[4], nominal: row[5], fold: row[6]),
      let state = Execution.State(rawValue: row[14]),
      let probes = (try? JSONReader.read(text: row[11]))?.array?.compactMap(\.string),
      let people = (try? JSONReader.read(text: row[20]))?.array?.compactMap(\.string),
      let waves = (try? JSONReader.read(text: row[12]))?.array?.compactMap(Execution.Wave.init)
    else { throw StoreError(.corrupt, "the execution \(row[0] as String) cannot be read") }
    return Execution(
      id: id, job: row[1], jobDigest: try Digest(column: row[2]), trigger: trigger, actor: row[7],
      createdAt: Timestamp(nanoseconds: row[8]), startAt: Timestamp(nanoseconds: row[9]),
      deadline: timestamp(row[10]), probes: probes, waves: waves, failureBudget: row[13],
      state: state, waveStartsAt: timestamp(row[16]), wave: row[15], failedCount: row[17],
      stopReason: row[18], approvers: row[19], approvedBy: people, endedAt: timestamp(row[21]))
  }

  static func run(_ row: Row) throws -> Run {
    guard let execution = ExecutionID(row[0] as String),
      let state = RunState(rawValue: row[4])
    else { throw StoreError(.corrupt, "a run of \(row[0] as String) cannot be read") }
    let reason = (row[5] as String?).flatMap(Run.Reason.init)
    var run = Run(
      id: RunID(execution: execution, probe: row[1], attempt: row[2]), job: row[3], state: state,
      reason: reason, message: row[6], createdAt: Timestamp(nanoseconds: row[7]),
      notBefore: timestamp(row[8]), startedAt: timestamp(row[9]), endedAt: timestamp(row[10]),
      exitCode: row[11], signal: row[12], stdoutBytes: row[16], stderrBytes: row[17])
    if let user = row[13] as Int64?, let system = row[14] as Int64?,
      let memory = row[15] as Int64?
    {
      run.usage = ResourceUsage(
        userCPU: .nanoseconds(user), systemCPU: .nanoseconds(system), maxResidentBytes: memory)
    }
    run.stop = try (row[18] as String?).map { text in
      guard let stop = (try? JSONReader.read(text: text)).flatMap(Run.StopRequest.init) else {
        throw StoreError(.corrupt, "the request to stop \(run.id) cannot be read")
      }
      return stop
    }
    return run
  }

  private static func timestamp(_ nanoseconds: Int64?) -> Timestamp? {
    nanoseconds.map { Timestamp(nanoseconds: $0) }
  }

  private static func text(names: [String]) -> String {
    CanonicalJSON.text(of: .array(names.map { .string($0) }))
  }

  private static func text(waves: [Execution.Wave]) -> String {
    CanonicalJSON.text(
      of: .array(
        waves.map { .array([.integer(Int64($0.end)), .integer($0.delay.nanoseconds)]) }))
  }

  private static func text(stop: Run.StopRequest?) throws -> String? {
    stop.map { CanonicalJSON.text(of: $0.value) }
  }
}

extension JSONReader {
  /// A text that this program wrote.
  static func read(text: String) throws -> Value {
    try read(Array(text.utf8), maximumDepth: 64, maximumBytes: 16 << 20)
  }
}

extension Duration {
  /// Of at most 292 years.
  var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
  }
}

extension Execution.Wave {
  fileprivate init?(_ value: Value) {
    guard let end = value[0]?.integer, let delay = value[1]?.integer else { return nil }
    self.init(end: Int(end), delay: TimeSpan(nanoseconds: delay))
  }
}

extension Run.StopRequest {
  var value: Value {
    [
      "actor": .string(actor), "mode": .string(mode.rawValue), "reason": .string(reason.rawValue),
      "time": .integer(time.nanoseconds),
    ]
  }

  init?(_ value: Value) {
    guard let mode = value["mode"]?.string.flatMap(Mode.init), let actor = value["actor"]?.string,
      let reason = value["reason"]?.string.flatMap(Run.Reason.init),
      let time = value["time"]?.integer
    else { return nil }
    self.init(mode: mode, actor: actor, reason: reason, time: Timestamp(nanoseconds: time))
  }
}

extension Execution.Trigger {
  /// As columns.
  var columns: (word: String, source: String?, nominal: Int64?, fold: Int?) {
    switch self {
    case .manual: (word, nil, nil, nil)
    case .schedule(let name, let nominal, let fold), .catchUp(let name, let nominal, let fold):
      (word, name, nominal, fold)
    case .pack(let name), .alert(let name): (word, name, nil, nil)
    case .retry(let id): (word, id.description, nil, nil)
    }
  }

  init?(word: String, source: String?, nominal: Int64?, fold: Int?) {
    switch (word, source) {
    case ("manual", _): self = .manual
    case ("schedule", let name?):
      self = .schedule(name: name, nominal: nominal ?? 0, fold: fold ?? 0)
    case ("catch-up", let name?):
      self = .catchUp(name: name, nominal: nominal ?? 0, fold: fold ?? 0)
    case ("pack", let name?): self = .pack(name)
    case ("alert", let name?): self = .alert(name)
    case ("retry", let name?):
      guard let id = ExecutionID(name) else { return nil }
      self = .retry(of: id)
    default: return nil
    }
  }
}
