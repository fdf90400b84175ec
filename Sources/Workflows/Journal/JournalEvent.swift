import Planning
package import Resources

/// One thing that was decided or done.
///
/// The journal is append-only, and each event carries the hash of the one before, so that no event
/// can be changed or taken out unseen.
package struct JournalEvent: Hashable, Sendable {
  /// What happened; the raw value is what the journal holds.
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case planApplied = "plan.applied"
    case planBlocked = "plan.blocked"
    case revisionInvalid = "revision.invalid"
    case resourceCreated = "resource.created"
    case resourceUpdated = "resource.updated"
    case resourceDeleted = "resource.deleted"
    case resourceMoved = "resource.moved"
    case resourceRelocated = "resource.relocated"
    case resourceOrphaned = "resource.orphaned"
    case guardAcknowledged = "guard.acknowledged"
    case contentQuarantined = "content.quarantined"
    case quarantineCleared = "quarantine.cleared"
    case reconcileSuspended = "reconcile.suspended"
    case reconcileResumed = "reconcile.resumed"
    case effectDelivered = "effect.delivered"
    case effectAbandoned = "effect.abandoned"
    /// A row that somebody else changed was found, and is on record as it is now.
    case resourceDrifted = "resource.drifted"
    /// A break-glass edit.
    case resourceEdited = "resource.edited"
    case healthWatched = "health.watched"
    case healthPassed = "health.passed"
    case healthFailed = "health.failed"
    /// A revision whose signatures are not what the settings ask for.
    case revisionUnverified = "revision.unverified"
    case changeApproved = "change.approved"
    case changeRejected = "change.rejected"
    /// Somebody took back what they said of a change.
    case changeWithdrawn = "change.withdrawn"
    case journalCompacted = "journal.compacted"
    case executionStarted = "execution.started"
    case executionHeld = "execution.held"
    case executionApproved = "execution.approved"
    case executionWaveStarted = "execution.waveStarted"
    /// No further run of it is started.
    case executionStopped = "execution.stopped"
    case executionEnded = "execution.ended"
    case runQueued = "run.queued"
    case runSent = "run.sent"
    case runStarted = "run.started"
    case runSucceeded = "run.succeeded"
    case runFailed = "run.failed"
    case runCanceled = "run.canceled"
    case runDenied = "run.denied"
    case runTimedOut = "run.timedOut"
    case runLost = "run.lost"
    case runSkipped = "run.skipped"
    case runRetryScheduled = "run.retryScheduled"
    case runStopRequested = "run.stopRequested"
    /// A result came that changes nothing any more.
    case runLateResult = "run.lateResult"
    case jobRevoked = "job.revoked"
    case jobUnrevoked = "job.unrevoked"
    /// Times of a schedule were decided on that do not run.
    case occurrencesSkipped = "occurrences.skipped"
    case schedulePaused = "schedule.paused"
    case scheduleResumed = "schedule.resumed"
    case backfillRequested = "backfill.requested"
    case backupMade = "backup.made"
    case storeRestored = "store.restored"
  }

  /// From 1, without gaps.
  package var sequence: Int64
  package var time: Timestamp
  /// Who: `cli:ana`, `loop`, `hook`.
  package var actor: String
  package var kind: Kind
  /// What it is about: `Job/db-backup`, a revision, a plan digest.
  package var subject: String
  /// Canonical JSON.
  package var payload: [UInt8]
  package var previousHash: Digest
  package var hash: Digest

  /// The event after the one whose hash is `previousHash`.
  package init(
    sequence: Int64, time: Timestamp, actor: String, kind: Kind, subject: String, payload: [UInt8],
    after previousHash: Digest,
  ) {
    self.sequence = sequence
    self.time = time
    self.actor = actor
    self.kind = kind
    self.subject = subject
    self.payload = payload
    self.previousHash = previousHash
    hash = Self.hash(
      sequence: sequence, time: time, actor: actor, kind: kind.rawValue, subject: subject,
      payload: payload, previousHash: previousHash)
  }

  /// SHA-256 over the previous hash and every member, each with its length before it.
  package static func hash(
    sequence: Int64, time: Timestamp, actor: String, kind: String, subject: String,
    payload: [UInt8], previousHash: Digest,
  ) -> Digest {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(payload.count + 160)
    previousHash.append(to: &bytes)
    func append(_ number: Int64) {
      withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }
    append(sequence)
    append(time.nanoseconds)
    for text in [actor, kind, subject] {
      append(Int64(text.utf8.count))
      bytes.append(contentsOf: text.utf8)
    }
    append(Int64(payload.count))
    bytes.append(contentsOf: payload)
    return Digest(of: bytes)
  }
}
