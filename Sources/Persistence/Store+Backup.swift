package import Engine
internal import GRDB
package import Resources

extension Store {
  /// Copies the database into `directory` under a name of its own, while others work with it.
  package func backUp(
    into directory: BackupDirectory, at time: Timestamp,
  ) throws(StoreError) -> Backup {
    try directory.make(of: connection, at: time)
  }

  /// Copies the database to `path`, where nothing may be.
  package func backUp(to path: String, at time: Timestamp) throws(StoreError) -> Backup {
    try BackupCopy(of: connection, to: path).run(at: time)
  }

  /// Writes into the journal that a backup was made.
  package func record(
    _ backup: Backup, actor: String, reason: String, at time: Timestamp,
  ) throws(StoreError) {
    try writing { db in
      var journal = try JournalRows(db: db, actor: actor, time: time)
      try journal.append(backup, reason: reason)
    }
  }

  /// Brings everything from the log into the file, so that the file alone is the database.
  func emptyLog() throws(StoreError) {
    do {
      let isBusy = try database.writeWithoutTransaction { db in
        try Bool.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
      }
      guard isBusy == false else {
        throw StoreError(.busy, "another process reads \(path)", hint: "wait until it has finished")
      }
    } catch {
      throw StoreError(error)
    }
  }

  /// The time of the newest event of the journal, where the clock is well behind it.
  package func eventAhead(of now: Timestamp) throws(StoreError) -> Timestamp? {
    try facts().time.flatMap { $0.nanoseconds - now.nanoseconds > 1_000_000_000 ? $0 : nil }
  }

  package func facts() throws(StoreError) -> StoreFacts { try reading(StoreFacts.init) }
}
