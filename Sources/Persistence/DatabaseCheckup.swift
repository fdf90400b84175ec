package import Engine
internal import GRDB
internal import Glibc
package import Resources

/// Looks at the database of a data directory, and writes nothing.
///
/// It works on databases that a `Store` would refuse: what cannot be read is a finding.
package struct DatabaseCheckup {
  private let path: String
  private let now: Timestamp

  package init(_ data: DataDirectory, now: Timestamp) {
    path = data.databasePath
    self.now = now
  }

  /// - Parameter isDeep: reads every page, the whole journal and all rows.
  package func run(isDeep: Bool) -> [CheckResult] {
    var results = [Self.library(), file()]
    do {
      try DatabaseFile.expectHeader(path)
      let queue = try Connections.readingQueue(path)
      defer { _ = try? queue.close() }
      let state = try queue.read(Schema.state)
      results.append(schema(state))
      guard state == .current || Self.isOlder(state) else { return results }
      results += pragmas(reader: queue)
      results += try queue.read { db in integrity(db, isDeep: isDeep) + [clock(db)] }
      results.append(log())
      if isDeep, state == .current { results += deep() }
    } catch {
      let error = StoreError(opening: path, error)
      results.append(CheckResult("database", .failure, error.message, hint: error.hint))
    }
    return results
  }

  private static func isOlder(_ state: Schema.State) -> Bool {
    if case .older = state { true } else { false }
  }

  // MARK: Checks

  private static func library() -> CheckResult {
    let name = "SQLite"
    do {
      let (version, options) = try DatabaseQueue().read { db in
        (
          try String.fetchOne(db, sql: "SELECT sqlite_version()") ?? "",
          try String.fetchAll(db, sql: "PRAGMA compile_options")
        )
      }
      guard !options.contains("THREADSAFE=0") else {
        return CheckResult(
          name, .failure, "\(version), built without threads", hint: "install libsqlite3-0")
      }
      let told = options.filter { $0.hasPrefix("THREADSAFE") || $0.hasPrefix("MAX_MMAP") }
      return CheckResult(name, .ok, ([version] + told).joined(separator: ", "))
    } catch {
      return CheckResult(name, .failure, "\(error)", hint: "install libsqlite3-0")
    }
  }

  private func file() -> CheckResult {
    let name = "database file"
    var status = stat()
    guard lstat(path, &status) == 0 else {
      return CheckResult(name, .failure, "\(path): \(String(cString: strerror(errno)))")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      return CheckResult(name, .failure, "\(path) is not a file", hint: "move it away")
    }
    guard status.st_uid == geteuid() else {
      return CheckResult(
        name, .failure, "\(path) belongs to user \(status.st_uid), and this is user \(geteuid())",
        hint: "chown \(geteuid()) \(path)")
    }
    let mode = String(status.st_mode & 0o777, radix: 8)
    if status.st_mode & (S_IWGRP | S_IWOTH) != 0 {
      return CheckResult(
        name, .failure, "\(path) can be written by others (mode \(mode))", hint: "chmod 600 \(path)"
      )
    }
    if access(path, W_OK) != 0 {
      return CheckResult(
        name, .failure, "\(path) cannot be written: \(String(cString: strerror(errno)))",
        hint: "see its mode, and how the disk is mounted")
    }
    return CheckResult(
      name, .ok, "\(path), \(ByteSize(Int64(status.st_size)).approximate), mode \(mode)")
  }

  private func schema(_ state: Schema.State) -> CheckResult {
    let name = "schema"
    switch state {
    case .current: return CheckResult(name, .ok, Schema.newest)
    case .blank:
      return CheckResult(
        name, .warning, "there is no table in it yet", hint: "writ apply makes them")
    case .older(let newest):
      return CheckResult(
        name, .warning, "it ends at \(newest), and this version wants \(Schema.newest)",
        hint: "any command that writes migrates it, after a backup: writ reconcile")
    case .newer, .ofAnotherApplication:
      do {
        try Schema.expectOurs(state, path: path)
        return CheckResult(name, .ok, Schema.newest)
      } catch {
        let error = StoreError(error)
        return CheckResult(name, .failure, error.message, hint: error.hint)
      }
    }
  }

  /// What a connection of each kind says of itself.
  private func pragmas(reader: DatabaseQueue) -> [CheckResult] {
    var results: [CheckResult] = []
    func check(_ kind: String, _ queue: DatabaseQueue) {
      let name = "pragmas (\(kind))"
      do {
        let wrong = try queue.read { db in
          try ConnectionPragma.all.compactMap { pragma -> String? in
            let found = try pragma.read(db)
            return found == pragma.value ? nil : "\(pragma.name) is \(found), not \(pragma.value)"
          }
        }
        results.append(
          CheckResult(
            name, wrong.isEmpty ? .ok : .failure,
            wrong.isEmpty
              ? ConnectionPragma.all.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
              : wrong.joined(separator: "; "),
            hint: wrong.isEmpty ? nil : "the next command that writes sets them: writ reconcile"))
      } catch {
        let error = StoreError(opening: path, error)
        results.append(CheckResult(name, .failure, error.message, hint: error.hint))
      }
    }
    check("reading", reader)
    do {
      // The reader stays open, so this one is not the last and leaves the log alone.
      let writer = try DatabaseQueue(
        path: path, configuration: Connections.configuration(.readWrite))
      defer { _ = try? writer.close() }
      check("writing", writer)
    } catch {
      let error = StoreError(opening: path, error)
      results.append(
        CheckResult("pragmas (writing)", .failure, error.message, hint: error.hint))
    }
    return results
  }

  private func integrity(_ db: Database, isDeep: Bool) -> [CheckResult] {
    let damaged = "restore a backup: writ backup list, writ restore FILE"
    func check(_ name: String, _ good: String, _ body: () throws -> String?) -> CheckResult {
      do {
        if let problem = try body() { return CheckResult(name, .failure, problem, hint: damaged) }
        return CheckResult(name, .ok, good)
      } catch {
        return CheckResult(name, .failure, StoreError(error).message, hint: damaged)
      }
    }
    return [
      check("integrity", isDeep ? "every page and every index" : "every page (writ doctor --deep)")
      {
        let sql = isDeep ? "PRAGMA integrity_check(3)" : "PRAGMA quick_check(3)"
        let lines = try String.fetchAll(db, sql: sql)
        return lines == ["ok"] ? nil : lines.joined(separator: "; ")
      },
      check("foreign keys", "every row that names another finds it") {
        try Row.fetchOne(db, sql: "PRAGMA foreign_key_check").map {
          "a row of \($0[0] as String? ?? "?") names a row that is not there"
        }
      },
    ]
  }

  /// More than this between the clock and the newest event is no chance.
  private static let clockTolerance: Int64 = 1_000_000_000

  private func clock(_ db: Database) -> CheckResult {
    let name = "clock"
    do {
      guard let newest = try StoreFacts(db).time else {
        return CheckResult(name, .ok, "\(now); the journal is empty")
      }
      guard newest.nanoseconds - now.nanoseconds > Self.clockTolerance else {
        return CheckResult(name, .ok, "\(now), after the newest event of the journal")
      }
      return CheckResult(
        name, .warning,
        "\(now) is before the newest event of the journal, \(newest): new events get that time",
        hint:
          "set the clock; if it is right, the journal goes on by itself once it is past \(newest)"
      )
    } catch {
      return CheckResult(name, .failure, StoreError(error).message)
    }
  }

  /// A log of that size was not brought into the file for long.
  private static let logLimit: Int64 = 256 << 20

  private func log() -> CheckResult {
    var status = stat()
    let size = stat(path + "-wal", &status) == 0 ? Int64(status.st_size) : 0
    return size > Self.logLimit
      ? CheckResult(
        "write-ahead log", .warning,
        "\(ByteSize(size).approximate): some process reads for very long",
        hint: "see who has it open: fuser \(path)")
      : CheckResult("write-ahead log", .ok, ByteSize(size).approximate)
  }

  private func deep() -> [CheckResult] {
    let damaged = "restore a backup: writ backup list, writ restore FILE"
    do throws(StoreError) {
      let store = try Store(path: path, access: .readOnly)
      if let broken = try store.firstBrokenEvent() {
        return [
          CheckResult(
            "journal", .failure, "broken at event \(broken.sequence): \(broken.reason)",
            hint: damaged)
        ]
      }
      let facts = try store.facts()
      let root = try store.reading { db in try StateRows(db: db).rootFromScratch() }
      return [
        CheckResult("journal", .ok, "\(facts.sequence) events, each follows from the one before"),
        root == facts.root
          ? CheckResult("state root", .ok, "\(root.abbreviated), computed from all rows")
          : CheckResult(
            "state root", .failure,
            "all rows give \(root.abbreviated), and \(facts.root.abbreviated) is on record",
            hint: damaged),
      ]
    } catch {
      return [CheckResult("journal", .failure, error.message, hint: error.hint ?? damaged)]
    }
  }
}
