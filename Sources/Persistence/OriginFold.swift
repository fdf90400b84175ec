internal import Engine
internal import Foundation
internal import GRDB
internal import Planning
internal import Resources
internal import Workflows

/// Finds the origins that resources had at a point of the journal.
struct OriginFold {
  let db: Database
  /// The last event that counts.
  let sequence: Int64
  private(set) var origins: [ResourceKey: FieldOrigins] = [:]
  private var known: Set<ResourceKey> = []

  init(db: Database, after sequence: Int64) {
    self.db = db
    self.sequence = sequence
  }

  /// Whether later events say nothing more of `key`.
  func isKnown(_ key: ResourceKey) -> Bool { known.contains(key) }

  /// Takes the next event after that point; events come in order.
  mutating func add(_ transition: ResourceTransition, _ kind: String) throws {
    // Another place in the file changes nothing about where a resource comes from.
    if kind == JournalEvent.Kind.resourceRelocated.rawValue
      || kind == JournalEvent.Kind.resourceOrphaned.rawValue
      || !known.insert(transition.key).inserted || transition.before == nil
    {
      return
    }
    origins[transition.key] =
      try transition.previousOrigins ?? Self.origins(db, of: transition.key, upTo: sequence)
  }

  /// The origins of `key` after the event `sequence`, by the last event that made it what it was
  /// then; nil where it was not there, or where the journal does not reach so far.
  static func origins(
    _ db: Database, of key: ResourceKey, upTo sequence: Int64,
  ) throws -> FieldOrigins? {
    let statement = try db.cachedStatement(
      sql: """
        SELECT sequence, actor, payload, kind FROM journal
        WHERE subject = ? AND sequence <= ? AND kind >= 'resource.' AND kind < 'resource/'
          AND kind < 'run.'
          AND kind NOT IN ('resource.relocated', 'resource.orphaned')
        ORDER BY sequence DESC LIMIT 1
        """)
    statement.setUncheckedArguments([key.description, sequence])
    let kept = try db.cachedStatement(
      sql: """
        SELECT sequence, actor, payload FROM checkpoint_origin WHERE subject = ? AND sequence <= ?
        """)
    kept.setUncheckedArguments([key.description, sequence])
    guard let row = try Row.fetchOne(statement) ?? Row.fetchOne(kept) else { return nil }
    let payload: Data = row[2]
    guard let transition = ResourceTransition(key: key, payload: Array(payload)),
      transition.after != nil
    else { return nil }
    if let origins = transition.origins { return origins }
    // A move leaves them as they were.
    if let origins = transition.previousOrigins { return origins }
    return FieldOrigins(event: row[0], actor: row[1], transition.origin)
  }
}
