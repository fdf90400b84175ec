import Planning
import Resources
import TestSupport
import Testing
import Workflows

struct JournalEventTests {
  private func event(
    sequence: Int64 = 1, time: Int64 = 2, actor: String = "loop",
    kind: JournalEvent.Kind = .planApplied, subject: String = "c0ffee", payload: String = "{}",
    after previous: Digest = .zero,
  ) -> JournalEvent {
    JournalEvent(
      sequence: sequence, time: Timestamp(nanoseconds: time), actor: actor, kind: kind,
      subject: subject, payload: Array(payload.utf8), after: previous)
  }

  /// The hash is a format: a chain that one release wrote every later one must verify.
  @Test func theHashIsFixed() {
    #expect(
      event().hash.description
        == "dd6cef540f5ecda03a30c93faa93e24e922269ab0bc3f4afe4ef445c0bb16680")
  }

  @Test func everyMemberIsPartOfTheHash() {
    let hash = event().hash
    #expect(event(sequence: 2).hash != hash)
    #expect(event(time: 3).hash != hash)
    #expect(event(actor: "hook").hash != hash)
    #expect(event(kind: .planBlocked).hash != hash)
    #expect(event(subject: "other").hash != hash)
    #expect(event(payload: "[]").hash != hash)
    #expect(event(after: Digest(of: [1])).hash != hash)
    #expect(event().hash == hash)
  }

  @Test func membersDoNotRunIntoEachOther() {
    #expect(
      event(actor: "loop", subject: "x").hash != event(actor: "loo", subject: "px").hash)
    #expect(event(subject: "ab", payload: "c").hash != event(subject: "a", payload: "bc").hash)
  }

  @Test func theNamesInTheJournalAreFixed() {
    #expect(
      JournalEvent.Kind.allCases.map(\.rawValue) == [
        "plan.applied", "plan.blocked", "revision.invalid", "resource.created",
        "resource.updated", "resource.deleted", "resource.moved", "resource.relocated",
        "resource.orphaned", "guard.acknowledged", "content.quarantined", "quarantine.cleared",
        "reconcile.suspended", "reconcile.resumed", "effect.delivered", "effect.abandoned",
        "resource.drifted", "resource.edited", "health.watched", "health.passed", "health.failed",
        "revision.unverified", "change.approved", "change.rejected", "change.withdrawn",
        "journal.compacted", "execution.started", "execution.held", "execution.approved",
        "execution.waveStarted", "execution.stopped", "execution.ended", "run.queued", "run.sent",
        "run.started", "run.succeeded", "run.failed", "run.canceled", "run.denied",
        "run.timedOut", "run.lost", "run.skipped", "run.retryScheduled", "run.stopRequested",
        "run.lateResult", "job.revoked", "job.unrevoked", "occurrences.skipped",
        "schedule.paused", "schedule.resumed", "backfill.requested", "backup.made",
        "store.restored",
      ])
  }
}
