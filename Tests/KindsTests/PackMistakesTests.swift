import Kinds
import Resources
import Testing

struct PackMistakesTests {
  @Test(arguments: [
    Mistake(
      "a version that is none", "AutomationPack", "{version: v1.2.0, steps: [{id: a, job: b}]}",
      ("5:13", "bad-format", "without the \"v\"")),
    Mistake(
      "a step twice", "AutomationPack",
      """
      version: 1.0.0
      steps:
        - {id: a, job: b}
        - {id: a, job: c}
      """, ("8:7", "duplicate-item", "\"a\" twice")),
    Mistake(
      "a step with two works and one with none", "AutomationPack",
      """
      version: 1.0.0
      steps:
        - {id: a, job: b, action: {exec: {argv: [a]}}}
        - {id: c}
      """,
      ("7:23", "exclusive-fields", "job and action"), ("8:7", "missing-field", "exactly one of job")
    ),
    Mistake(
      "a need of nothing", "AutomationPack",
      """
      version: 1.0.0
      steps:
        - {id: drain, job: b}
        - {id: c, job: b, needs: [drian]}
      """, ("8:31", "unknown-step", "did you mean \"drain\"?")),
    Mistake(
      "steps in a circle", "AutomationPack",
      """
      version: 1.0.0
      steps:
        - {id: a, job: x, needs: [c]}
        - {id: b, job: x, needs: [a]}
        - {id: c, job: x, needs: [b]}
      """, ("8:31", "cycle", "a → c → b → a")),
    Mistake(
      "a step that needs itself", "AutomationPack",
      "{version: 1.0.0, steps: [{id: a, job: x, needs: [a]}]}", ("5:52", "cycle", "a → a")),
    Mistake(
      "inputs with values of another type", "AutomationPack",
      """
      version: 1.0.0
      steps: [{id: a, job: b}]
      inputs:
        - {name: a, type: integer, default: "5"}
        - {name: b, type: string, enum: [x, 5], default: z}
        - {name: c, type: number, default: 5, constraints: {minimum: 6, maximum: 4}}
        - {name: d, type: boolean, constraints: {minLength: 1}}
        - {name: e, type: string, constraints: {pattern: "("}}
      """,
      ("8:41", "wrong-type", "\"5\" is not of type integer"),
      ("9:37", "wrong-type", "5 in enum is not of type string"),
      ("9:54", "unknown-value", "not in enum"),
      ("10:40", "out-of-range", "less than minimum"), ("10:78", "contradiction", "maximum is less"),
      ("11:57", "contradiction", "means nothing for an input of type boolean"),
      ("12:54", "bad-regular-expression", "not closed")),
    Mistake(
      "an input twice, of no type", "AutomationPack",
      """
      version: 1.0.0
      steps: [{id: a, job: b}]
      inputs: [{name: e, type: string}, {name: e, type: text}]
      """,
      ("7:37", "duplicate-item", "twice"), ("7:53", "unknown-value", "one of string, number")),
    Mistake(
      "templates of inputs that are not there", "AutomationPack",
      """
      version: 1.0.0
      inputs: [{name: host, type: string}]
      steps:
        - id: a
          job: b
          with: {host: "${{ inputs.hots }}", list: ["${{ x", "${{ }}"], fine: "${{ inputs.host }}"}
      """,
      ("10:32", "bad-expression", "did you mean 'host'?"), ("10:49", "bad-format", "no \"}}\""),
      ("10:58", "bad-format", "no expression")),
    Mistake(
      "a change that says it is none", "AutomationPack",
      """
      version: 1.0.0
      steps: [{id: a, mutating: false, action: {systemd: {operation: restart, unit: a.service}}}]
      """, ("6:29", "contradiction", "mutating cannot be false")),
    Mistake(
      "secrets of a job", "AutomationPack",
      "{version: 1.0.0, steps: [{id: a, job: b, secrets: {A: {env: A}}}]}",
      ("5:44", "missing-field", "needs spec.steps[0].action")),
    Mistake(
      "a change window without times or a reason", "ChangeWindow", "mode: freze",
      ("5:3", "missing-field", "at least one of windows, periods"),
      ("5:3", "missing-field", "spec.reason is missing"),
      ("5:9", "unknown-value", "did you mean \"freeze\"?")),
    Mistake(
      "a period that ends first, a kind that is none", "ChangeWindow",
      """
      mode: freeze
      reason: x
      periods: [{from: 2027-01-01T00:00:00Z, until: 2026-01-01T00:00:00Z}]
      scope: {kinds: [Job, Jbo]}
      """, ("7:49", "contradiction", "is not after"),
      ("8:24", "unknown-kind", "did you mean \"Job\"?")),
    Mistake(
      "a policy without rules", "Policy", "{severity: deny, validations: []}",
      ("5:33", "wrong-count", "at least 1 item")),
    Mistake(
      "a policy of blanks, a bad path, a test that cannot be", "Policy",
      """
      severity: warn
      validations: [{expression: "  ", message: "", field: "spec..a"}]
      """,
      ("6:30", "bad-format", "it is blank"), ("6:45", "too-short", "is empty"),
      ("6:56", "bad-format", "such as spec.timeout")),
    Mistake(
      "a test that the severity cannot give", "Policy",
      """
      severity: warn
      validations: [{expression: 'true', message: b}]
      tests: [{name: x, object: {}, expect: deny}]
      """, ("7:41", "contradiction", "expect allow or warn")),
    Mistake(
      "a test without an object, a match of no kind", "Policy",
      """
      severity: warn
      match: {changes: [creat]}
      validations: [{expression: 'true', message: b}]
      tests: [{name: x, expect: warn}, {name: x, object: {}, expect: warn}]
      """,
      ("6:21", "unknown-value", "did you mean \"create\"?"),
      ("8:11", "missing-field", "object, oldObject"),
      ("8:36", "duplicate-item", "twice")),
  ])
  func areFound(_ mistake: Mistake) { mistake.run() }

  @Test func aCycleNamesBothPlaces() throws {
    let spec = """
      version: 1.0.0
      steps:
        - {id: a, job: x, needs: [b]}
        - {id: b, job: x, needs: [a]}
      """
    let found = Decoding.decode(Mistake("", "AutomationPack", spec).manifest).diagnostics
    #expect(found.count == 1)
    #expect(found.first?.location.range.start == SourcePosition(line: 8, column: 31))
    #expect(found.first?.related?.range.start == SourcePosition(line: 7, column: 31))
  }

  @Test(arguments: [
    ("1.0.0", "job: b", []), ("1.0.0", "job: c", ["immutable-version"]), ("1.0.1", "job: c", []),
    ("0.9.0", "job: c", []),
  ])
  func whatAVersionContainsNeverChanges(
    _ version: String, _ work: String, _ codes: [String],
  ) throws {
    let kind = try #require(KindRegistry.standard["AutomationPack"])
    func spec(_ version: String, _ work: String) throws -> Value {
      let text = Mistake("", "AutomationPack", "{version: \(version), steps: [{id: a, \(work)}]}")
      let content = try #require(Decoding.decode(text.manifest).resource?.content)
      return try #require(JSONReader.read(content)["spec"])
    }
    let problems = kind.checkTransition(try spec("1.0.0", "job: b"), try spec(version, work))
    #expect(problems.map(\.code) == codes)
    #expect(problems.allSatisfy { $0.pointer.description == "/spec/version" })
  }
}
