package import Planning
package import Resources
import Workflows

/// What people said of changes that wait for approval.
///
/// It is kept over restarts. Once a change is applied, what was said of it goes in the transaction of
/// the apply, so that it counts once; the journal keeps it. Synchronous, one transaction for each
/// method.
package protocol ApprovalStore: Sendable {
  /// What was said of `changes`, or of any change where that is nil; by key, change and person.
  func decisions(on changes: [Digest]?) throws(StoreError) -> [ApprovalDecision]

  /// Keeps `decisions`, each in the place of what the same person said of that change before, with
  /// an event for each: all of them, or none.
  ///
  /// What ran out long ago goes. Throws where more is waiting than can be.
  func decide(_ decisions: [ApprovalDecision], at time: Timestamp) throws(StoreError)

  /// Takes back what was said, with an event for each decision that was there.
  ///
  /// - Returns: those that were there.
  func withdraw(
    _ decisions: [ApprovalDecision], actor: String, reason: String, at time: Timestamp,
  ) throws(StoreError) -> [ApprovalDecision]
}

/// How many decisions there may be, and how long those stay that count no more.
package enum ApprovalLimits {
  package static let decisions = 10_000
  /// An approval goes so long after it ran out, a rejection so long after it was said.
  package static let approvalKeep = TimeSpan.days(30)
  package static let rejectionKeep = TimeSpan.days(365)

  /// Whether `decision` is of no use any more at `time`.
  package static func isOver(_ decision: ApprovalDecision, at time: Timestamp) -> Bool {
    switch decision.answer {
    case .approve: decision.expires < time.before(approvalKeep)
    case .reject: decision.time < time.before(rejectionKeep)
    }
  }
}

extension ApprovalDecision {
  /// The event that it leaves in the journal.
  package var event: NewEvent {
    NewEvent(
      answer == .approve ? .changeApproved : .changeRejected, subject: key.description,
      payload: [
        "change": .string(change.description), "expires": .string(expires.description),
        "person": .string(person.name), "reason": .string(reason),
      ])
  }

  /// The event of its being taken back.
  package func withdrawn(reason: String) -> NewEvent {
    NewEvent(
      .changeWithdrawn, subject: key.description,
      payload: [
        "answer": .string(answer.rawValue), "change": .string(change.description),
        "person": .string(person.name), "reason": .string(reason),
      ])
  }
}

extension Timestamp {
  /// The time so much earlier, or the first one that there is.
  package func before(_ span: TimeSpan) -> Timestamp {
    let (difference, overflow) = nanoseconds.subtractingReportingOverflow(span.nanoseconds)
    return Timestamp(nanoseconds: overflow ? .min : difference)
  }
}
