internal import Engine
internal import Foundation
internal import GRDB
internal import Planning
internal import Resources
internal import Workflows

/// Compares the live rows with what the journal's events lead to.
struct LiveCheck {
  let db: Database
  let fold: JournalFold
  /// The last event.
  let head: Int64

  func firstBreak() throws -> JournalBreak? {
    if let wrong = try resourceBreak() { return wrong }
    if let wrong = try relationBreak() { return wrong }
    return try summaryBreak()
  }

  // MARK: Resources

  /// The first resource, by the event that it differs from, whose rows are not what they should be.
  private func resourceBreak() throws -> JournalBreak? {
    var due = fold.entries
    var breaks: [JournalBreak] = []
    let sequences = try sequences()
    for resource in try LiveRows(db: db).allResources() {
      let key = resource.key
      guard let entry = due.removeValue(forKey: key) else {
        breaks.append(
          JournalBreak(
            sequence: fold.gone[key] ?? head,
            reason: "\(key) is live, but the events do not lead to it"))
        continue
      }
      let side = ResourceTransition.Side(resource)
      if side != entry.made.side {
        let words = JournalFold.difference(side, entry.made.side)
        breaks.append(
          JournalBreak(
            sequence: entry.lastSequence,
            reason: "the live row of \(key) is not what this event left: \(words)"))
      } else if !entry.isDrifted, sequences[key] != entry.made.sequence {
        breaks.append(
          JournalBreak(
            sequence: entry.made.sequence,
            reason: "the live row of \(key) names event \(sequences[key] ?? 0) instead"))
      }
    }
    breaks += due.values.map { entry in
      JournalBreak(
        sequence: entry.lastSequence, reason: "\(entry.made.key) should be live, and is not")
    }
    return breaks.min { ($0.sequence, $0.reason) < ($1.sequence, $1.reason) }
  }

  private func sequences() throws -> [ResourceKey: Int64] {
    var result: [ResourceKey: Int64] = [:]
    let rows = try Row.fetchCursor(db, sql: "SELECT kind, name, sequence FROM resource")
    while let row = try rows.next() { result[ResourceKey(kind: row[0], name: row[1])] = row[2] }
    return result
  }

  /// Columns that repeat what others say, for the sake of searching.
  private func relationBreak() throws -> JournalBreak? {
    let resources = try Row.fetchCursor(
      db,
      sql: """
        SELECT resource.id, kind, name, resource.digest = content.digest
        FROM resource LEFT JOIN content ON content.id = content_id ORDER BY kind, name
        """)
    while let row = try resources.next() {
      let key = ResourceKey(kind: row[1], name: row[2])
      let sequence = fold.entries[key]?.lastSequence ?? head
      if row[0] != StateTree.identifier(of: key) {
        return JournalBreak(sequence: sequence, reason: "the live row of \(key) has another id")
      }
      if row[3] as Bool? != true {
        return JournalBreak(sequence: sequence, reason: "\(key) has the content of something else")
      }
    }
    let references = try Row.fetchCursor(
      db,
      sql:
        "SELECT target_id, target_kind, target_name FROM reference ORDER BY resource_id, position")
    while let row = try references.next() {
      let target = ResourceKey(kind: row[1], name: row[2])
      if row[0] != StateTree.identifier(of: target) {
        return JournalBreak(
          sequence: head, reason: "a live reference to \(target) has another id")
      }
    }
    return nil
  }

  // MARK: The state as a whole

  private func summaryBreak() throws -> JournalBreak? {
    let rows = StateRows(db: db)
    let summary = try LiveRows.summary(db)
    let sequence = fold.lastApply?.row.sequence ?? head
    func broken(_ reason: String) -> JournalBreak {
      JournalBreak(sequence: sequence, reason: reason)
    }
    if let root = fold.recordedRoot, summary.root != root {
      return broken(
        "the state root is \(summary.root.abbreviated), but the journal's is \(root.abbreviated)")
    }
    var counts: [String: Int] = [:]
    for key in fold.entries.keys { counts[key.kind, default: 0] += 1 }
    if summary.counts != counts {
      return broken("the counts of the kinds are not those of the rows")
    }
    let tree = StateTree(
      entries: fold.entries.values.map {
        StateTree.Entry(key: $0.made.key, digest: $0.made.side.digest)
      })
    if try !rows.holds(tree) { return broken("the stored state tree is not that of the rows") }
    guard let apply = fold.lastApply else {
      return summary.revision == nil ? nil : broken("a revision is live that no event made so")
    }
    let row = try Row.fetchOne(
      db, sql: "SELECT live_revision, applied_at, roots FROM repository WHERE id = 1")
    guard let row, row[0] == apply.payload["revision"]?.string else {
      return broken("the live revision is not the one that was applied last")
    }
    guard row[1] == apply.row.time.nanoseconds else {
      return broken("the time of the last apply is not that of its event")
    }
    guard row[2] == apply.payload["roots"].map(CanonicalJSON.text) else {
      return broken("the manifest roots are not those of the last apply")
    }
    return nil
  }
}

extension StateRows {
  /// Whether the stored branches are those of `tree`; one without children may be stored or not.
  func holds(_ tree: StateTree) throws -> Bool {
    var due = tree.branches.filter { !$0.value.isEmpty }
    var hasTrunk = false
    let rows = try Row.fetchCursor(db, sql: "SELECT branch, children FROM state_branch")
    while let row = try rows.next() {
      let index: Int = row[0]
      guard let branch = StateTree.Branch(bytes: Array(row[1] as Data)) else { return false }
      if index == -1 {
        hasTrunk = true
        if branch != tree.trunk { return false }
      } else if branch != due.removeValue(forKey: UInt8(index)) ?? StateTree.Branch() {
        return false
      }
    }
    return due.isEmpty && (hasTrunk || tree.trunk.isEmpty)
  }
}
