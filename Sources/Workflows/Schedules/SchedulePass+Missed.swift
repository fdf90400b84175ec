internal import Cron
internal import Resources

/// What happens to occurrences that were missed.
struct MissedPlan {
  /// The first instant from which on they still run.
  var runsFrom = Int64.max
  /// The first instant from which on each has a row of its own.
  var rowsFrom = Int64.min
  /// Why earlier ones are lost.
  var reason: String
}

/// Rows that stand for many occurrences, one for each verdict.
struct SharedRows {
  private(set) var rows: [Row] = []
  /// How many occurrences they stand for.
  private(set) var count = 0

  struct Row {
    var nominal: Int64
    var fold: Int
    var instant: Int64
    var verdict: OccurrenceRecord.Verdict
    var reason: String
    var count = 1
  }

  /// Adds an occurrence that comes after all others.
  mutating func add(
    _ nominal: Int64, _ fold: Int, _ instant: Int64, _ verdict: SchedulePass.Verdict,
  ) {
    count += 1
    guard let index = rows.firstIndex(where: { $0.verdict == verdict.0 }) else {
      rows.append(
        Row(
          nominal: nominal, fold: fold, instant: instant, verdict: verdict.0, reason: verdict.1))
      return
    }
    rows[index].nominal = nominal
    rows[index].fold = fold
    rows[index].instant = instant
    rows[index].reason = verdict.1
    rows[index].count += 1
  }
}

extension SchedulePass {
  /// Looks back from now at what was missed: which are the latest that still run, and how far back
  /// each gets a row of its own.
  ///
  /// Those that are on time count among the latest. So a schedule that catches one up does not run
  /// twice where the server comes back just when it is time.
  func planMissed() -> MissedPlan {
    let limit = max(0, definition.catchUpMax)
    var plan = MissedPlan(
      reason: limit == 0
        ? "nobody decided it when it was due, and the schedule catches nothing up"
        : "nobody decided it when it was due, and it was not among the latest \(limit) within "
          + "\(definition.catchUpWindow)")
    var back = times.occurrences
    var later: Int64?
    if !jitter.isNone {
      var forward = back
      later = forward.next(after: second)?.instant
    }
    var at = second + 1
    var count = 0
    var runs = 0
    var mayRun = limit > 0
    while count < ScheduleMachine.foldLimit, let found = back.previous(before: at),
      found.instant > cursor.decidedThrough
    {
      at = found.instant
      let due = due(found, before: later)
      later = at
      guard due <= now else { continue }
      count += 1
      if count == ScheduleMachine.rowLimit { plan.rowsFrom = at }
      let age = ScheduleClock.elapsed(from: due, to: now)
      if age > definition.catchUpWindow { mayRun = false }
      if mayRun, mayStart(found, due, age) {
        if age > ScheduleMachine.onTime { plan.runsFrom = at }
        runs += 1
        mayRun = runs < limit
      }
      if !mayRun, count >= ScheduleMachine.rowLimit { break }
    }
    // All have rows of their own.
    if count < ScheduleMachine.rowLimit { plan.rowsFrom = .min }
    return plan
  }

  private func mayStart(_ occurrence: Occurrence, _ due: Timestamp, _ age: TimeSpan) -> Bool {
    let (nominal, fold) = name(of: occurrence)
    return !isDecided(nominal, fold)
      && refusal(times.exclusion(of: occurrence), due, age) == nil
  }

  /// Writes the shared rows that were being filled.
  mutating func shareRows() {
    guard shared.count > 0 else { return }
    for row in shared.rows.sorted(by: { ($0.instant, $0.nominal) < ($1.instant, $1.nominal) }) {
      let words =
        row.count == 1 ? row.reason : "\(row.reason); it is the last of \(row.count) such times"
      record(row.nominal, row.fold, row.instant, (row.verdict, words), count: row.count)
    }
    shared = SharedRows()
  }
}
