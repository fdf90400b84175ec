package import Planning
package import Resources
package import Workflows

/// The live state with all that a plan and its verdict depend on, so that both can be made where the
/// database is not.
///
/// It is made from a database by `of`, written as `bytes`, and read back by `init(reading:)`, which
/// checks everything. Manifests only refer to secrets, so it holds none.
package struct LiveSnapshot: Sendable {
  /// A resource in force.
  package struct Entry: Hashable, Sendable {
    package var key: ResourceKey
    package var side: ResourceTransition.Side
    /// The canonical bytes whose digest is `side.digest`.
    package var content: [UInt8]
    /// The commit it comes from, where one is known.
    package var origin: Origin?

    package init(
      key: ResourceKey, side: ResourceTransition.Side, content: [UInt8], origin: Origin?,
    ) {
      self.key = key
      self.side = side
      self.content = content
      self.origin = origin
    }
  }

  package static let formatVersion: Int64 = 1
  /// No snapshot has more resources.
  package static let entryLimit = 2_000_000
  /// No file of one is larger.
  package static let byteLimit = 4 << 30

  package var revision: String?
  package var roots: [String]
  package var isExact: Bool
  package var root: Digest
  package var exportedAt: Timestamp
  /// By key.
  package var entries: [Entry]
  /// The live resources that are not what was applied, by key.
  package var drifts: [Drift]
  package var acknowledgements: [Acknowledgement]
  /// The roots of the states that are in quarantine.
  package var quarantine: [Digest]
  package var decisions: [ApprovalDecision]
  /// The settings that plans depend on.
  package var guards: GuardSettings
  package var drift: DriftPolicy

  /// The state of `store` at `time`, as one reader sees it.
  ///
  /// - Parameter decisions: what people said of changes that wait for them.
  package static func of(
    _ store: any StateStore, guards: GuardSettings, drift: DriftPolicy,
    decisions: [ApprovalDecision] = [], at time: Timestamp,
  ) throws(StoreError) -> LiveSnapshot {
    let status = try store.status()
    let records = try store.records(kind: nil, name: nil)
    let origins = Dictionary(
      records.compactMap { record in record.origin.map { (record.resource.key, $0) } }
    ) { first, _ in first }
    let acknowledgements = try store.acknowledgements()
    let quarantine = try store.quarantine().map(\.root)
    return try store.read { live throws(StoreError) in
      let summary = try live.summary()
      guard summary.revision == status.live.revision, summary.total <= entryLimit else {
        throw StoreError(
          .busy, "the live state changed while it was exported", hint: "export it again")
      }
      let resources = try live.allResources().sorted { $0.key < $1.key }
      let contents = try live.contents(of: resources.map(\.key))
      return LiveSnapshot(
        revision: summary.revision, roots: status.roots, isExact: try live.isExact(),
        root: summary.root, exportedAt: time,
        entries: resources.map { resource in
          Entry(
            key: resource.key, side: ResourceTransition.Side(resource),
            content: contents[resource.key] ?? [], origin: origins[resource.key])
        },
        drifts: try live.drifts().sorted { $0.key < $1.key },
        acknowledgements: acknowledgements, quarantine: quarantine.sorted(),
        decisions: decisions, guards: guards, drift: drift)
    }
  }

  /// The first reason why this is not a state that could be live; nil for none.
  var problem: String? {
    for entry in entries where Digest(of: entry.content) != entry.side.digest {
      return "the content of \(entry.key) is not what its digest says"
    }
    let tree = StateTree(
      entries: entries.map { StateTree.Entry(key: $0.key, digest: $0.side.digest) })
    if tree.root != root {
      return "its resources make the state \(tree.root.abbreviated), and it claims to be "
        + root.abbreviated
    }
    return nil
  }
}
