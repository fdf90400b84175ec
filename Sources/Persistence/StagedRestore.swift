package import Engine
internal import Faults
internal import GRDB
internal import Glibc
package import Resources
internal import Workflows

/// A backup that was copied beside the live database and looked through, and may take its place.
///
/// Nothing of the live state is touched before `commit`; whatever is wrong with the file is found
/// before. Whoever makes one holds a `StoreExclusion` until it is committed or discarded.
package final class StagedRestore {
  /// What the file has, before any migration.
  package let facts: StoreFacts
  private let file: String
  private let data: DataDirectory
  private let store: Store

  /// Copies `file`, migrates the copy where its schema is older, and checks all that can be checked:
  /// every page, every row that names another, the whole journal, the state root.
  package init(
    file: String, into data: DataDirectory, actor: String, time: Timestamp,
  ) throws(StoreError) {
    self.file = file
    self.data = data
    try Self.expectFile(file, data)
    Self.clear(data)
    do {
      facts = try Self.copy(file, data, time)
      store = try Store(
        path: data.stagingPath, access: .readWrite,
        upgrade: StoreUpgrade(actor: actor, time: time, kept: nil))
      if let broken = try store.firstBrokenEvent() {
        throw StoreError(
          .corrupt,
          "the journal in \(file) is broken at event \(broken.sequence): \(broken.reason)",
          hint: "restore another backup: writ backup list")
      }
    } catch {
      Self.clear(data)
      throw StoreError(opening: file, error)
    }
  }

  /// Forgets the copy.
  package func discard() {
    store.close()
    Self.clear(data)
  }

  /// Puts the copy in the place of the live database, which is kept among the backups.
  ///
  /// There is a whole database at every moment: the old one, or the new one, which has the event
  /// `store.restored` already.
  package func commit(actor: String, at time: Timestamp) throws(StoreError) -> ReplacedDatabase? {
    do {
      let old = try ReplacedDatabase.settle(data, at: time)
      try store.writing { db in
        var journal = try JournalRows(db: db, actor: actor, time: time)
        try journal.append(
          .storeRestored, subject: old?.name ?? "nothing",
          payload: CanonicalJSON.bytes(
            of: [
              "from": .sorted((facts.value.members ?? []) + [.init("path", .string(file))]),
              "replaced": old?.value ?? .null,
            ]))
      }
      try store.emptyLog()
      store.close()
      unlink(data.stagingPath + "-wal")
      try DatabaseFile.synchronise(data.stagingPath)
      FaultPoint.reach(.restoreStaged)
      try old?.keep(data)
      FaultPoint.reach(.restoreOldKept)
      // A log that is left would be taken for the new database's.
      unlink(data.databasePath + "-wal")
      unlink(data.databasePath + "-shm")
      FaultPoint.reach(.restoreLogRemoved)
      guard rename(data.stagingPath, data.databasePath) == 0 else {
        throw DatabaseFile.failure("replace", data.databasePath)
      }
      FaultPoint.reach(.restoreReplaced)
      try DatabaseFile.synchroniseDirectory(of: data.databasePath)
      return old
    } catch {
      discard()
      throw StoreError(error)
    }
  }

  // MARK: Steps

  private static func expectFile(_ file: String, _ data: DataDirectory) throws(StoreError) {
    var status = stat()
    guard stat(file, &status) == 0 else {
      throw StoreError(
        .notFound, "cannot read \(file): \(String(cString: strerror(errno)))",
        hint: "see what there is: writ backup list")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw StoreError(.notFound, "\(file) is not a file", hint: "writ backup list")
    }
    var live = stat()
    if stat(data.databasePath, &live) == 0, live.st_ino == status.st_ino,
      live.st_dev == status.st_dev
    {
      throw StoreError(
        .other, "\(file) is the live database itself", hint: "name a backup: writ backup list")
    }
  }

  private static func copy(
    _ file: String, _ data: DataDirectory, _ time: Timestamp,
  ) throws -> StoreFacts {
    try DatabaseFile.expectHeader(file)
    let source = try Connections.readingQueue(file)
    defer { _ = try? source.close() }
    let state = try source.read(Schema.state)
    if case .newer(let step) = state {
      throw StoreError(
        .newerSchema,
        "\(file) was written by a newer version of Writ: its schema has \(step), and this version knows up to \(Schema.newest)",
        hint: "restore it with that version, or another backup: writ backup list")
    }
    if case .ofAnotherApplication(let words) = state {
      throw StoreError(
        .otherApplication, "\(file) is the database of another application: \(words)",
        hint: "name a backup of Writ: writ backup list")
    }
    guard state != .blank else {
      throw StoreError(
        .noSchema, "\(file) is an empty database", hint: "name another one: writ backup list")
    }
    try source.read(DatabaseFile.expectIntegrity)
    return try BackupCopy(
      of: source, to: data.stagingPath, complaint: "\(file) cannot be restored"
    ).run(at: time).facts
  }

  private static func clear(_ data: DataDirectory) {
    for suffix in ["", "-wal", "-shm", "-journal", BackupCopy.partialSuffix] {
      unlink(data.stagingPath + suffix)
    }
  }
}
