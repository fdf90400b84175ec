internal import Engine
internal import Foundation
internal import GRDB
internal import Planning
internal import Resources
internal import Workflows

/// Checks the journal against itself, the checkpoint that it may begin with, and the live rows, in
/// one pass inside one transaction.
struct JournalCheck {
  let db: Database
  private var fold = JournalFold()
  private var previous: (sequence: Int64, hash: Digest) = (0, .zero)
  private var report = JournalReport(
    broken: nil, eventCount: 0, head: nil, headHash: nil, checkpoint: nil)
  private var contents = ContentCheck()

  init(db: Database) { self.db = db }

  mutating func run() throws -> JournalReport {
    report.broken = try firstBreak()
    return report
  }

  private mutating func firstBreak() throws -> JournalBreak? {
    contents = try ContentCheck(db: db)
    if let wrong = try start() { return wrong }
    let rows = try Row.fetchCursor(
      db, sql: "SELECT \(JournalRows.columns) FROM journal ORDER BY sequence")
    while let row = try rows.next() {
      if let wrong = add(row) { return wrong }
    }
    if let wrong = fold.finish() { return JournalBreak(wrong) }
    if let wrong = contents.stray {
      return JournalBreak(sequence: previous.sequence, reason: wrong)
    }
    return try LiveCheck(db: db, fold: fold, head: previous.sequence).firstBreak()
  }

  // MARK: The beginning

  /// Begins with the checkpoint, where there is one.
  private mutating func start() throws -> JournalBreak? {
    let rows = CheckpointRows(db: db)
    let checkpoints = try rows.all()
    guard let last = checkpoints.last else { return nil }
    report.checkpoint = last
    var chain = Digest.zero
    for checkpoint in checkpoints {
      func broken(_ reason: String) -> JournalBreak {
        JournalBreak(sequence: checkpoint.sequence, reason: "the checkpoint there: " + reason)
      }
      chain = Checkpoint.chain(after: chain, hash: checkpoint.hash)
      guard checkpoint.chain == chain else {
        return broken("it does not follow the checkpoint before it")
      }
      guard checkpoint.isSigned else { return broken("its signature does not fit it") }
    }
    let bytes = try rows.snapshotBytes(of: last.sequence)
    if let wrong = start(last, bytes) {
      return JournalBreak(sequence: last.sequence, reason: "the checkpoint there: " + wrong)
    }
    if let wrong = try strangeOrigin() {
      return JournalBreak(
        sequence: last.sequence,
        reason: "the checkpoint there: where \(wrong) comes from was changed")
    }
    for entry in fold.entries.values.sorted(by: { $0.made.key < $1.made.key }) {
      if let wrong = contents.problem(with: entry.made.side.digest) {
        return JournalBreak(
          sequence: entry.made.sequence, reason: "the content of \(entry.made.key) \(wrong)")
      }
    }
    return nil
  }

  private mutating func start(_ checkpoint: Checkpoint, _ bytes: [UInt8]) -> String? {
    guard Digest(of: bytes) == checkpoint.snapshotDigest else {
      return "its snapshot is not the one that was signed"
    }
    do throws(StateSnapshot.Problem) {
      let snapshot = try StateSnapshot(bytes: bytes)
      guard snapshot.sequence == checkpoint.sequence else {
        return "its snapshot is that of event \(snapshot.sequence)"
      }
      guard snapshot.root == checkpoint.stateRoot else {
        return "its snapshot does not give its state root"
      }
      fold = JournalFold(snapshot)
      previous = (checkpoint.sequence, checkpoint.hash)
      return nil
    } catch {
      return "its snapshot cannot be read, \(error)"
    }
  }

  /// The first resource whose row of origins is not what the snapshot says.
  private func strangeOrigin() throws -> String? {
    var due = fold.entries
    let rows = try Row.fetchCursor(
      db,
      sql: "SELECT subject, sequence, time, payload, actor FROM checkpoint_origin ORDER BY subject")
    while let row = try rows.next() {
      let subject: String = row[0]
      guard let entry = ResourceKey(subject).flatMap({ due.removeValue(forKey: $0) }),
        entry.made.sequence == row[1], entry.made.time.nanoseconds == row[2],
        entry.made.payload == Array(row[3] as Data), entry.made.actor == row[4]
      else { return subject }
    }
    return due.keys.min()?.description
  }

  // MARK: Events

  private mutating func add(_ row: Row) -> JournalBreak? {
    let sequence: Int64 = row[0]
    let payload = Array(row[5] as Data)
    guard sequence == previous.sequence + 1 else {
      return JournalBreak(
        sequence: sequence,
        reason: "it follows event \(previous.sequence): events are missing between the two")
    }
    guard let before = Digest(bytes: Array(row[6] as Data)), before == previous.hash else {
      return JournalBreak(
        sequence: sequence, reason: "it does not carry the hash of the event before it")
    }
    let time = Timestamp(nanoseconds: row[1])
    let hash = JournalEvent.hash(
      sequence: sequence, time: time, actor: row[2], kind: row[3], subject: row[4],
      payload: payload, previousHash: before)
    guard let stored = Digest(bytes: Array(row[7] as Data)), stored == hash else {
      return JournalBreak(sequence: sequence, reason: "its content does not give its hash")
    }
    previous = (sequence, hash)
    report.eventCount += 1
    report.head = JournalPoint(sequence: sequence, time: time)
    report.headHash = hash
    let event = JournalFold.Row(
      sequence: sequence, time: time, actor: row[2], kind: row[3], subject: row[4],
      payload: payload)
    if let wrong = fold.add(event) { return JournalBreak(wrong) }
    return event.kind.hasPrefix("resource.") ? contentBreak(event) : nil
  }

  private mutating func contentBreak(_ event: JournalFold.Row) -> JournalBreak? {
    guard let key = ResourceKey(event.subject), let digest = fold.entries[key]?.made.side.digest,
      let wrong = contents.problem(with: digest)
    else { return nil }
    return JournalBreak(sequence: event.sequence, reason: "the content of \(key) \(wrong)")
  }
}

extension JournalBreak {
  init(_ contradiction: JournalContradiction) {
    self.init(sequence: contradiction.sequence, reason: contradiction.reason)
  }
}

/// Whether contents are what their digests say.
private struct ContentCheck {
  private var sound: Set<Digest> = []
  private var damaged: Set<Digest> = []
  private var met: Set<Digest> = []

  init() {}

  init(db: Database) throws {
    let contents = try Row.fetchCursor(db, sql: "SELECT digest, bytes FROM content ORDER BY id")
    while let row = try contents.next() {
      let digest = try Digest(column: row[0])
      if Digest(of: Array(row[1] as Data)) == digest {
        sound.insert(digest)
      } else {
        damaged.insert(digest)
      }
    }
  }

  /// What is wrong with the content of `digest`, to follow "the content of …".
  mutating func problem(with digest: Digest) -> String? {
    if sound.contains(digest) { return nil }
    met.insert(digest)
    return damaged.contains(digest)
      ? "(\(digest.abbreviated)) is not what its digest says" : "(\(digest.abbreviated)) is missing"
  }

  /// A damaged content that no event names.
  var stray: String? {
    damaged.subtracting(met).min().map {
      "the content \($0.abbreviated), which no event names, is not what its digest says"
    }
  }
}
