package import Planning
import Resources
package import Signatures

/// What is known of the signatures of a revision, as a condition.
enum SourceVerifiedCondition {
  static func of(
    _ verification: SourceVerification?, _ revision: String, known: [Condition],
    at time: Timestamp,
  ) -> Condition {
    func condition(_ status: Condition.Status, _ reason: String, _ message: String) -> Condition {
      Condition(
        .sourceVerified, status, reason: reason, message: message, observedRevision: revision,
        transitionTime: time)
    }
    guard let verification else {
      return condition(
        .unknown, "VerificationOff", "signatures are not checked (verify: off)")
    }
    if let first = verification.refusals.first {
      return condition(.isFalse, first.reason.conditionReason, verification.summary)
    }
    if verification.commitCount > 0 {
      return condition(.isTrue, "SignaturesValid", verification.summary)
    }
    // Nothing is new: what was found when the revision was new still holds.
    let before = known.first { $0.kind == .sourceVerified && $0.observedRevision == revision }
    if let before, before.reason == "SignaturesValid" { return before }
    return condition(
      .unknown, "LiveBefore",
      "revision \(revision.prefix(12)) was live before its signatures were asked for")
  }
}

extension SourceVerification {
  /// What the journal keeps of a refusal.
  var payload: Value {
    [
      "mode": .string(mode.rawValue), "base": base.map { .string($0) } ?? .null,
      "refusals": .integer(Int64(refusals.count + omittedCount)),
      "first": .array(
        refusals.prefix(20).map { refusal in
          [
            "commit": .string(refusal.commit), "author": .string(refusal.author),
            "subject": .string(refusal.subject), "reason": .string(refusal.reason.word),
            "message": .string(refusal.reason.words),
          ]
        }),
    ]
  }

  /// The signers of the commits that the changes of `plan` come from, and of its revision.
  package func signers(for plan: Plan) -> [String: Signer] {
    signers(
      of: Set(plan.changes.compactMap { $0.origin?.commit }).union(plan.commits.map(\.commit)))
  }
}

extension Optional where Wrapped == SourceVerification {
  /// The verification, if it is of exactly the step from `live` to `revision`.
  package func required(
    _ mode: VerificationMode, for revision: String, from live: String?,
  ) throws(SourceError) -> SourceVerification {
    if let verification = self, verification.mode == mode,
      verification.covers(revision, from: live)
    {
      return verification
    }
    throw SourceError(
      .moved,
      "the signatures of revision \(revision.prefix(12)) were not checked for this step: the source or the live state changed meanwhile",
      hint: "look again: writ reconcile")
  }
}
