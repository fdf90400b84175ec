internal import CEL
package import Resources

/// How a health gate is asked for, in a job and in the settings alike.
///
/// `HealthPolicy` reads the canonical form of it.
package enum HealthShape {
  package static let object = ObjectShape([
    .defaulted(
      "window", .format(.duration(in: .init(nanoseconds: 1_000_000)...(.days(7)))), to: "5m",
      "How long the new state is watched after an apply."),
    .defaulted(
      "interval", .format(.duration(in: .init(nanoseconds: 10_000_000)...(.hours(1)))), to: "10s",
      "The time between two looks of each check."),
    .defaulted(
      "failures", .integer(1...100), to: 3,
      "How many failures of a check in a row mean that the new state is bad."),
    .defaulted(
      "successes", .integer(1...100), to: 1,
      "How many successes in a row each check must have at the end of the window."),
    .defaulted(
      "checks", .list(of: .object(check), ListRule(count: 0...16, order: .set)), to: [],
      "What must hold; without any, a person or a monitor may still say that it is bad."),
  ])

  private static let check = ObjectShape(
    [
      .optional("http", .object(http), "An HTTP GET that must answer well."),
      .optional(
        "effects", .object(effects), "The effects of the apply, such as its announcement."),
      .optional("conditions", .object(conditions), "The conditions of the loop itself."),
      .optional("expression", .object(expression), "What must be true of the state, in CEL."),
    ], exactlyOne: [["http", "effects", "conditions", "expression"]])

  private static let http = ObjectShape([
    .required("url", .format(.url), "What is asked for; redirects are not followed."),
    .optional(
      "expectStatus", .integer(100...599), "The status that is right; by default 200 to 299."),
    .defaulted(
      "timeout", .format(.duration(in: .init(nanoseconds: 10_000_000)...(.minutes(1)))), to: "5s",
      "How long the answer may take."),
  ])

  private static let effects = ObjectShape([
    .defaulted(
      "atMost", .integer(0...1000), to: 0,
      "How many effects of the apply may be given up.")
  ])

  private static let conditions = ObjectShape([
    .defaulted(
      "types",
      .list(of: .choice(["Stalled", "Drifted"]), ListRule(count: 1...2, order: .set)),
      to: ["Drifted", "Stalled"], "The conditions that are counted."),
    .defaulted("atMost", .integer(0...2), to: 0, "How many of them may be True."),
  ])

  private static let expression = ObjectShape([
    .required(
      "holds", .text(.expression),
      "What must be true; conditions, counts, abandonedEffects and revision are known."),
    .optional("message", .text(.line), "What is wrong where it is not."),
  ])

  /// Compiles the expressions of a job's checks.
  static func checkExpressions(_ input: SpecCheck, _ findings: inout SpecFindings) {
    // As written, because the canonical form sorts the checks.
    guard case .list(let checks) = input.node["health"]?["checks"]?.content else { return }
    for (index, check) in checks.enumerated() {
      guard case .string(let text) = check["expression"]?["holds"]?.content else { continue }
      ExpressionCheck(input: input).compile(
        .string(text), at: ["health", "checks", "\(index)", "expression", "holds"],
        in: ExpressionEnvironments.health, expecting: .bool, isAsWritten: true, &findings)
    }
  }

  /// What is wrong with the expressions of a canonical health field, in words.
  package static func expressionProblems(_ health: Value?) -> [String] {
    (health?["checks"]?.array ?? []).flatMap { check -> [String] in
      guard let text = check["expression"]?["holds"]?.string else { return [] }
      do throws(CELProblems) {
        _ = try ExpressionEnvironments.health.compile(text, expecting: .bool)
        return []
      } catch {
        return error.all.map { "\"\(text)\": \($0)" }
      }
    }
  }

  /// Finds credentials in the URLs of a job's checks; the settings are not in git.
  ///
  /// It reads them as written, because the canonical form sorts the checks.
  static func check(_ health: Node?, at tokens: [String], _ findings: inout SpecFindings) {
    guard case .list(let checks) = health?["checks"]?.content else { return }
    for (index, check) in checks.enumerated() {
      guard case .string(let text) = check["http"]?["url"]?.content,
        let url = try? Resources.WebAddress(parsing: text),
        let problem = SecretURL.problem(with: url)
      else { continue }
      findings.report(
        code: "secret-in-manifest", problem, at: tokens + ["checks", "\(index)", "http", "url"],
        hint: "ask a URL that needs no credentials")
    }
  }
}
