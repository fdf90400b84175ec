internal import Engine
internal import Foundation
internal import GRDB
internal import Planning
internal import Resources
internal import Workflows

/// Where fields come from that somebody else wrote, and that go back to what they were.
extension ProvenanceRows {
  /// What a write that is not Writ's made of the origins of a resource, in the event `sequence`.
  ///
  /// The rows themselves are not asked: whoever wrote may have taken them along.
  ///
  /// - Parameter restored: the event whose state it is again; nil for a new one.
  func sides(
    ofDrift key: ResourceKey, before: ResourceTransition.Side?, after: ResourceTransition.Side?,
    sequence: Int64, restored: Int64?,
  ) throws -> Sides {
    let old = try OriginFold.origins(db, of: key, upTo: sequence - 1)
    guard let after else { return Sides(before: old) }
    if let restored, let origins = try OriginFold.origins(db, of: key, upTo: restored) {
      return Sides(before: old, after: origins)
    }
    let mark = FieldOrigins.Mark.edit(actor: actor, sequence: sequence)
    guard let old, let before, let previous = try content(before.digest),
      let current = try content(after.digest)
    else { return Sides(before: old, after: FieldOrigins(base: mark)) }
    let origins = old.updated(by: FieldChange.between(previous, current), mark: mark) {
      previous
    } new: {
      current
    }
    return Sides(before: old, after: origins)
  }

  private func content(_ digest: Digest) throws -> Value? {
    try Data.fetchOne(
      db, sql: "SELECT bytes FROM content WHERE digest = ?", arguments: [digest.data]
    ).flatMap { Value(canonical: Array($0)) }
  }

  /// The origins that a drifted resource had when it was as git says.
  func origins(beforeDriftOf key: ResourceKey) throws -> FieldOrigins? {
    let sequence = try Int64.fetchOne(
      db, sql: "SELECT applied_sequence FROM drift WHERE resource_id = ?",
      arguments: [StateTree.identifier(of: key)])
    return try sequence.flatMap { try OriginFold.origins(db, of: key, upTo: $0) }
  }

  /// Writes what `sides` came to, or takes the row out where the resource is gone.
  func settle(_ key: ResourceKey, _ sides: Sides) throws {
    if sides.after == nil {
      try db.execute(
        sql: "DELETE FROM provenance WHERE resource_id = ?",
        arguments: [StateTree.identifier(of: key)])
    } else {
      try write(key, sides)
    }
  }
}
