import Resources
import Testing

/// A mistake in an expression is a mistake of the manifest, at its own line and column.
struct ExpressionMistakesTests {
  @Test(arguments: [
    Mistake(
      "a field that no job has", "Policy",
      """
      severity: deny
      match: {kinds: [Job]}
      validations:
        - {expression: object.spec.tiemout < duration('1h'), message: m}
      """, ("8:32", "bad-expression", "did you mean 'timeout'?")),
    Mistake(
      "in quotes, after an escape", "Policy",
      """
      severity: deny
      validations:
        - {expression: "'\\t' == 'a' && x", message: m}
      """, ("7:36", "bad-expression", "undeclared variable 'x'")),
    Mistake(
      "in single quotes, after a doubled one", "Policy",
      """
      severity: deny
      validations:
        - {expression: '''a'' == y', message: m}
      """, ("7:30", "bad-expression", "undeclared variable 'y'")),
    Mistake(
      "in a literal block", "Policy",
      """
      severity: deny
      validations:
        - message: m
          expression: |
            true &&

              zzz
      """, ("11:11", "bad-expression", "undeclared variable 'zzz'")),
    Mistake(
      "in a folded block", "Policy",
      """
      severity: deny
      validations:
        - message: m
          expression: >-
            true &&
            zzz
      """, ("10:9", "bad-expression", "undeclared variable 'zzz'")),
    Mistake(
      "a wrong type, an unknown function, and both at once", "Policy",
      """
      severity: deny
      match: {kinds: [Job]}
      validations:
        - {expression: object.spec.timeout, message: m}
        - {expression: "object.metadata.name + 1 == 'a' && nope(2)", message: m}
      """, ("8:32", "bad-expression", "bool"), ("9:42", "bad-expression", ""),
      ("9:56", "bad-expression", "nope")),
    Mistake(
      "a variable that comes later", "Policy",
      """
      severity: deny
      variables:
        - {name: a, expression: variables.b}
        - {name: b, expression: '1'}
      validations: [{expression: variables.a == 1, message: m}]
      """, ("7:29", "bad-expression", "'variables.b' has no value here yet")),
    Mistake(
      "a variable that comes later, where another is known, and one that uses itself", "Policy",
      """
      severity: deny
      variables:
        - {name: a, expression: '1'}
        - {name: b, expression: 1 + variables.bc}
        - {name: bc, expression: variables.bc}
      validations: [{expression: variables.a == 1, message: m}]
      """, ("8:33", "bad-expression", "'variables.bc' has no value here yet"),
      ("9:30", "bad-expression", "'variables.bc' has no value here yet")),
    Mistake(
      "a pattern that is none", "Policy",
      """
      severity: deny
      validations: [{expression: "change.name.matches('(a')", message: m}]
      """, ("6:51", "bad-expression", "")),
    Mistake(
      "an expression that does not end", "Policy",
      """
      severity: deny
      validations: [{expression: "(((true", message: m}]
      """, ("6:38", "bad-expression", "")),
    Mistake(
      "the success of a job", "Job",
      """
      action: {exec: {argv: [a]}}
      success: run.exitcode == 0
      """, ("6:16", "bad-expression", "did you mean 'exitCode'?")),
    Mistake(
      "a health gate", "Job",
      """
      action: {exec: {argv: [a]}}
      health:
        checks:
          - expression: {holds: "counts.Job > 'a'"}
          - expression: {holds: contitions.size() == 0}
      """, ("8:41", "bad-expression", ""), ("9:29", "bad-expression", "did you mean 'conditions'?")
    ),
    Mistake(
      "the expressions of a pack", "AutomationPack",
      """
      version: 1.0.0
      inputs: [{name: hosts, type: array}, {name: count, type: integer}]
      steps:
        - id: one
          action: {exec: {argv: [a]}}
          if: inputs.hots.size() > 0
          forEach: inputs.count
          with: {a: "x ${{ inputs.nope }} y", b: ["${{ item }}"]}
          outputs: {lag: json(run.stdot).lag}
          outcomes: [{description: d, check: outputs.lga < 5}]
      """, ("10:18", "bad-expression", "did you mean 'hosts'?"),
      ("11:23", "bad-expression", "list"),
      ("12:31", "bad-expression", "nope"), ("13:31", "bad-expression", "did you mean 'stdout'?"),
      ("14:50", "bad-expression", "did you mean 'lag'?")),
  ])
  func areFound(_ mistake: Mistake) { mistake.run() }

  /// Below the limit of a file, above that of an expression.
  @Test func anExpressionThatIsTooLongIsRefusedForThat() {
    let long = String(repeating: "a", count: 1 << 19)
    let found = Decoding.decode(
      """
      apiVersion: writ/v1
      kind: Policy
      metadata: {name: x}
      spec: {severity: deny, validations: [{expression: "\(long)", message: m}]}

      """
    ).diagnostics
    #expect(found.map(\.code) == ["too-long"], "\(found.map(\.code))")
  }
}
