internal import Engine
internal import Foundation
internal import GRDB
internal import Planning
internal import Resources
internal import Workflows

/// Appends to the journal inside one transaction.
///
/// Times in the journal never go backwards: where the clock is behind the newest event, new events
/// get the time of that one. So "at a time" always means one place in the journal, whatever was
/// done to the clock; `writ doctor` says when it is so.
struct JournalRows {
  private let actor: String
  /// When the events happened, as the journal has it.
  let time: Timestamp
  private let insert: Statement
  private var last: (sequence: Int64, hash: Digest)

  init(db: Database, actor: String, time: Timestamp) throws {
    self.actor = actor
    insert = try db.cachedStatement(
      sql: """
        INSERT INTO journal (sequence, time, actor, kind, subject, payload, previous_hash, hash)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """)
    let newest = try db.cachedStatement(
      sql: "SELECT sequence, hash, time FROM journal ORDER BY sequence DESC LIMIT 1")
    let row = try Row.fetchOne(newest)
    last = try row.map { (sequence: $0[0], hash: try Digest(column: $0[1])) } ?? (0, .zero)
    self.time = max(time, Timestamp(nanoseconds: row?[2] ?? time.nanoseconds))
  }

  /// The sequence of the event that comes next.
  var nextSequence: Int64 { last.sequence + 1 }

  /// - Parameter other: who did it, where that is not the actor of all the others.
  /// - Returns: the sequence of the new event.
  @discardableResult
  mutating func append(
    _ kind: JournalEvent.Kind, by other: String? = nil, subject: String, payload: [UInt8],
  ) throws -> Int64 {
    let actor = other ?? actor
    let event = JournalEvent(
      sequence: last.sequence + 1, time: time, actor: actor, kind: kind, subject: subject,
      payload: payload, after: last.hash)
    try insert.execute(
      binding: event.sequence, event.time.nanoseconds, actor, kind.rawValue, subject,
      BoundBytes(payload), event.previousHash, event.hash)
    last = (event.sequence, event.hash)
    return event.sequence
  }

  static let columns = "sequence, time, actor, kind, subject, payload, previous_hash, hash"

  static func event(_ row: Row) throws -> JournalEvent {
    let text: String = row[3]
    guard let kind = JournalEvent.Kind(rawValue: text) else {
      throw StoreError(.corrupt, "the journal has an event of the unknown kind \(text)")
    }
    let payload: Data = row[5]
    var event = JournalEvent(
      sequence: row[0], time: Timestamp(nanoseconds: row[1]), actor: row[2], kind: kind,
      subject: row[4], payload: Array(payload), after: try Digest(column: row[6]))
    event.hash = try Digest(column: row[7])
    return event
  }

  /// The first change of each resource after `sequence`, by key.
  static func transitions(_ db: Database, after sequence: Int64) throws -> [ResourceTransition] {
    var first: [ResourceKey: ResourceTransition] = [:]
    var origins = OriginFold(db: db, after: sequence)
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT subject, payload, kind FROM journal
        WHERE sequence > ? AND kind LIKE 'resource.%' ORDER BY sequence
        """,
      arguments: [sequence])
    while let row = try rows.next() {
      let payload: Data = row[1]
      guard let key = ResourceKey(row[0] as String), !origins.isKnown(key) else { continue }
      guard let transition = ResourceTransition(key: key, payload: Array(payload)) else {
        throw StoreError(.corrupt, "an event of \(key) in the journal cannot be read")
      }
      try origins.add(transition, row[2])
      if first[key] == nil { first[key] = transition }
      first[key]?.previousOrigins = origins.origins[key]
    }
    return first.values.sorted { $0.key < $1.key }
  }
}
