package import Resources

/// One thing that a reviewer should see, whatever found it.
package struct ReviewFinding: Hashable, Sendable {
  package enum Level: String, Hashable, Sendable { case error, warning, note }

  /// Why a finding counts no more.
  package struct Suppression: Hashable, Sendable {
    package var justification: String
  }

  /// `policy/NAME/2`, `guard/mass-delete`, `approval`, `diagnostic/unknown-field`,
  /// `signature/unsigned`.
  package var rule: String
  package var level: Level
  package var message: String
  /// Where it is; nil for what is about the whole plan.
  package var location: SourceLocation?
  /// Whether `location` is a field rather than a whole resource.
  package var isField: Bool
  /// The resource, kind, root or commit that it is about.
  package var subject: String?
  package var pointer: JSONPointer?
  /// One word for scripts, where the rule has one.
  package var reason: String?
  /// The command or the edit that helps.
  package var help: String?
  package var suppression: Suppression?
  /// The same for the same finding after lines above it moved.
  package var fingerprint: Digest = .zero

  /// What the finding is about in one line: `Policy/owner, rule 1: Job/db-backup`.
  package var title: String {
    let parts = rule.split(separator: "/", maxSplits: 2).map(String.init)
    var name = rule
    if parts.count == 3, parts[0] == "policy", let number = Int(parts[2]) {
      name = "Policy/\(parts[1])" + (number > 0 ? ", rule \(number + 1)" : "")
    } else if parts.count == 2 {
      name = parts[1]
    }
    return subject.map { "\(name): \($0)" } ?? name
  }

  /// Gives each finding its fingerprint: of all but lines, and of its number among equal ones.
  static func fingerprinted(_ findings: [ReviewFinding]) -> [ReviewFinding] {
    var seen: [Digest: Int] = [:]
    return findings.map { finding in
      var finding = finding
      let identity: Value = [
        "file": .string(finding.location?.file ?? ""),
        "message": .string(finding.subject == nil ? finding.message : ""),
        "pointer": .string(finding.pointer?.description ?? ""),
        "rule": .string(finding.rule), "subject": .string(finding.subject ?? ""),
      ]
      let digest = Digest(of: CanonicalJSON.bytes(of: identity))
      let number = seen[digest, default: 0]
      seen[digest] = number + 1
      finding.fingerprint =
        number == 0 ? digest : Digest(of: Array("\(digest) \(number)".utf8))
      return finding
    }
  }
}

/// A rule that findings name, for formats that list rules beside results.
package struct ReviewRule: Hashable, Sendable {
  package var id: String
  package var summary: String
  package var level: ReviewFinding.Level

  /// The rules of `findings`, by id, each with the gravest level that one of them has.
  package static func all(of findings: [ReviewFinding]) -> [ReviewRule] {
    var rules: [String: ReviewRule] = [:]
    for finding in findings {
      let isGraver = finding.level == .error || rules[finding.rule]?.level == .note
      guard rules[finding.rule] == nil || isGraver else { continue }
      rules[finding.rule] = ReviewRule(
        id: finding.rule, summary: summary(finding.rule), level: finding.level)
    }
    return rules.values.sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
  }

  private static func summary(_ id: String) -> String {
    let parts = id.split(separator: "/", maxSplits: 2).map(String.init)
    switch parts.first {
    case "policy" where parts.count == 3:
      return "Rule \((Int(parts[2]) ?? 0) + 1) of Policy/\(parts[1])"
    case "guard" where parts.count == 2: return "The guard \(parts[1])"
    case "approval": return "A change that people must agree to"
    case "signature": return "A commit that is not signed as the settings ask"
    default: return "A manifest with the mistake \(parts.last ?? id)"
    }
  }
}
