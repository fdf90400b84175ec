internal import Engine
internal import GRDB
internal import Resources
internal import Workflows

/// Runs for those who ask.
struct RunPages {
  let db: Database

  func page(_ filter: RunFilter) throws -> RunPage {
    var (conditions, arguments) = Self.conditions(filter)
    var totals: [RunState: Int] = [:]
    for row in try Row.fetchAll(
      db,
      sql: """
        SELECT run.state, count(*) FROM run JOIN execution ON execution.id = run.execution_id
        \(Self.text(conditions)) GROUP BY run.state
        """,
      arguments: arguments)
    {
      if let state = RunState(rawValue: row[0]) { totals[state] = row[1] }
    }
    if let cursor = filter.cursor {
      conditions.append("run.id < ?")
      arguments += [cursor]
    }
    let limit = min(max(filter.limit, 1), RunFilter.largestLimit)
    arguments += [limit + 1]
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT \(RunRows.runColumns), run.id
        FROM run JOIN execution ON execution.id = run.execution_id
        \(Self.text(conditions)) ORDER BY run.id DESC LIMIT ?
        """,
      arguments: arguments)
    let shown = rows.prefix(limit)
    return RunPage(
      runs: try shown.map(RunRows.run), totals: totals,
      next: rows.count > limit ? shown.last.map { $0[19] } : nil)
  }

  private static func conditions(_ filter: RunFilter) -> ([String], StatementArguments) {
    var conditions: [String] = []
    var arguments = StatementArguments()
    func add(_ condition: String, _ values: [(any DatabaseValueConvertible)?]) {
      conditions.append(condition)
      arguments += StatementArguments(values)
    }
    if !filter.states.isEmpty {
      let states = filter.states.map(\.rawValue).sorted()
      add("run.state IN (\(states.map { _ in "?" }.joined(separator: ", ")))", states)
      // Which of the two, says which index helps.
      if filter.states.allSatisfy(\.isTerminal) { add("run.ended_at IS NOT NULL", []) }
      if !filter.states.contains(where: \.isTerminal) { add("run.ended_at IS NULL", []) }
    }
    if let job = filter.job { add("run.job = ?", [job]) }
    if let probe = filter.probe { add("probe = ?", [probe]) }
    if let execution = filter.execution { add("execution.name = ?", [execution.description]) }
    if let since = filter.since { add("run.created_at >= ?", [since.nanoseconds]) }
    if let until = filter.until { add("run.created_at < ?", [until.nanoseconds]) }
    return (conditions, arguments)
  }

  private static func text(_ conditions: [String]) -> String {
    conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND "))"
  }

  /// The end of the texts that begin with `text`, for names of ASCII.
  private static func end(ofPrefix text: String) -> String { text + "\u{7f}" }

  func executions(named text: String, limit: Int) throws -> [Execution] {
    try Row.fetchAll(
      db,
      sql: """
        SELECT \(RunRows.executionColumns) FROM execution WHERE name >= ? AND name < ?
        ORDER BY name LIMIT ?
        """,
      arguments: [text, Self.end(ofPrefix: text), limit]
    ).map(RunRows.execution)
  }

  func runs(named text: String, limit: Int) throws -> [Run] {
    let execution = text.prefix { $0 != "." }
    let rest = text.dropFirst(execution.count)
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT \(RunRows.runColumns) FROM execution JOIN run ON run.execution_id = execution.id
        WHERE execution.name >= ? AND execution.name < ? ORDER BY run.id LIMIT ?
        """,
      arguments: [
        String(execution), Self.end(ofPrefix: String(execution)), rest.isEmpty ? limit : 100_000,
      ])
    return try Array(
      rows.lazy.map(RunRows.run).filter {
        rest.isEmpty
          || $0.id.description.dropFirst($0.id.execution.description.count)
            .hasPrefix(rest)
      }.prefix(limit))
  }

  func runs(of execution: ExecutionID) throws -> [Run] {
    try Row.fetchAll(
      db,
      sql: """
        SELECT \(RunRows.runColumns) FROM execution JOIN run ON run.execution_id = execution.id
        WHERE execution.name = ? ORDER BY run.id
        """,
      arguments: [execution.description]
    ).map(RunRows.run)
  }

  /// One query over what runs, and one over the last execution of each job.
  func activity() throws -> [String: JobActivity] {
    var result: [String: JobActivity] = [:]
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT job, state, count(*), NULL, NULL, NULL FROM run
        WHERE ended_at IS NULL GROUP BY job, state
        UNION ALL
        SELECT job, 'last', 0, name, state, created_at FROM execution
        WHERE id IN (SELECT max(id) FROM execution GROUP BY job)
        """)
    for row in rows {
      let job: String = row[0]
      let count: Int = row[2]
      switch row[1] as String {
      case "queued": result[job, default: JobActivity()].queued = count
      case "pending": result[job, default: JobActivity()].pending = count
      case "running": result[job, default: JobActivity()].running = count
      default:
        result[job, default: JobActivity()].lastExecution = ExecutionID(row[3] as String)
        result[job]?.lastState = Execution.State(rawValue: row[4])
        result[job]?.lastStarted = Timestamp(nanoseconds: row[5])
      }
    }
    return result
  }
}
