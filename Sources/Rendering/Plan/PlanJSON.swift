import Planning
package import Resources
package import Signatures

/// A plan as a document for programs; docs/PLAN-FORMAT.md says what each key means.
///
/// Every key of the outer object is always there; what does not apply is null or empty.
package enum PlanJSON {
  package static let formatVersion: Int64 = 1

  /// The document of a plan, whatever its verdict.
  package static func value(_ screen: PlanScreen) -> Value {
    let plan = screen.plan
    return [
      "formatVersion": .integer(formatVersion),
      "digest": .string(screen.digest.description),
      "verdict": .string(screen.verdict.word),
      "exitCode": .integer(Int64(screen.verdict.exitCode)),
      "base": base(plan.baseRevision, plan.baseRoot),
      "revision": .string(plan.revision),
      "reference": text(screen.reference),
      "roots": .array(plan.roots.map { .string($0) }),
      "predictedRoot": .string(plan.predictedRoot.description),
      "rollback": .bool(plan.isRollback),
      "summary": summary(plan),
      "changes": .array(plan.changes.map { value($0) }),
      "guards": .array(guards(screen)),
      "policies": .array(plan.policies.map { PolicyJSON.value($0, at: screen.time) }),
      "approvals": .array(screen.approvals.map(ApprovalJSON.value)),
      "held": .array(plan.held.map { .string($0.description) }),
      "diagnostics": .array(screen.diagnostics.sorted().map { DiagnosticsJSON.value($0) }),
      "relocations": .array(plan.relocations.map { value($0) }),
      "orphaned": .array(plan.orphaned.map { .string($0.description) }),
      "impact": screen.impact.value,
      "verification": VerificationJSON.value(screen.verification),
    ]
  }

  /// The document of a revision that cannot be planned because of its errors.
  package static func invalid(
    revision: String,
    reference: String?,
    roots: [String],
    baseRevision: String?,
    baseRoot: Digest,
    diagnostics: [Diagnostic],
  ) -> Value {
    [
      "formatVersion": .integer(formatVersion),
      "digest": .null,
      "verdict": "invalid",
      "exitCode": 1,
      "base": base(baseRevision, baseRoot),
      "revision": .string(revision),
      "reference": text(reference),
      "roots": .array(roots.map { .string($0) }),
      "predictedRoot": .null,
      "rollback": false,
      "summary": .null,
      "changes": [],
      "guards": [],
      "policies": [],
      "approvals": [],
      "held": [],
      "diagnostics": .array(diagnostics.sorted().map { DiagnosticsJSON.value($0) }),
      "relocations": [],
      "orphaned": [],
      "impact": [],
      "verification": .null,
    ]
  }

  /// The document of a revision that is not planned because of its signatures.
  package static func unverified(
    _ verification: SourceVerification, reference: String?, roots: [String],
  ) -> Value {
    [
      "formatVersion": .integer(formatVersion),
      "digest": .null,
      "verdict": "unverified",
      "exitCode": 5,
      "base": .null,
      "revision": .string(verification.head),
      "reference": text(reference),
      "roots": .array(roots.map { .string($0) }),
      "predictedRoot": .null,
      "rollback": false,
      "summary": .null,
      "changes": [],
      "guards": [],
      "policies": [],
      "approvals": [],
      "held": [],
      "diagnostics": [],
      "relocations": [],
      "orphaned": [],
      "impact": [],
      "verification": VerificationJSON.value(verification),
    ]
  }

  private static func text(_ text: String?) -> Value { text.map { .string($0) } ?? .null }

  private static func base(_ revision: String?, _ root: Digest) -> Value {
    ["revision": text(revision), "root": .string(root.description)]
  }

  private static func summary(_ plan: Plan) -> Value {
    let counts = Change.Action.inTotals.map {
      Value.Member($0.rawValue, .integer(Int64(plan.count(of: $0))))
    }
    return .sorted(counts + [.init("unchanged", .integer(Int64(plan.unchangedCount)))])
  }

  // MARK: Guards

  /// The guards of the plan, then what else blocks at this moment: change windows, quarantine.
  private static func guards(_ screen: PlanScreen) -> [Value] {
    let own = screen.plan.guards
    let digest = screen.digest.abbreviated
    let tripped = own.map { finding in
      block(
        finding.name.rawValue,
        finding.subject,
        finding.message,
        command: "writ ack \(finding.name.rawValue) --plan \(digest)",
        isAcknowledged: screen.acknowledged.contains(finding.name)
      )
    }
    let others = screen.blocks.filter { block in
      !own.contains { $0.name.rawValue == block.name && $0.subject == block.subject }
    }
    return tripped
      + others.map {
        block($0.name, $0.subject, $0.message, command: $0.command, isAcknowledged: false)
      }
  }

  private static func block(
    _ name: String,
    _ subject: String,
    _ message: String,
    command: String,
    isAcknowledged: Bool,
  ) -> Value {
    [
      "guard": .string(name), "subject": .string(subject), "message": .string(message),
      "command": .string(command), "acknowledged": .bool(isAcknowledged),
    ]
  }

  // MARK: Changes

  /// A change as the plan's bytes have it, with places spelled out.
  static func value(_ change: Change) -> Value {
    change.value
      .replacing("location", .sorted(change.location.members))
      .replacing("fields", list(change.fields) { located($0.value, $0.range) })
      .replacing("references", list(change.references) { located($0.value, $0.range) })
      .replacing("claims", list(change.claims) { located($0.value, $0.range) })
  }

  private static func value(_ relocation: Relocation) -> Value {
    relocation.value
      .replacing("location", .sorted(relocation.location.members))
      .replacing("references", list(relocation.references) { located($0.value, $0.range) })
      .replacing("claims", list(relocation.claims) { located($0.value, $0.range) })
  }

  private static func list<Item>(_ items: [Item], _ value: (Item) -> Value) -> Value {
    .array(items.map(value))
  }

  private static func located(_ value: Value, _ range: SourceRange?) -> Value {
    range.map { value.replacing("range", .sorted($0.members)) } ?? value
  }
}

extension Value {
  /// The object with another value for `key`; the same object where it has no such key.
  fileprivate func replacing(_ key: String, _ value: Value) -> Value {
    guard case .object(var members) = self,
      let index = members.firstIndex(where: { $0.key == key })
    else { return self }
    members[index].value = value
    return .object(members)
  }
}
