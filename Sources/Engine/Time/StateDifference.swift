package import Planning
import Resources
import Workflows

/// What differs between the states of two moments.
///
/// Costs what differs between the two and the live state; nothing else is read, unless one of them
/// starts from nothing.
package struct StateDifference: Sendable {
  package var from: MomentState
  package var to: MomentState
  /// By key.
  package var changes: [Change]
  /// Resources that only stand at other lines, or have other marks beside their manifest.
  package var asideCount: Int
  package var unchangedCount: Int

  package var isEmpty: Bool { changes.isEmpty }

  /// Compares; nil for `kind` and `name` means any.
  package static func between(
    _ from: MomentState, _ to: MomentState, kind: String?, name: String?, past: any PastReader,
  ) throws(StoreError) -> StateDifference {
    var comparison = Comparison(from: from, to: to, kind: kind, name: name, past: past)
    return try comparison.run()
  }
}

private struct Comparison {
  let from: MomentState
  let to: MomentState
  let kind: String?
  let name: String?
  let past: any PastReader
  private var live: [ResourceKey: LiveResource] = [:]

  init(
    from: MomentState, to: MomentState, kind: String?, name: String?, past: any PastReader,
  ) {
    self.from = from
    self.to = to
    self.kind = kind
    self.name = name
    self.past = past
  }

  private func isWanted(_ key: ResourceKey) -> Bool {
    (kind ?? key.kind) == key.kind && (name ?? key.name) == key.name
  }

  mutating func run() throws(StoreError) -> StateDifference {
    let named = Set(from.differences.keys).union(to.differences.keys).filter(isWanted)
    let readsAll = from.isWhole != to.isWhole
    let rows =
      readsAll ? try past.live.allResources() : try past.live.resources(named: named.sorted())
    for row in rows where isWanted(row.key) { live[row.key] = row }
    let keys = named.union(live.keys).sorted()
    var pairs: [(key: ResourceKey, old: MomentState.Entry?, new: MomentState.Entry?)] = []
    var aside = 0
    var same = 0
    for key in keys {
      let old = entry(key, from)
      let new = entry(key, to)
      if old?.side.digest == new?.side.digest, old?.side.location.file == new?.side.location.file {
        if old == nil { continue }
        if old?.side == new?.side { same += 1 } else { aside += 1 }
      } else {
        pairs.append((key, old, new))
      }
    }
    if !readsAll, !from.isWhole { same += try liveCount() - live.count }
    let changes = try changes(pairs)
    return StateDifference(
      from: from, to: to, changes: changes, asideCount: aside, unchangedCount: same + aside)
  }

  private func entry(_ key: ResourceKey, _ state: MomentState) -> MomentState.Entry? {
    if let entry = state.differences[key] { return entry }
    if state.isWhole { return nil }
    return live[key].map { MomentState.Entry(side: ResourceTransition.Side($0)) }
  }

  private func liveCount() throws(StoreError) -> Int {
    if let kind, let name {
      return try past.live.resources(named: [ResourceKey(kind: kind, name: name)]).count
    }
    let summary = try past.live.summary()
    return kind.map { summary.counts[$0] ?? 0 } ?? summary.total
  }

  // MARK: Changes

  private func changes(
    _ pairs: [(key: ResourceKey, old: MomentState.Entry?, new: MomentState.Entry?)],
  ) throws(StoreError) -> [Change] {
    var digests: [Digest] = []
    for pair in pairs where pair.old != nil && pair.new != nil {
      if let old = pair.old, old.content == nil { digests.append(old.side.digest) }
      if let new = pair.new, new.content == nil { digests.append(new.side.digest) }
    }
    let contents = try past.contents(of: digests)
    var makers: [ResourceKey: ResourceMaker] = [:]
    if let point = to.point { makers = try past.makers(of: pairs.map(\.key), at: point.sequence) }
    var changes: [Change] = []
    for pair in pairs {
      var change = Change(
        comparing: pair.key, pair.old?.side.resource(pair.key), pair.new?.side.resource(pair.key))
      change.origin = to.point == nil ? pair.new?.origin : makers[pair.key]?.origin
      if change.action == .update, let old = pair.old, let new = pair.new {
        change.fields = try fields(pair.key, old, new, contents)
      }
      changes.append(change)
    }
    return changes
  }

  private func fields(
    _ key: ResourceKey, _ old: MomentState.Entry, _ new: MomentState.Entry,
    _ contents: [Digest: [UInt8]],
  ) throws(StoreError) -> [FieldChange] {
    func value(_ entry: MomentState.Entry, _ state: MomentState) throws(StoreError) -> Value {
      guard let bytes = entry.content ?? contents[entry.side.digest],
        let value = Value(canonical: bytes)
      else {
        throw StoreError(
          .corrupt, "the content of \(key) at \(state.name) is missing",
          hint: "see what is wrong with the journal: writ journal verify")
      }
      return value
    }
    return FieldChange.between(try value(old, from), try value(new, to)).map { field in
      var field = field
      // The text is not at hand, so the place is that of the resource.
      if field.new != nil { field.range = new.side.location.range }
      return field
    }
  }
}
