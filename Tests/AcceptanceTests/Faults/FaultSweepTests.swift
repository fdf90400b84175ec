import Foundation
import Testing

/// Whatever call on a file fails, once or for ever: words and a known exit code, a state that was
/// planned, a whole journal, and the same command reaches its goal once the disk is well.
///
/// By default a sample of the calls of each command; `WRIT_SWEEP=full` takes them all,
/// `WRIT_SWEEP_SEED` repeats a sample, and `WRIT_SWEEP_STEPS="ack,restore"` takes only some commands.
@Suite(.bounded, .serialized) struct FaultSweepTests {
  static let isFull = ProcessInfo.processInfo.environment["WRIT_SWEEP"] == "full"
  private static let sampleSize = 9
  private static let seed =
    ProcessInfo.processInfo.environment["WRIT_SWEEP_SEED"].flatMap(UInt64.init)
    ?? UInt64.random(in: 0...UInt64.max)
  private static let onlySteps = ProcessInfo.processInfo.environment["WRIT_SWEEP_STEPS"]
    .map { Set($0.split(separator: ",").map(String.init)) }
  private static let exitCodes: Set<Int32> = [0, 1, 2, 3, 4, 5, 64]

  /// A command, and the data directory that it starts from.
  struct Step: Sendable {
    var name: String
    var arguments: [String]
    var before: String
    /// Nil where there was nothing that could be read.
    var rootsBefore: Set<String?>
    var goal: String
  }

  @Test func everyFailingCallLeavesAPlannedStateAndCanBeRepeated() async throws {
    try await Sandbox.with { box in
      let library = try await FaultLibrary(box)
      var steps = try await Scenario(box).steps()
      if let only = Self.onlySteps {
        let unknown = only.subtracting(steps.map(\.name)).sorted()
        #expect(unknown.isEmpty, "steps: \(steps.map(\.name))")
        steps.removeAll { !only.contains($0.name) }
      }
      note("fault sweep: seed \(Self.seed), WRIT_SWEEP_SEED repeats it")
      var dice = Dice(seed: Self.seed)
      var total = 0
      for step in steps {
        let sweep = Sweep(box: box, library: library, step: step)
        let count = try await sweep.count()
        #expect(count > 10, "\(step.name) makes calls that can fail")
        var faults = (1...count).flatMap { nth in
          [false, true].map { lasts in
            FaultLibrary.Fault(
              nth: nth, error: [EIO, ENOSPC, EMFILE].randomElement(using: &dice) ?? EIO,
              lasts: lasts)
          }
        }
        if !Self.isFull { faults = Array(faults.shuffled(using: &dice).prefix(Self.sampleSize)) }
        let started = ContinuousClock.now
        let struck = try await sweep.run(faults)
        total += struck
        note(
          "fault sweep: \(step.name): \(count) calls, \(struck) of \(faults.count) faults struck, "
            + "\(ContinuousClock.now - started)")
        #expect(struck > 0, "\(step.name) was struck")
      }
      note("fault sweep: \(total) faults")
    }
  }

  // MARK: One command

  private struct Sweep: Sendable {
    let box: Sandbox
    let library: FaultLibrary
    let step: Step

    /// How many calls the command makes; it must reach its goal without a fault.
    func count() async throws -> Int {
      let data = "\(box.path)/sweep-count"
      let report = data + ".report"
      try prepare(data)
      defer { clean(data) }
      let outcome = try await box.writ(
        ["--data-dir", data].appended(to: step.arguments),
        environment: library.environment(nil, data: data, report: report))
      #expect(outcome.code == 0, "\(step.name) without a fault: \(outcome)")
      #expect(try await root(data) == step.goal)
      return try Int(String(contentsOfFile: report, encoding: .utf8).prefix { $0.isNumber }) ?? 0
    }

    /// - Returns: how many of the faults struck.
    func run(_ faults: [FaultLibrary.Fault]) async throws -> Int {
      // A lock that fails is waited for, so many can wait at once.
      let workers = FaultSweepTests.isFull ? 6 : 3
      return try await withThrowingTaskGroup(of: Int.self) { group in
        for worker in 0..<workers {
          group.addTask {
            var struck = 0
            for index in stride(from: worker, to: faults.count, by: workers) {
              if try await strike(faults[index], "\(box.path)/sweep-\(worker)") { struck += 1 }
            }
            return struck
          }
        }
        return try await group.reduce(0, +)
      }
    }

    private func strike(_ fault: FaultLibrary.Fault, _ data: String) async throws -> Bool {
      let report = data + ".report"
      try prepare(data)
      defer { clean(data) }
      let words = ["--data-dir", data].appended(to: step.arguments)
      let hit = try await box.writ(
        words, environment: library.environment(fault, data: data, report: report))
      let strike = (try? String(contentsOfFile: report, encoding: .utf8)) ?? ""
      let context = "\(step.name), \(fault) (\(strike.trimmingCharacters(in: .newlines)))"
      #expect(FaultSweepTests.exitCodes.contains(hit.code), "\(context): \(hit)")
      if hit.code != 0 { #expect(hit.error.contains("writ: "), "words; \(context): \(hit)") }
      let after = try await root(data)
      #expect(after == step.goal || step.rootsBefore.contains(after), "\(context): \(hit)")
      if hit.code == 0 {
        #expect(after == step.goal, "it said that it was done; \(context): \(hit)")
      }
      if after != nil {
        let verify = try await box.writ("journal", "verify", "--data-dir", data)
        #expect(verify.code == 0, "\(context): \(hit)\n\(verify)")
      }
      let again = try await box.writ(words)
      #expect(
        again.code == 0 || again.error.contains("already"),
        "again; \(context): \(hit)\n\(again)")
      #expect(try await root(data) == step.goal, "again; \(context): \(hit)\n\(again)")
      try await expectWholeBackups(data, context)
      return !strike.contains("calls")
    }

    /// Under the name of a backup there is a whole one, or nothing.
    private func expectWholeBackups(_ data: String, _ context: String) async throws {
      guard step.name == "backup" else { return }
      let names = (try? FileManager.default.contentsOfDirectory(atPath: data + "/backups")) ?? []
      let backups = names.filter { $0.hasPrefix("writ-") && $0.hasSuffix(".db") }
      #expect(!backups.isEmpty, "\(context)")
      for name in backups {
        let restored = try await box.writ("restore", "--yes", name, "--data-dir", data)
        #expect(restored.code == 0, "\(name); \(context): \(restored)")
      }
    }

    private func prepare(_ data: String) throws {
      clean(data)
      if FileManager.default.fileExists(atPath: step.before) {
        try FileManager.default.copyItem(atPath: step.before, toPath: data)
      }
    }

    private func clean(_ data: String) {
      for path in [data, data + ".report"] { _ = try? FileManager.default.removeItem(atPath: path) }
    }

    /// The state root that is live; nil where nothing was ever applied.
    private func root(_ data: String) async throws -> String? {
      let outcome = try await box.writ(
        "status", "-o", "json", "--repo", box.path + "/none", "--data-dir", data)
      let isNothing = ["nothing was applied", "no data directory", "an older version"]
        .contains(where: outcome.error.contains)
      if isNothing { return nil }
      #expect(outcome.code == 0, "\(step.name): \(outcome)")
      return try outcome.json()["stateRoot"].string
    }
  }
}

extension [String] {
  /// The options behind the words of a command.
  fileprivate func appended(to words: [String]) -> [String] { words + self }
}

/// One life of a data directory, with what it was before each command kept aside.
private struct Scenario {
  let box: Sandbox

  init(_ box: Sandbox) { self.box = box }

  func steps() async throws -> [FaultSweepTests.Step] {
    let upstream = try await Upstream(box, files: Manifest.few)
    // One repository for each revision, so that a command means the same whenever it is repeated.
    let first = try await copy(upstream, "first")
    let revision = try await box.shell("git -C '\(first)' rev-parse main")
    try upstream.write(Manifest.job("alpha", timeout: "9m"), to: "manifests/alpha.yaml")
    try upstream.delete("manifests/gamma.yaml")
    try await upstream.push("update and delete")
    let second = try await copy(upstream, "second")
    var steps: [FaultSweepTests.Step] = []
    // A database may be there before anything is in it.
    var roots: Set<String?> = [nil, try await rootOfNothing()]
    func step(_ name: String, _ arguments: String...) async throws {
      let before = "\(box.path)/before-\(steps.count)"
      if box.exists("data") {
        try FileManager.default.copyItem(atPath: box.data, toPath: before)
      }
      try await box.writ(arguments).expectDone()
      let goal = try await self.root()
      steps.append(
        FaultSweepTests.Step(
          name: name, arguments: arguments, before: before, rootsBefore: roots, goal: goal))
      roots = [goal]
    }
    try await step("first apply", "apply", "--yes", "--repo", first)
    try await step("second apply", "apply", "--yes", "--repo", second)
    try await box.writ("backup", box.path + "/second.db").expectDone()
    try await step("ack", "ack", "mass-delete", "--plan", "0123456789abcdef")
    try await step("rollback", "rollback", "--yes", "--to", revision)
    try await step("backup", "backup")
    try await step("journal verify", "journal", "verify")
    try await step("compact", "journal", "compact", "--before", "2199-01-01")
    try await step("restore", "restore", "--yes", box.path + "/second.db")
    try await makeOld()
    roots = [nil, try await rootOfNothing()]
    try await step("migration", "reconcile", "--repo", first)
    return steps
  }

  private func copy(_ upstream: Upstream, _ name: String) async throws -> String {
    let path = "\(box.path)/\(name).git"
    try await box.shell("git clone -q --bare '\(upstream.bare)' '\(path)'")
    return path
  }

  private func root() async throws -> String {
    let status = try await box.writ("status", "-o", "json", "--repo", box.path + "/none")
    return try status.expectDone().json()["stateRoot"].string ?? ""
  }

  /// Puts a database of the first schema into the place of the one that is there.
  private func makeOld() async throws {
    try await box.shell("rm -rf '\(box.data)'; mkdir -m 700 '\(box.data)'")
    let sql = Program.packageRoot + "/Sources/Persistence/Migrations/v0001_initial.sql"
    let outcome = try await box.run([
      Program.python, "-c",
      """
      import hashlib, sqlite3, sys
      database = sqlite3.connect(sys.argv[1])
      database.executescript(open(sys.argv[2]).read())
      database.execute("CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
      database.execute("INSERT INTO grdb_migrations VALUES ('v0001_initial')")
      database.execute(
          "INSERT INTO repository (id, live_revision, is_exact, state_root, roots)"
          " VALUES (1, NULL, 1, ?, '[]')", (bytes.fromhex(sys.argv[3]),))
      database.commit()
      """, box.database, sql, try await rootOfNothing(),
    ])
    try outcome.expectDone()
  }

  /// The root of a state without resources, from a database in which nothing was applied.
  private func rootOfNothing() async throws -> String {
    let other = box.path + "/nothing"
    try await box.writ("suspend", "--data-dir", other).expectDone()
    let status = try await box.writ(
      "status", "-o", "json", "--repo", box.path + "/none", "--data-dir", other)
    return try status.expectDone().json()["stateRoot"].string ?? ""
  }
}

extension Outcome {
  @discardableResult
  func expectDone(sourceLocation: SourceLocation = #_sourceLocation) throws -> Outcome {
    try #require(code == 0, "\(self)", sourceLocation: sourceLocation)
    return self
  }
}
