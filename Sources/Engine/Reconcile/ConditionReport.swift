import Planning
import Resources
import Signatures
import Workflows

/// A pass as conditions and journal events.
struct ConditionReport {
  var conditions: [Condition] = []
  private(set) var events: [NewEvent] = []

  init(
    report: ReconcilePass.Report, requires: VerificationMode, known: [Condition],
    at time: Timestamp,
  ) {
    let revision = report.revision
    let short = revision.prefix(12)
    func set(_ kind: Condition.Kind, _ isTrue: Bool, _ reason: String, _ message: String) {
      conditions.append(
        Condition(
          kind, isTrue ? .isTrue : .isFalse, reason: reason, message: message,
          observedRevision: revision, transitionTime: time))
    }
    switch report.outcome {
    case .unchanged where !report.awaiting.isEmpty, .applied where !report.awaiting.isEmpty:
      events = Self.awaiting(report.awaiting, revision, set)
    case .blocked(_, let blocks) where blocks.allSatisfy({ $0.name == Verdict.Block.approval }):
      events = Self.awaiting(blocks, revision, set)
    case .unchanged, .applied:
      set(.ready, true, "Applied", "the live state is revision \(short)")
      set(.reconciling, false, "InSync", "nothing to do")
      set(.stalled, false, "InSync", "nothing stands in the way")
    case .blocked(let plan, let blocks):
      let names = Set(blocks.map(\.name))
      let reason =
        names.contains("history-rewritten")
        ? "HistoryRewritten" : names == ["quarantine"] ? "Quarantined" : "Blocked"
      let words = blocks.map { "\($0.message); clear with: \($0.command)" }.joined(separator: ". ")
      set(.ready, false, reason, words)
      set(.reconciling, false, reason, "waiting for a person or for a new revision")
      set(.stalled, true, reason, words)
      events = [
        NewEvent(
          .planBlocked, subject: plan.digest.description,
          payload: [
            "blocks": .array(
              blocks.map { ["guard": .string($0.name), "subject": .string($0.subject)] }),
            "revision": .string(revision),
          ])
      ]
    case .invalid(let diagnostics):
      let errors = diagnostics.filter { $0.severity == .error }
      let first = errors.first.map { "\($0.location): \($0.message)" } ?? ""
      let words =
        "revision \(short) has \(errors.count) error\(errors.count == 1 ? "" : "s"), the first: \(first)"
      set(.ready, false, "InvalidManifests", words)
      set(.reconciling, false, "InvalidManifests", "waiting for a revision that is valid")
      set(.stalled, true, "InvalidManifests", words)
      events = [
        NewEvent(
          .revisionInvalid, subject: revision,
          payload: [
            "errors": .integer(Int64(errors.count)),
            "first": .array(errors.prefix(20).map { .string($0.description) }),
          ])
      ]
    case .suspended(let suspension):
      let words = "suspended by \(suspension.actor): \(suspension.reason); go on with: writ resume"
      set(.ready, false, "Suspended", words)
      set(.reconciling, false, "Suspended", "waiting for writ resume")
      set(.stalled, false, "Suspended", words)
    case .unverified(let verification):
      let words = ([verification.summary] + verification.remedies).joined(separator: "; ")
      set(.ready, false, "SourceUnverified", words)
      set(.reconciling, false, "SourceUnverified", "waiting for a revision that is signed")
      set(.stalled, true, "SourceUnverified", words)
      events = [
        NewEvent(.revisionUnverified, subject: revision, payload: verification.payload)
      ]
    }
    let drifts = report.drifts
    let words = Self.words(drifts)
    set(
      .drifted, !drifts.isEmpty,
      drifts.isEmpty
        ? "InSync" : drifts.allSatisfy { $0.edit != nil } ? "BreakGlass" : "ForeignWrite",
      words ?? "the live state is what was applied")
    // Who settles without having looked at signatures has nothing to say of them.
    if report.verification != nil || requires == .off {
      conditions.append(
        SourceVerifiedCondition.of(report.verification, revision, known: known, at: time))
    }
  }

  /// So many changes that wait are named.
  private static let awaitingLimit = 5

  /// What waits for people, with an event that does not depend on how much went ahead.
  private static func awaiting(
    _ blocks: [Verdict.Block], _ revision: String,
    _ set: (Condition.Kind, Bool, String, String) -> Void,
  ) -> [NewEvent] {
    let subjects = Set(blocks.map(\.subject)).sorted()
    let shown = blocks.prefix(awaitingLimit).map { "\($0.message); clear with: \($0.command)" }
    let more = blocks.count - shown.count
    let isOne = subjects.count == 1
    let words =
      "\(subjects.count) change\(isOne ? "" : "s") of revision \(revision.prefix(12)) wait\(isOne ? "s" : "") for approval: "
      + (shown + (more > 0 ? ["and \(more) more; see: writ approvals"] : []))
      .joined(separator: ". ")
    set(.ready, false, "AwaitingApproval", words)
    set(.reconciling, false, "AwaitingApproval", "waiting for people to agree")
    set(.stalled, true, "AwaitingApproval", words)
    return [
      NewEvent(
        .planBlocked, subject: revision,
        payload: [
          "blocks": .array(
            blocks.prefix(1000).map {
              ["guard": .string($0.name), "subject": .string($0.subject)]
            }), "revision": .string(revision),
        ])
    ]
  }

  /// Which resources drifted, the first few by name; nil for none.
  private static func words(_ drifts: [Drift]) -> String? {
    if drifts.isEmpty { return nil }
    let names = drifts.prefix(3).map { "\($0.key) (\($0.words))" }
    let more = drifts.count > 3 ? " and \(drifts.count - 3) more" : ""
    return "not what was applied: \(names.joined(separator: ", "))\(more); see: writ drift"
  }
}
