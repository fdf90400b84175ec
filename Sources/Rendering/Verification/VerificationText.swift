package import Signatures

/// Why a revision is refused for its signatures, for a person.
package enum VerificationText {
  /// A line for each commit, then what helps.
  package static func lines(_ verification: SourceVerification) -> [String] {
    let count = verification.refusals.count + verification.omittedCount
    var lines = [
      "writ: revision \(verification.head.prefix(12)) is not verified (verify: \(verification.mode.rawValue)): \(count) \(count == 1 ? "commit does" : "findings do") not hold"
    ]
    for refusal in verification.refusals {
      lines.append("  \(TextLayout.escaped(refusal.sentence))")
    }
    if verification.omittedCount > 0 {
      lines.append("  and \(verification.omittedCount) more")
    }
    lines += verification.remedies.map { "    \(TextLayout.escaped($0))" }
    lines.append("    the live state stays as it is")
    return lines
  }
}
