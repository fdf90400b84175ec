import Engine
import GRDB
import Persistence
import Planning
import Resources
import TestSupport
import Testing
import Workflows

/// The journal finds what is about one subject, though most events of runs are in no index.
struct JournalSubjectTests {
  private static let kinds: [JournalEvent.Kind] = [
    .runQueued, .runSent, .runStarted, .runSucceeded, .runFailed, .runRetryScheduled,
    .runStopRequested, .runSkipped,
  ]

  /// What executions do that overlap; of the first ones the journal has no beginning, as after a
  /// checkpoint, and of the last ones no end.
  private static func history(_ generator: inout SeededGenerator) throws -> [RunNote] {
    var open: [ExecutionID] = []
    var next = 0
    func make() throws -> ExecutionID {
      next += 1
      return try #require(ExecutionID("x\(next)"))
    }
    for _ in 0..<3 { open.append(try make()) }
    var notes: [RunNote] = []
    for _ in 0..<400 {
      if generator.once(in: 8) || open.isEmpty {
        let id = try make()
        let kind: JournalEvent.Kind =
          generator.once(in: 3) ? .executionHeld : .executionStarted
        notes.append(RunNote(kind, id, actor: "cli:ana"))
        if kind == .executionHeld { notes.append(RunNote(.executionStarted, id)) }
        open.append(id)
        continue
      }
      let place = generator.number(below: open.count)
      let id = open[place]
      let run = RunID(
        execution: id, probe: ["local", "a.b"][generator.number(below: 2)],
        attempt: 1 + generator.number(below: 2))
      if generator.once(in: 10) {
        notes.append(RunNote(.executionEnded, id))
        open.remove(at: place)
        if generator.once(in: 2) { notes.append(RunNote(.runLateResult, id, run: run)) }
      } else if let kind = generator.pick(kinds) {
        notes.append(RunNote(kind, id, run: run))
      }
    }
    return notes
  }

  @Test func whatIsAboutASubjectIsWhatTheWholeJournalHasOfIt() throws {
    var generator = SeededGenerator(seed: .random(in: 0...9_999_999))
    let world = try World()
    try world.apply(["manifests/a.yaml": Manifest.job("a")])
    let notes = try Self.history(&generator)
    try world.store.dispatch(at: world.wall.now()) { transaction throws(StoreError) in
      try transaction.append(notes)
    }
    let all = try world.store.events(JournalQuery(limit: 10_000))
    let subjects = Set(all.map(\.subject)).union(["Run/x1.none.1", "Run/x", "Job/none", "", "R"])
    #expect(subjects.count > 50)
    for subject in subjects.sorted() {
      for after in [0, Int64(generator.number(below: all.count))] {
        let limit = 1 + generator.number(below: 12)
        let found = try world.store.events(
          JournalQuery(subject: subject, after: after, limit: limit))
        let expected = all.filter { $0.subject == subject && $0.sequence > after }
          .suffix(limit)
        #expect(found == Array(expected), "\(subject) after \(after), seed \(generator.seed)")
      }
    }
  }

  /// A query without the condition of the index would read the whole journal.
  @Test(arguments: [
    "kind >= 'resource.' AND kind < 'resource/' AND kind < 'run.'",
    "kind LIKE 'resource.%' AND kind < 'run.'",
    "(kind < 'run.' OR kind >= 'run/' OR kind = 'run.lateResult')",
  ])
  func theConditionsOfTheQueriesAreThatOfTheIndex(_ condition: String) throws {
    let world = try World()
    try world.apply(["manifests/a.yaml": Manifest.job("a")])
    let plan = try DatabaseQueue(path: world.databasePath).read { db in
      try Row.fetchAll(
        db, sql: "EXPLAIN QUERY PLAN SELECT * FROM journal WHERE subject = ? AND \(condition)",
        arguments: ["Job/a"]
      ).map { $0["detail"] as String }
    }
    #expect(plan == ["SEARCH journal USING INDEX journal_subject (subject=?)"])
  }
}
