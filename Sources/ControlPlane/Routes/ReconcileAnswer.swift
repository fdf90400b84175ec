package import Engine
internal import Planning
internal import Rendering
package import Resources
internal import Signatures

/// What came of a pass, as JSON of format version 1.
package enum ReconcileAnswer {
  /// More diagnostics than that are only counted.
  static let diagnosticsLimit = 1000

  package static func value(of result: Reconciler.Result) -> Value {
    switch result {
    case .failed(let reason, let message):
      let failure: Value = ["message": .string(message), "reason": .string(reason)]
      return answer("failed", ["failure": failure])
    case .report(let report):
      var members = outcome(report.outcome)
      if !report.awaiting.isEmpty {
        members.append(Value.Member("awaiting", .array(report.awaiting.map(value(of:)))))
      }
      members.append(Value.Member("repair", report.repair.map(value(of:)) ?? .null))
      members.append(Value.Member("revision", .string(report.revision)))
      members.append(
        Value.Member("verification", VerificationJSON.value(report.verification)))
      var diagnostics = report.warnings
      if case .invalid(let errors) = report.outcome { diagnostics = errors }
      members.append(
        Value.Member(
          "diagnostics",
          .array(diagnostics.prefix(diagnosticsLimit).map { DiagnosticsJSON.value($0) })))
      members.append(
        Value.Member(
          "diagnosticsOmitted", .integer(Int64(max(0, diagnostics.count - diagnosticsLimit)))))
      return answer(name(of: report.outcome), .sorted(members))
    }
  }

  /// Every answer has every key, so that scripts need not ask whether one is there.
  private static func answer(_ result: String, _ more: Value) -> Value {
    let all: Value = [
      "awaiting": [], "blocks": [], "counts": .null, "diagnostics": [], "diagnosticsOmitted": 0,
      "failure": .null,
      "formatVersion": 1, "plan": .null, "repair": .null, "result": .string(result),
      "revision": .null,
      "stateRoot": .null, "suspension": .null, "verification": .null,
    ]
    return .sorted((all.members ?? []) + (more.members ?? []))
  }

  private static func name(of outcome: ReconcilePass.Outcome) -> String {
    switch outcome {
    case .unchanged: "unchanged"
    case .applied: "applied"
    case .blocked: "blocked"
    case .invalid: "invalid"
    case .suspended: "suspended"
    case .unverified: "unverified"
    }
  }

  private static func outcome(_ outcome: ReconcilePass.Outcome) -> [Value.Member] {
    switch outcome {
    case .unchanged, .invalid, .unverified: []
    case .applied(let applied, let plan):
      planMembers(plan) + [Value.Member("stateRoot", .string(applied.root.description))]
    case .blocked(let plan, let blocks):
      planMembers(plan) + [Value.Member("blocks", .array(blocks.map(value(of:))))]
    case .suspended(let suspension):
      [
        Value.Member(
          "suspension",
          [
            "by": .string(suspension.actor), "reason": .string(suspension.reason),
            "since": .string(suspension.since.description),
          ])
      ]
    }
  }

  private static func planMembers(_ plan: Plan) -> [Value.Member] {
    [
      Value.Member("counts", counts(plan.count(of:))),
      Value.Member("plan", .string(plan.digest.description)),
    ]
  }

  private static func counts(_ count: (Change.Action) -> Int) -> Value {
    .sorted(
      Change.Action.allCases.map { Value.Member($0.rawValue, .integer(Int64(count($0)))) })
  }

  /// What put drift back beside a head that could not go live.
  private static func value(of repair: AppliedPlan) -> Value {
    [
      "counts": counts { repair.counts[$0] ?? 0 }, "plan": .string(repair.planDigest.description),
      "revision": .string(repair.revision), "stateRoot": .string(repair.root.description),
    ]
  }

  private static func value(of block: Verdict.Block) -> Value {
    [
      "command": .string(block.command), "guard": .string(block.name),
      "message": .string(block.message), "subject": .string(block.subject),
    ]
  }
}
