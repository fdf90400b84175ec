import Planning
import Resources

/// A review as a JUnit report: `-o junit`.
///
/// One case for each rule of a policy and object that is known, for each guard, and for each
/// diagnostic. A broken rule fails, one that an exception covers is skipped.
package enum ReviewJUnit {
  private struct Case {
    var classname: String
    var name: String
    var failure: (type: String, text: String)?
    var skipped: String?
    var output: String?
  }

  /// The document, line by line.
  package static func lines(_ review: Review) -> [String] {
    var suites = [("manifests", manifests(review))]
    if case .unverified = review.outcome { suites = [("signatures", signatures(review))] }
    if let screen = review.screen {
      suites.append(("guards", guards(review)))
      suites.append(("policies", policies(screen, review)))
      suites.append(("approvals", cases(review, of: "approval")))
    }
    let all = suites.flatMap(\.1)
    var lines = [#"<?xml version="1.0" encoding="UTF-8"?>"#]
    lines.append(
      "<testsuites name=\"writ plan\" tests=\"\(all.count)\" "
        + "failures=\"\(all.count { $0.failure != nil })\" errors=\"0\">")
    for (name, cases) in suites where !cases.isEmpty { lines += suite(name, cases, review) }
    return lines + ["</testsuites>"]
  }

  // MARK: Cases

  private static func manifests(_ review: Review) -> [Case] {
    let found = cases(review, of: "diagnostic")
    return found.isEmpty ? [Case(classname: "manifests", name: "are valid")] : found
  }

  private static func signatures(_ review: Review) -> [Case] { cases(review, of: "signature") }

  /// The cases of the findings whose rules begin with `word`.
  private static func cases(_ review: Review, of word: String) -> [Case] {
    review.findings.filter { $0.rule == word || $0.rule.hasPrefix(word + "/") }.map(newCase)
  }

  /// Each guard that could trip has a case, also where it did not.
  private static func guards(_ review: Review) -> [Case] {
    let tripped = cases(review, of: "guard")
    let names = Set(tripped.map(\.classname))
    return tripped
      + GuardFinding.Name.allCases.map { "guard/\($0.rawValue)" }.sorted()
      .filter { !names.contains(className($0)) }
      .map { Case(classname: className($0), name: "holds nothing up") }
  }

  private static func policies(_ screen: PlanScreen, _ review: Review) -> [Case] {
    let failed = cases(review, of: "policy")
    let passed = PolicyCoverage.merged(
      screen.coverage, findings: screen.plan.policies, at: review.time
    ).filter { $0.outcome == .passed }
    return failed
      + passed.map {
        Case(
          classname: className("policy/\($0.policy)/\($0.rule)"),
          name: $0.subject?.description ?? "the plan")
      }
  }

  private static func className(_ rule: String) -> String {
    "writ." + rule.split(separator: "/").joined(separator: ".")
  }

  private static func newCase(_ finding: ReviewFinding) -> Case {
    var result = Case(
      classname: className(finding.rule),
      name: finding.subject ?? (finding.rule.hasPrefix("policy/") ? "the plan" : finding.message))
    let place = finding.location.map { "\($0): " } ?? ""
    let help = finding.help.map { "\n\($0)" } ?? ""
    if let suppression = finding.suppression {
      result.skipped = suppression.justification
      result.output = place + finding.message
    } else if finding.level == .error || !finding.rule.hasPrefix("diagnostic/") {
      result.failure = (finding.level.rawValue, place + finding.message + help)
    } else {
      result.output = place + finding.message + help
    }
    return result
  }

  // MARK: XML

  private static func suite(_ name: String, _ cases: [Case], _ review: Review) -> [String] {
    var lines = [
      "  <testsuite name=\"writ.\(name)\" tests=\"\(cases.count)\" "
        + "failures=\"\(cases.count { $0.failure != nil })\" errors=\"0\" "
        + "skipped=\"\(cases.count { $0.skipped != nil })\">"
    ]
    if name == "manifests" || name == "signatures" { lines += properties(review) }
    for item in cases {
      let head =
        "    <testcase classname=\"\(escaped(item.classname))\" name=\"\(escaped(item.name))\""
      var inner: [String] = []
      if let failure = item.failure {
        inner.append(
          "      <failure type=\"\(failure.type)\" message=\"\(escaped(first(failure.text)))\">"
            + "\(text(failure.text))</failure>")
      }
      if let skipped = item.skipped {
        inner.append("      <skipped message=\"\(escaped(skipped))\"/>")
      }
      if let output = item.output {
        inner.append("      <system-out>\(text(output))</system-out>")
      }
      lines += inner.isEmpty ? [head + "/>"] : [head + ">"] + inner + ["    </testcase>"]
    }
    return lines + ["  </testsuite>"]
  }

  private static func properties(_ review: Review) -> [String] {
    let digest = review.screen?.digest.description ?? ""
    let all = [
      ("digest", digest), ("revision", review.revision), ("totals", review.totals),
      ("verdict", review.word),
    ]
    return ["    <properties>"]
      + all.map { "      <property name=\"\($0)\" value=\"\(escaped($1))\"/>" }
      + (review.screen?.impact.sections ?? []).compactMap { section in
        section.summary.map {
          "      <property name=\"impact.\(escaped(section.area))\" value=\"\(escaped($0))\"/>"
        }
      } + ["    </properties>"]
  }

  private static func first(_ text: String) -> String {
    String(text.prefix { $0 != "\n" })
  }

  /// Lines of text, of which only their ends may stay as they are.
  private static func text(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { escaped(String($0)) }
      .joined(separator: "\n")
  }

  /// Text that is safe in an attribute and in an element; characters that XML has none for are
  /// spelled out.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in TextLayout.escaped(text).unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&apos;"
      case "\u{FFFE}", "\u{FFFF}": result += "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
