/// A named place in the program at which a test may kill it.
///
/// Each stands between two steps that a crash can tear apart. In a debug build the environment
/// variable `WRIT_FAULT=NAME[:N]` makes the process kill itself with SIGKILL when it arrives there
/// for the N-th time. A release build has nothing of this.
package enum FaultPoint: String, CaseIterable, Sendable {
  // MARK: Fetch
  /// The parent is about to start the child.
  case fetchAsked = "fetch.asked"
  /// The child has read what it is asked for.
  case fetchStarted = "fetch.started"
  /// There is a mirror, and the child holds its lock.
  case fetchMirrorOpened = "fetch.mirror-opened"
  /// Every object is on disk, and the reference stands where it stood.
  case fetchObjectsReceived = "fetch.objects-received"
  case fetchReferenceMoved = "fetch.reference-moved"
  /// The joined pack is on disk beside those that it replaces.
  case fetchPackJoined = "fetch.pack-joined"
  /// The first of the packs that were joined is gone.
  case fetchPackDeleted = "fetch.pack-deleted"
  /// The parent has the child's answer.
  case fetchAnswered = "fetch.answered"

  // MARK: Verify
  /// Every signature of the step is judged, and no verdict is kept yet.
  case verifyJudged = "verify.judged"
  case verifyBeforeCommit = "verify.before-commit"
  case verifyRemembered = "verify.remembered"

  // MARK: Decode and plan
  case decodeBegun = "decode.begun"
  case decodeEnded = "decode.ended"
  /// Everything that the planner needs is gathered.
  case planAssembled = "plan.assembled"
  case planMade = "plan.made"
  case planJudged = "plan.judged"

  // MARK: Apply
  case applyBegun = "apply.begun"
  /// One more change is written; the N-th arrival is the N-th change.
  case applyChangeWritten = "apply.change-written"
  case applyBeforeRehash = "apply.before-rehash"
  case applyRehashed = "apply.rehashed"
  case applyOutboxWritten = "apply.outbox-written"
  case applyBeforeCommit = "apply.before-commit"
  case applyCommitted = "apply.committed"
  case applyConditionsBeforeCommit = "apply.conditions-before-commit"
  case applyConditionsRecorded = "apply.conditions-recorded"
  /// The mirror keeps the live revision.
  case applyReferenceKept = "apply.reference-kept"

  // MARK: Drift
  /// What somebody else wrote is on record, but for the COMMIT.
  case driftBeforeCommit = "drift.before-commit"
  case driftRecorded = "drift.recorded"

  // MARK: Health gate
  /// The apply that is to be watched, and its watch, are written, but for the COMMIT.
  case healthWatchOpened = "health.watch-opened"
  /// The checks have answered, and nobody wrote it down.
  case healthObserved = "health.observed"
  case healthAdvanceBeforeCommit = "health.advance-before-commit"
  case healthAdvanced = "health.advanced"
  case healthEndBeforeCommit = "health.end-before-commit"
  /// The watch is over; the conditions do not say so yet.
  case healthEnded = "health.ended"
  /// The way back is applied and the watch over, but for the COMMIT.
  case healthRollbackClosed = "health.rollback-closed"
  /// It is back; the conditions do not say so yet.
  case healthRolledBack = "health.rolled-back"

  // MARK: Outbox
  case outboxClaimed = "outbox.claimed"
  case effectBeforeSend = "effect.before-send"
  case effectSent = "effect.sent"
  case outboxBeforeCommit = "outbox.before-commit"
  case outboxSettled = "outbox.settled"

  // MARK: What an operator does
  case rollbackProposed = "rollback.proposed"
  case rollbackBeforeCommit = "rollback.before-commit"
  case rollbackCommitted = "rollback.committed"
  case acknowledgeBeforeCommit = "acknowledge.before-commit"
  case acknowledgeCommitted = "acknowledge.committed"
  case suspendBeforeCommit = "suspend.before-commit"
  case suspendCommitted = "suspend.committed"
  case resumeBeforeCommit = "resume.before-commit"
  case resumeCommitted = "resume.committed"
  case quarantineClearBeforeCommit = "quarantine-clear.before-commit"
  case quarantineClearCommitted = "quarantine-clear.committed"

  // MARK: Start, stop, migration
  /// The server has the database and its lock.
  case serverStarted = "server.started"
  /// Requests are served and `server.json` says where.
  case serverListening = "server.listening"
  /// Every service has ended; the lock is still held.
  case serverStopping = "server.stopping"
  case migrationBegun = "migration.begun"
  case migrationBeforeCommit = "migration.before-commit"
  case migrationCommitted = "migration.committed"

  /// The database as it was is in a backup; no step is taken.
  case migrationBackedUp = "migration.backed-up"
  /// Every step is taken, and the journal does not name the backup yet.
  case migrationBackupUnrecorded = "migration.backup-unrecorded"

  // MARK: Compaction
  /// The key is on disk, under another name.
  case compactKeyWritten = "compact.key-written"
  /// The export is on disk, under another name.
  case exportWritten = "export.written"
  /// The export has its name, beside the other one.
  case exportNamed = "export.named"
  /// The checkpoint is made and signed, and nothing dropped.
  case compactPrepared = "compact.prepared"
  case compactEventsDropped = "compact.events-dropped"
  case compactBeforeCommit = "compact.before-commit"
  case compactCommitted = "compact.committed"

  // MARK: Backup and restore
  case backupBegun = "backup.begun"
  case backupCopied = "backup.copied"
  case backupVerified = "backup.verified"
  /// The backup has its name, beside the one that it was made under.
  case backupNamed = "backup.named"
  /// The copy that shall be live is whole, and nothing of the live one was touched.
  case restoreStaged = "restore.staged"
  /// The old database has a second name.
  case restoreOldKept = "restore.old-kept"
  case restoreLogRemoved = "restore.log-removed"
  case restoreReplaced = "restore.replaced"

  // MARK: Runs
  /// All of a turn of the dispatcher is written, and not committed.
  case dispatchBeforeCommit = "dispatch.before-commit"
  /// What was decided is on record, and nothing of it was done.
  case dispatchCommitted = "dispatch.committed"
  /// An attempt is about to be given to its probe.
  case runBeforeSend = "run.before-send"
  case runSent = "run.sent"
  /// A probe has reported, and nothing of that is on record.
  case runReported = "run.reported"
}
