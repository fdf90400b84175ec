package import Planning
package import Resources
package import Workflows

/// The state of one moment, as what differs from the live state or from nothing.
///
/// It is only of use in the transaction that it was found in.
package struct MomentState: Sendable {
  /// Where the state comes from.
  package enum Kind: String, Sendable {
    /// It is in force now.
    case live
    /// It was in force: the journal says so.
    case past
    /// It is what the manifests of a revision say.
    case desired
    /// It is what a saved plan would make.
    case planned
  }

  /// A resource of the state.
  package struct Entry: Sendable {
    package var side: ResourceTransition.Side
    /// Canonical bytes, where the store may not have them.
    package var content: [UInt8]?
    package var origin: Origin?

    package init(side: ResourceTransition.Side, content: [UInt8]? = nil, origin: Origin? = nil) {
      self.side = side
      self.content = content
      self.origin = origin
    }
  }

  package var kind: Kind
  /// What the user wrote.
  package var name: String
  /// How it was found, in a few words; empty where there is nothing to say.
  package var words: String
  package var revision: String?
  package var root: Digest
  /// The last event that is folded into it; nil for states that never were.
  package var point: JournalPoint?
  /// Whether it starts from nothing rather than from the live state.
  package var isWhole: Bool
  /// The resources in which it differs from what it starts from; nil where one is not there.
  package var differences: [ResourceKey: Entry?]
  /// Resources that stay in force although no manifest names them.
  package var orphanCount = 0

  package init(
    kind: Kind, name: String, words: String, revision: String?, root: Digest,
    point: JournalPoint?, isWhole: Bool, differences: [ResourceKey: Entry?],
  ) {
    self.kind = kind
    self.name = name
    self.words = words
    self.revision = revision
    self.root = root
    self.point = point
    self.isWhole = isWhole
    self.differences = differences
  }
}

/// A resource of the state of a moment, with all that is known of it.
package struct MomentRecord: Sendable {
  package var record: LiveRecord
  /// Whether some apply made it so; else its event and time mean nothing.
  package var isApplied: Bool

  package init(record: LiveRecord, isApplied: Bool) {
    self.record = record
    self.isApplied = isApplied
  }
}

extension MomentState {
  /// The resources of the state, by key; nil means any.
  ///
  /// Reads no more than what it returns, and what changed since. A whole state is checked against
  /// its root.
  package func records(
    kind: String?, name: String?, past: any PastReader,
  ) throws(StoreError) -> [MomentRecord] {
    var result: [ResourceKey: MomentRecord] = [:]
    if !isWhole {
      for record in try past.records(kind: kind, name: name)
      where differences[record.resource.key] == nil {
        result[record.resource.key] = MomentRecord(record: record, isApplied: true)
      }
    }
    var entries: [(key: ResourceKey, entry: Entry)] = []
    for (key, entry) in differences {
      guard let entry, kind == nil || kind == key.kind, name == nil || name == key.name else {
        continue
      }
      entries.append((key, entry))
    }
    let contents = try past.contents(
      of: entries.filter { $0.entry.content == nil }.map { $0.entry.side.digest })
    var makers: [ResourceKey: ResourceMaker] = [:]
    if let point { makers = try past.makers(of: entries.map { $0.key }, at: point.sequence) }
    for (key, entry) in entries {
      guard let bytes = entry.content ?? contents[entry.side.digest],
        let content = Value(canonical: bytes)
      else {
        throw StoreError(
          .corrupt, "the content of \(key) at \(name ?? self.name) is missing",
          hint: "see what is wrong with the journal: writ journal verify")
      }
      let maker = makers[key]
      result[key] = MomentRecord(
        record: LiveRecord(
          resource: entry.side.resource(key), content: content,
          origin: maker?.origin ?? entry.origin, sequence: maker?.sequence ?? 0,
          appliedAt: maker?.time ?? Timestamp(nanoseconds: 0)),
        isApplied: maker != nil)
    }
    let records = result.values.sorted { $0.record.resource.key < $1.record.resource.key }
    if kind == nil { try check(records) }
    return records
  }

  private func check(_ records: [MomentRecord]) throws(StoreError) {
    let tree = StateTree(
      entries: records.map {
        StateTree.Entry(key: $0.record.resource.key, digest: $0.record.resource.digest)
      })
    guard tree.root == root else {
      throw StoreError(
        .corrupt,
        "folding the journal back to \(name) gives the state root \(tree.root.abbreviated), but \(root.abbreviated) is on record",
        hint: "see what is wrong with it: writ journal verify")
    }
  }
}

extension ResourceTransition.Side {
  /// The row that this is a side of.
  package func resource(_ key: ResourceKey) -> LiveResource {
    LiveResource(
      key: key, digest: digest, location: location, marks: marks, isOrphaned: isOrphaned,
      references: references, claims: claims)
  }
}
