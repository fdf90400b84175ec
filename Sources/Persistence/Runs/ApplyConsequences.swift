internal import Engine
internal import GRDB
internal import Planning
internal import Resources
internal import Workflows

/// What an apply means for what runs, in its transaction.
///
/// A deleted job is revoked, what runs of it is to be canceled, and then it is gone. A schedule that
/// is new or changed counts from now on.
struct ApplyConsequences {
  let db: Database
  let plan: Plan
  let actor: String
  let time: Timestamp

  /// Comes before the rows are written.
  func revoke(_ journal: inout JournalRows) throws {
    for change in plan.changes where change.key.kind == "Job" {
      switch change.action {
      case .delete: try revokeDeleted(change.key.name, &journal)
      case .create where plan.isRollback: try restore(change.key.name, &journal)
      case .create, .update, .move: break
      }
    }
  }

  private func revokeDeleted(_ job: String, _ journal: inout JournalRows) throws {
    let revocation = Revocation(
      job: job, isByDeletion: true, actor: actor, reason: "the job was deleted", time: time)
    if try RevocationRows(db: db).insert(revocation) {
      try journal.append(
        .jobRevoked, subject: "Job/\(job)",
        payload: CanonicalJSON.bytes(
          of: ["isByDeletion": true, "reason": .string(revocation.reason)]))
    }
    try RunRowsTransaction(db: db, time: time).enqueue(
      RunRequest(.revoked(job: job, isDeleted: true), actor: actor, time: time))
  }

  /// A rollback of a deletion takes back what the deletion did.
  private func restore(_ job: String, _ journal: inout JournalRows) throws {
    guard try RevocationRows(db: db).delete(job, onlyByDeletion: true) else { return }
    try journal.append(
      .jobUnrevoked, subject: "Job/\(job)",
      payload: CanonicalJSON.bytes(of: ["reason": "the deletion of the job was rolled back"]))
  }

  /// Comes after the rows are written.
  func begin() throws {
    let rows = ScheduleRows(db: db)
    var isAboutRuns = false
    for change in plan.changes {
      switch (change.key.kind, change.action) {
      // What waits of it gets its verdict before it goes.
      case ("Schedule", .delete): try rows.postpone(change.key.name, until: time)
      case ("Schedule", .create), ("Schedule", .update):
        try rows.touch(change.key.name, at: time)
      case ("Job", _), ("Probe", _), ("CommandPolicy", _), ("Role", _): isAboutRuns = true
      default: break
      }
    }
    if isAboutRuns {
      try RunRowsTransaction(db: db, time: time).enqueue(
        RunRequest(.judge, actor: actor, time: time))
    }
  }
}
