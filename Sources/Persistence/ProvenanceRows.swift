internal import Engine
internal import Foundation
internal import GRDB
internal import Planning
internal import Resources
internal import Workflows

/// Keeps where the fields of live resources come from, inside one transaction.
///
/// A resource that one commit made has no row: the journal event that made it says it all.
struct ProvenanceRows {
  let db: Database
  let actor: String
  private let restored: [ResourceKey: FieldOrigins]
  private let select: Statement
  private let selectEvent: Statement
  private let put: Statement

  /// The origins of a resource around one change.
  struct Sides {
    var before: FieldOrigins?
    /// Nil where the event of a create says it all, and where nothing changes.
    var after: FieldOrigins?
  }

  init(db: Database, actor: String = "", restored: [ResourceKey: FieldOrigins] = [:]) throws {
    self.db = db
    self.actor = actor
    self.restored = restored
    select = try db.cachedStatement(
      sql: "SELECT origins FROM provenance WHERE resource_id = ?")
    selectEvent = try db.cachedStatement(
      sql: """
        SELECT resource.sequence, coalesce(journal.actor, checkpoint_origin.actor),
          coalesce(journal.payload, checkpoint_origin.payload)
        FROM resource
        LEFT JOIN journal ON journal.sequence = resource.sequence
        LEFT JOIN checkpoint_origin ON checkpoint_origin.sequence = resource.sequence
        WHERE resource.id = ?1
          AND coalesce(journal.sequence, checkpoint_origin.sequence) IS NOT NULL
        """)
    put = try db.cachedStatement(
      sql: """
        INSERT INTO provenance (resource_id, origins) VALUES (?, ?)
        ON CONFLICT (resource_id) DO UPDATE SET origins = excluded.origins
        """)
  }

  /// The origins of a live resource; nil where neither a row nor an event tells them.
  func current(_ key: ResourceKey) throws -> FieldOrigins? {
    let id = StateTree.identifier(of: key)
    select.setUncheckedArguments([id])
    if let bytes = try Data.fetchOne(select) {
      guard let origins = Value(canonical: Array(bytes)).flatMap(FieldOrigins.init) else {
        throw StoreError(.corrupt, "the provenance of \(key) cannot be read")
      }
      return origins
    }
    selectEvent.setUncheckedArguments([id])
    guard let row = try Row.fetchOne(selectEvent) else { return nil }
    let payload: Data = row[2]
    return FieldOrigins(
      event: row[0], actor: row[1],
      ResourceTransition(key: key, payload: Array(payload))?.origin)
  }

  /// What `change` makes of the origins of its resource, in the event `sequence`.
  ///
  /// Call it before the row of the resource changes.
  func sides(of change: Change, sequence: Int64) throws -> Sides {
    let restored =
      change.reason == .drifted
      ? try origins(beforeDriftOf: change.key) : restored[change.key]
    if change.action == .create {
      if let restored { return Sides(after: restored) }
      if change.fieldCommits.isEmpty { return Sides() }
      return Sides(after: FieldOrigins(creating: change, sequence: sequence, actor: actor))
    }
    guard let before = try current(change.key) else { return Sides() }
    guard change.action == .update else { return Sides(before: before) }
    let after =
      try restored
      ?? before.updated(by: change, sequence: sequence, actor: actor) {
        try LiveRows(db: db).contents(of: [change.key])[change.key].flatMap(Value.init(canonical:))
      }
    return Sides(before: before, after: after)
  }

  /// Writes what `sides` came to, once the row of the resource is there.
  func write(_ key: ResourceKey, _ sides: Sides) throws {
    // The event that made the resource is another one now, so what it said is written down.
    guard let origins = sides.after ?? sides.before else { return }
    put.setUncheckedArguments([
      StateTree.identifier(of: key), Data(CanonicalJSON.bytes(of: origins.value)),
    ])
    try put.execute()
  }

  /// Keeps what is known of `commits`, and who signed them.
  func record(_ commits: [CommitRecord], signers: [String: Value]) throws {
    let insert = try db.cachedStatement(
      sql: """
        INSERT INTO commit_record (id, author_name, author_email, authored_at, committer_name,
          committer_email, committed_at, subject, signer)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET signer = coalesce(excluded.signer, commit_record.signer)
        """)
    for commit in commits {
      insert.setUncheckedArguments([
        commit.commit, commit.author.name, commit.author.email, commit.author.time.nanoseconds,
        commit.committer.name, commit.committer.email, commit.committer.time.nanoseconds,
        commit.subject, signers[commit.commit].map { CanonicalJSON.text(of: $0) },
      ])
      try insert.execute()
    }
  }
}

extension FieldOrigins {
  /// What one event made, with the commit that it names.
  init(event sequence: Int64, actor: String, _ origin: Origin?) {
    self.init(
      base: origin.map { .commit($0.commit, sequence: sequence) }
        ?? .edit(actor: actor, sequence: sequence))
  }
}
