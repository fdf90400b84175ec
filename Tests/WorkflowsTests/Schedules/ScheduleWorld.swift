import Cron
import Resources
import TimeZones
import Workflows
import ZoneSupport

/// A schedule with its ledger in a world where clocks jump, servers crash and people change things.
///
/// Everything follows from the seed. Each decision is checked against all earlier ones.
struct ScheduleWorld {
  let seed: UInt64
  var generator: SeededGenerator
  let schedules: RandomSchedules
  var sample: RandomSchedules.Sample
  var definition: ScheduleDefinition
  var cursor: ScheduleCursor
  var activity = ScheduleActivity()
  /// What the clock of the server says.
  var now: Timestamp
  var version = 0
  /// When executions that run end, by the clock, with the probes that they run on.
  var ends: [(id: ExecutionID, time: Timestamp, probes: [String])] = []

  // The ledger, and what is checked of it.
  var names: Set<OccurrenceName> = []
  var executions: Set<ExecutionID> = []
  var ledger = ScheduleMachine.LedgerEnd(instant: .min, nominal: .min, fold: 0)
  /// How many rows there are, and how many of them started something.
  var rowCount = 0
  var startCount = 0
  var verdicts: [OccurrenceRecord.Verdict: Int] = [:]
  /// What happened since the content changed last.
  var epoch: Epoch
  var sabotage: Sabotage?

  struct Epoch {
    /// When it began, in seconds by the clock.
    var start: Int64
    var names: [OccurrenceName] = []
    /// How many occurrences its rows stand for.
    var count = 0
    /// Whether the times have been the same all the while.
    var isExact = true
  }

  /// What is wrong with the store, to see that it is noticed.
  enum Sabotage: Sendable, CaseIterable {
    case keepsOldCursor, losesRows, forgetsActive, beginsInThePast, clearsBuffer
  }

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  init(seed: UInt64, schedules: RandomSchedules, sabotage: Sabotage? = nil) throws {
    self.seed = seed
    self.schedules = schedules
    self.sabotage = sabotage
    generator = SeededGenerator(seed: seed)
    now = .second(Int64.random(in: 1_262_304_000...1_767_225_600, using: &generator))
    sample = try schedules.next("s\(seed % 97)", &generator)
    definition = sample.definition
    let begun = ScheduleMachine.begin(
      &definition, at: now, previous: nil, zoneDataVersion: "v0")
    cursor = begun.cursor
    epoch = Epoch(start: now.nanoseconds / 1_000_000_000)
    activity.expected = ["a", "b", "c"]
  }

  var second: Int64 { now.nanoseconds / 1_000_000_000 }

  func failure(_ text: String) -> Failure {
    Failure(
      description: "WRIT_SEED=\(seed): \(text); now \(now), cursor \(cursor), overlap "
        + "\(definition.overlap), \(rowCount) rows")
  }

  // MARK: Deciding

  /// Decides until there is nothing more to do at once, and writes it.
  mutating func tick() throws {
    var rounds = 0
    while true {
      var decision = decide()
      // Crashed before it was written: decided again, it is the same.
      if chance(16) {
        guard decide() == decision else { throw failure("a decision differs from its repetition") }
      }
      if chance(32) {
        now.nanoseconds += Int64.random(in: 0...5_000_000_000, using: &generator)
        decision = decide()
      }
      try write(decision)
      rounds += 1
      guard decision.hasMore else { break }
      guard rounds < 1000 else { throw failure("it does not come to an end") }
    }
    if chance(8) {
      let again = decide()
      guard again.records.isEmpty, again.starts.isEmpty, again.cursor == cursor else {
        throw failure("a second tick at the same time decides something: \(again.records)")
      }
    }
    if chance(8) { try checkNothingIsDue() }
  }

  mutating func decide() -> ScheduleDecision {
    ScheduleMachine.decide(
      &definition, cursor, activity, now: now, zoneDataVersion: "v\(version)")
  }

  /// Writes a decision, as one transaction would.
  mutating func write(_ decision: ScheduleDecision) throws {
    guard decision.cursor.decidedThrough >= cursor.decidedThrough || !epoch.isExact else {
      throw failure("the cursor goes back")
    }
    guard decision.cursor.buffer.count <= ScheduleCursor.bufferLimit else {
      throw failure("\(decision.cursor.buffer.count) wait")
    }
    guard decision.records.count <= 2 * ScheduleMachine.rowLimit + ScheduleCursor.bufferLimit + 20
    else { throw failure("\(decision.records.count) rows in one decision") }
    let isAlone = definition.overlap != .allowAll
    if isAlone, !decision.starts.isEmpty, decision.starts.count > 1 || !ends.isEmpty {
      throw failure("it starts beside others")
    }
    if sabotage == .losesRows, chance(64) {
      cursor = decision.cursor
      return
    }
    for record in decision.records { try insert(record) }
    for start in decision.starts { try begin(start) }
    let started = decision.records.lazy.filter { $0.execution != nil }.count
    guard started == decision.starts.count else { throw failure("a start has no row") }
    if let stop = decision.stop {
      for index in ends.indices where stop.executions.contains(ends[index].id) {
        let delay: Int64 = stop.mode == .kill ? 1 : Int64.random(in: 1...90, using: &generator)
        ends[index].time = min(
          ends[index].time, Timestamp(nanoseconds: now.nanoseconds + delay * 1_000_000_000))
      }
    }
    if sabotage == .keepsOldCursor, chance(64) { return }
    cursor = decision.cursor
    if sabotage == .clearsBuffer { cursor.buffer = [] }
  }

  private mutating func insert(_ record: OccurrenceRecord) throws {
    let name = OccurrenceName(record)
    guard names.insert(name).inserted else {
      throw failure("it is decided twice: \(record)")
    }
    guard record.instant > epoch.start || !epoch.isExact else {
      throw failure("it is decided though it was before the beginning: \(record)")
    }
    let mayStart = record.verdict == .ran || record.verdict == .late
    guard mayStart == (record.execution != nil) else {
      throw failure("the verdict does not say whether it started: \(record)")
    }
    epoch.count += record.count
    epoch.names.append(name)
    count(record)
  }

  mutating func count(_ record: OccurrenceRecord) {
    rowCount += 1
    verdicts[record.verdict, default: 0] += 1
    ledger.instant = max(ledger.instant, record.instant)
    ledger.nominal = max(ledger.nominal, record.nominal)
    ledger.fold = max(ledger.fold, record.fold)
  }

  private mutating func begin(_ start: ScheduleDecision.Start) throws {
    guard executions.insert(start.execution).inserted else {
      throw failure("it starts twice: \(start)")
    }
    guard start.startAt <= now, activity.hold == nil else {
      throw failure("it starts though it must not yet: \(start)")
    }
    if let deadline = start.deadline, deadline < now {
      throw failure("it starts after its deadline: \(start)")
    }
    if definition.mode != .everyTick {
      let probes = start.probes ?? activity.expected
      guard !probes.isEmpty, activity.underway.isDisjoint(with: probes) else {
        throw failure("it starts where it runs already: \(start)")
      }
      activity.underway.formUnion(probes)
    }
    startCount += 1
    let longest = sample.interval * (chance(4) ? 6 : 1)
    let length = Int64.random(in: 1...max(1, longest), using: &generator)
    ends.append(
      (
        start.execution, Timestamp(nanoseconds: now.nanoseconds + length * 1_000_000_000),
        start.probes ?? activity.expected
      ))
    if sabotage != .forgetsActive { activity.active.append(start.execution) }
  }

  /// After a decision, nothing that is due is left, and it is looked at again in time.
  private func checkNothingIsDue() throws {
    var times = definition.times
    guard let next = times.next(after: cursor.decidedThrough)?.occurrence.instant else { return }
    let wait = max(0, definition.jitter.nanoseconds)
    guard let due = cursor.nextDue else { throw failure("it is never looked at again") }
    guard due > now, due.nanoseconds <= next * 1_000_000_000 + wait else {
      throw failure("it is looked at again at \(due), but is due at \(Timestamp.second(next))")
    }
  }

  mutating func chance(_ count: Int) -> Bool { generator.next() % UInt64(count) == 0 }
}
