import ArgumentParser
import Engine
import Planning
import Rendering
import Resources
import Signatures

/// What an apply came to, as JSON.
enum ApplyJSON {
  static func value(
    _ applied: AppliedPlan?, _ plan: Plan, health: HealthRecord? = nil,
  ) -> Value {
    [
      "formatVersion": 1, "result": applied == nil || plan.isEmpty ? "unchanged" : "applied",
      "revision": .string(plan.revision), "plan": .string(plan.digest.description),
      "stateRoot": .string((applied?.root ?? plan.predictedRoot).description),
      "sequence": applied.map { .integer($0.sequence) } ?? .null,
      "rollback": .bool(plan.isRollback),
      "health": health.map(HealthJSON.value) ?? .null,
      "held": .array(plan.held.map { .string($0.description) }),
      "counts": .sorted(
        Change.Action.allCases.map {
          .init($0.rawValue, .integer(Int64(plan.count(of: $0))))
        }),
    ]
  }

  /// A saved plan whose revision is not signed as the settings ask.
  static func unverified(_ verification: SourceVerification, _ plan: Plan) -> Value {
    [
      "formatVersion": 1, "result": "unverified", "revision": .string(plan.revision),
      "plan": .string(plan.digest.description), "stateRoot": .null, "sequence": .null,
      "rollback": .bool(plan.isRollback), "counts": .null,
      "verification": VerificationJSON.value(verification),
    ]
  }
}

/// What an apply came to, in one line.
enum ApplyText {
  static func line(_ applied: AppliedPlan?, _ plan: Plan) -> String {
    let short = plan.revision.prefix(12)
    guard let applied, !plan.isEmpty else {
      return "nothing to do: the live state is that of \(short)"
    }
    let counts = Change.Action.allCases.compactMap { action in
      let count = plan.count(of: action)
      return count == 0 ? nil : "\(count) \(action.rawValue)\(count == 1 ? "d" : "d")"
    }
    let verb = plan.isRollback ? "rolled back to" : "applied"
    return
      "\(verb) \(short): \(counts.joined(separator: ", ")); state root \(applied.root.abbreviated)"
  }
}

enum ConflictText {
  static func line(_ conflict: Plan.Conflict) -> String {
    let expected = conflict.expected.map { "content \($0.abbreviated)" } ?? "nothing"
    let found = conflict.found.map { "content \($0.abbreviated)" } ?? "nothing"
    return "\(conflict.key): the plan expected \(expected), live is \(found)"
  }
}

enum PlanFileText {
  static func words(_ problem: PlanFile.Problem, _ file: String) -> String {
    switch problem {
    case .notAPlan(let reason): "\(file) is not a saved plan: \(reason)"
    case .newerFormat(let version):
      "\(file) has the format \(version); this version of Writ reads up to \(Plan.formatVersion)"
    case .digestDiffers:
      "\(file) was changed since it was saved: its content does not give its digest"
    case .contentDiffers(let key):
      "\(file) was changed since it was saved: the content of \(key) is not what its digest says"
    }
  }
}

/// The answer of a reconcile, from the server or from this process.
struct ReconcileView {
  let value: Value

  var exitCode: ExitCode {
    switch value["result"]?.string {
    case "applied", "unchanged", "accepted": .success
    case "blocked", "suspended": .blocked
    case "unverified": .unverified
    default: .error
    }
  }

  func show(isQuiet: Bool) {
    let revision = value["revision"]?.string.map { String($0.prefix(12)) } ?? ""
    if let repair = value["repair"], repair != .null, !isQuiet {
      let live = repair["revision"]?.string?.prefix(12) ?? ""
      Terminal.writeLine("put drift back to \(live)\(counts(repair["counts"]))")
    }
    switch value["result"]?.string {
    case "applied":
      if !isQuiet {
        Terminal.writeLine("applied \(revision)\(counts(value["counts"]))")
        let waiting = Set((value["awaiting"]?.array ?? []).compactMap { $0["subject"]?.string })
        if !waiting.isEmpty {
          Terminal.writeLine(
            "\(Number.text(waiting.count, "change")) left out until people agree; see: writ approvals"
          )
        }
      }
    case "unchanged": if !isQuiet { Terminal.writeLine("in sync with \(revision)") }
    case "accepted": if !isQuiet { Terminal.writeLine("the server was told; see: writ status") }
    case "blocked":
      for block in value["blocks"]?.array ?? [] {
        Terminal.writeError(
          "writ: blocked by \(block["guard"]?.string ?? ""): \(TextLayout.escaped(block["message"]?.string ?? ""))"
        )
        Terminal.writeError("    clear with: \(block["command"]?.string ?? "")")
      }
    case "unverified": showUnverified(value["verification"] ?? .null)
    case "suspended":
      let who = value["suspension"]?["by"]?.string ?? "somebody"
      let why = value["suspension"]?["reason"]?.string ?? ""
      Terminal.writeError(
        "writ: suspended by \(TextLayout.escaped(who)): \(TextLayout.escaped(why))")
      Terminal.writeError("    go on with: writ resume")
    case "invalid":
      for diagnostic in value["diagnostics"]?.array ?? [] {
        let place =
          "\(diagnostic["file"]?.string ?? ""):\(diagnostic["line"]?.integer ?? 1):\(diagnostic["column"]?.integer ?? 1)"
        Terminal.writeError(
          "\(place): \(diagnostic["severity"]?.string ?? "error"): \(TextLayout.escaped(diagnostic["message"]?.string ?? ""))"
        )
        if let hint = diagnostic["hint"]?.string {
          Terminal.writeError("    hint: \(TextLayout.escaped(hint))")
        }
        if let other = diagnostic["related"], let file = other["file"]?.string {
          let line = other["line"]?.integer ?? 1
          let column = other["column"]?.integer ?? 1
          Terminal.writeError("    see: \(TextLayout.escaped(file)):\(line):\(column)")
        }
      }
    default:
      Terminal.writeError(
        "writ: \(TextLayout.escaped(value["failure"]?["message"]?.string ?? "the pass failed"))")
    }
  }

  /// `: 1 updated, 2 deleted`; nothing for nothing.
  private func counts(_ counts: Value?) -> String {
    let words = (counts?.members ?? []).compactMap { member in
      member.value.integer.flatMap { $0 == 0 ? nil : "\($0) \(member.key)d" }
    }
    return words.isEmpty ? "" : ": " + words.joined(separator: ", ")
  }

  private func showUnverified(_ verification: Value) {
    func text(_ value: Value?) -> String { TextLayout.escaped(value?.string ?? "") }
    let short = verification["revision"]?.string?.prefix(12) ?? ""
    Terminal.writeError(
      "writ: revision \(short) is not verified (verify: \(text(verification["mode"]))):")
    for refusal in verification["refusals"]?.array ?? [] {
      let commit = refusal["commit"]?.string?.prefix(12) ?? ""
      let what = "\(text(refusal["author"])) (\"\(text(refusal["subject"]))\")"
      Terminal.writeError("  commit \(commit) of \(what) \(text(refusal["message"]))")
    }
    if let omitted = verification["refusalsOmitted"]?.integer, omitted > 0 {
      Terminal.writeError("  and \(omitted) more")
    }
    for help in verification["help"]?.array ?? [] { Terminal.writeError("    \(text(help))") }
    Terminal.writeError("    the live state stays as it is")
  }
}
