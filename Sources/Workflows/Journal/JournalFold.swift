import Planning
package import Resources

/// Folds the journal forwards, event by event, and finds where it contradicts itself.
///
/// It starts from the empty state or from a snapshot. Every event whose kind starts with `resource.`
/// takes one resource from one side to another; the sides are compared whole, whatever their members
/// are.
package struct JournalFold: Sendable {
  /// A column of the journal, read but not believed.
  package struct Row: Sendable {
    package var sequence: Int64
    package var time: Timestamp
    package var actor: String
    package var kind: String
    package var subject: String
    package var payload: [UInt8]

    package init(
      sequence: Int64, time: Timestamp, actor: String, kind: String, subject: String,
      payload: [UInt8],
    ) {
      self.sequence = sequence
      self.time = time
      self.actor = actor
      self.kind = kind
      self.subject = subject
      self.payload = payload
    }
  }

  package struct Entry: Sendable {
    package var made: StateSnapshot.Entry
    /// The last event about it.
    package var lastSequence: Int64
    /// Whether the event that made it was something else than an apply.
    package var isDrifted: Bool
    /// What an apply made of it, while it is drifted.
    var applied: StateSnapshot.Entry?
  }

  /// A root that some event promises, and from which event on it must hold.
  private struct Promise {
    var root: Digest
    var sequence: Int64
    var due: Int64
  }

  package private(set) var entries: [ResourceKey: Entry] = [:]
  /// The last event about each resource that is gone.
  package private(set) var gone: [ResourceKey: Int64] = [:]
  /// The last `plan.applied` event, with its payload.
  package private(set) var lastApply: (row: Row, payload: Value)?
  /// The last state root that an event recorded for the state as a whole.
  package private(set) var recordedRoot: Digest?
  private var tree = StateTree.empty
  private var changed: Set<ResourceKey> = []
  private var promise: Promise?

  package init() {}

  package init(_ snapshot: StateSnapshot) {
    entries.reserveCapacity(snapshot.entries.count)
    for entry in snapshot.entries {
      entries[entry.key] = Entry(
        made: entry, lastSequence: entry.sequence, isDrifted: false, applied: nil)
    }
    tree = StateTree(
      entries: snapshot.entries.map { StateTree.Entry(key: $0.key, digest: $0.side.digest) })
  }

  /// The state as it is after the last event.
  package func snapshot(at sequence: Int64) -> StateSnapshot {
    StateSnapshot(sequence: sequence, entries: entries.values.map(\.made))
  }

  /// Takes the next event.
  ///
  /// - Returns: what is wrong with it, or with one before it that it shows to be wrong.
  package mutating func add(_ row: Row) -> JournalContradiction? {
    if row.kind == JournalEvent.Kind.planApplied.rawValue { return begin(row) }
    guard row.kind.hasPrefix("resource.") else { return nil }
    guard let key = ResourceKey(row.subject), let value = Value(canonical: row.payload),
      let transition = ResourceTransition(key: key, value: value)
    else {
      return JournalContradiction(
        row.sequence, "its payload cannot be read as a change of a resource")
    }
    if let wrong = fold(transition, row) { return wrong }
    if let promise { return row.sequence >= promise.due ? settle() : nil }
    guard let root = value["root"]?.string.flatMap({ Digest(hex: $0) }) else { return nil }
    recordedRoot = root
    promise = Promise(root: root, sequence: row.sequence, due: row.sequence)
    return settle()
  }

  /// What is wrong once there are no more events; nil where all promises were kept.
  package func finish() -> JournalContradiction? {
    if let promise {
      return JournalContradiction(
        promise.sequence, "it announces events up to \(promise.due), and the journal ends before")
    }
    return nil
  }

  private mutating func begin(_ row: Row) -> JournalContradiction? {
    if let promise {
      return JournalContradiction(
        promise.sequence,
        "it announces events up to \(promise.due), but event \(row.sequence) is the next apply")
    }
    guard let value = Value(canonical: row.payload), let events = value["events"]?.integer,
      events >= 0, events < Int64.max - row.sequence,
      let root = value["root"]?.string.flatMap({ Digest(hex: $0) })
    else { return JournalContradiction(row.sequence, "its payload cannot be read as an apply") }
    lastApply = (row, value)
    recordedRoot = root
    promise = Promise(
      root: root, sequence: row.sequence, due: row.sequence + events)
    return events == 0 ? settle() : nil
  }

  private mutating func fold(
    _ transition: ResourceTransition, _ row: Row,
  ) -> JournalContradiction? {
    let key = transition.key
    let known = entries[key]
    guard known?.made.side == transition.before else {
      let words = Self.difference(known?.made.side, transition.before)
      return JournalContradiction(
        row.sequence, "what it says \(key) was before is not what the events before left: \(words)",
        key: key)
    }
    changed.insert(key)
    guard let side = transition.after else {
      entries[key] = nil
      gone[key] = row.sequence
      return nil
    }
    gone[key] = nil
    var entry = StateSnapshot.Entry(
      key: key, side: side, sequence: row.sequence, time: row.time, actor: row.actor,
      reason: transition.reason, origin: transition.origin, origins: transition.origins,
      previousOrigins: transition.previousOrigins)
    var isDrifted = !Self.makingKinds.contains(row.kind)
    if let known, Self.keepingKinds.contains(row.kind) {
      entry = known.made
      entry.side = side
      isDrifted = known.isDrifted
    }
    var applied: StateSnapshot.Entry?
    if isDrifted {
      applied = known?.applied ?? known?.made
      if let applied, transition.reason == "reverted" {
        entry = applied
        entry.side = side
      }
    }
    entries[key] = Entry(
      made: entry, lastSequence: row.sequence, isDrifted: isDrifted, applied: applied)
    return nil
  }

  private mutating func settle() -> JournalContradiction? {
    tree.update(changed.map { (key: $0, digest: entries[$0]?.made.side.digest) })
    changed = []
    guard let promise else { return nil }
    self.promise = nil
    guard tree.root == promise.root else {
      return JournalContradiction(
        promise.sequence,
        "it says that it left the state root \(promise.root.abbreviated), but the events give \(tree.root.abbreviated)"
      )
    }
    return nil
  }

  /// Kinds after which a resource is what an apply made it.
  private static let makingKinds: Set<String> = [
    JournalEvent.Kind.resourceCreated.rawValue, JournalEvent.Kind.resourceUpdated.rawValue,
    JournalEvent.Kind.resourceMoved.rawValue,
  ]
  /// Kinds that leave it the work of the event before.
  private static let keepingKinds: Set<String> = [
    JournalEvent.Kind.resourceRelocated.rawValue, JournalEvent.Kind.resourceOrphaned.rawValue,
  ]

  /// The members in which two sides differ, in words; sides are compared as values, so that a new
  /// member needs no line here.
  package static func difference(
    _ a: ResourceTransition.Side?, _ b: ResourceTransition.Side?,
  ) -> String {
    guard let a = a?.value.members, let b = b?.value.members else {
      return a == nil ? "it was not there" : "it was there"
    }
    let names = Set(a.map(\.key)).union(b.map(\.key)).filter { name in
      a.first { $0.key == name }?.value != b.first { $0.key == name }?.value
    }
    return names.sorted().joined(separator: ", ")
  }
}

/// An event that does not fit those before it.
package struct JournalContradiction: Error, Hashable, Sendable {
  package var sequence: Int64
  package var reason: String
  /// The resource that it is about.
  package var key: ResourceKey?

  package init(_ sequence: Int64, _ reason: String, key: ResourceKey? = nil) {
    self.sequence = sequence
    self.reason = reason
    self.key = key
  }
}
