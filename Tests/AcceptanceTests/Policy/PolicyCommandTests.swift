import Foundation
import Testing

/// The commands for people who write rules.
@Suite(.bounded) struct PolicyCommandTests {
  @Test(arguments: [
    ("1 + 2", "int", "3"), ("'a' + 'b'", "string", "\"ab\""), ("[1, 2u, 3.5]", "list", "[1,2,3.5]"),
    ("duration('90m')", "google.protobuf.Duration", "\"5400s\""),
    ("{'b': 1, 'a': null}", "map", "{\"a\":null,\"b\":1}"), ("type(1)", "type", "\"int\""),
    ("timestamp('2026-11-21T10:00:00Z').getHours('Europe/Berlin')", "int", "11"),
    ("b'abc'", "bytes", "\"YWJj\""), ("optional.of(2)", "optional_type", "2"),
    ("0.0 / 0.0", "double", "\"NaN\""), ("-(5) + 1", "int", "-4"), ("-1", "int", "-1"),
  ])
  func evalPrintsTheValueAndItsType(_ source: String, _ type: String, _ value: String) async throws
  {
    try await Sandbox.with { box in
      let outcome = try await box.writ("policy", "eval", source, "-o", "json")
      #expect(outcome.code == 0, "\(outcome)")
      #expect(outcome.output == "{\"type\":\"\(type)\",\"value\":\(value)}\n")
    }
  }

  @Test(arguments: [
    ("1 +", "1:"), ("x == 1", "1:1: undeclared variable 'x'"), ("1 / 0", "divide by zero"),
    ("[1][5]", "index 5"), ("'a'.matches('(((')", "not closed"),
    ("9223372036854775807 + 1", "out of range"),
    ("'a' * 2", "1:5"), (String(repeating: "(", count: 10_000), "1:"),
    ("[1,2,3,4,5,6,7,8,9,0].all(a, [1,2,3,4,5,6,7,8,9,0].all(b, true)) && 'a'.nope()", "nope"),
  ])
  func evalSaysWhyThereIsNoValue(_ source: String, _ words: String) async throws {
    try await Sandbox.with { box in
      let outcome = try await box.writ("policy", "eval", source)
      #expect(outcome.code == 1 && outcome.output.isEmpty, "\(outcome)")
      #expect(outcome.error.contains(words), "\(outcome.error)")
    }
  }

  @Test func evalTakesVariablesFromAFile() async throws {
    try await Sandbox.with { box in
      try await box.shell(
        """
        cd '\(box.path)'; echo '{"object": {"spec": {"n": 4}}, "xs": [1, 2]}' > v.json
        echo '[1]' > list.json; echo '{"a":' > half.json
        """)
      let input = "\(box.path)/v.json"
      let fine = try await box.writ(
        "policy", "eval", "object.spec.n > 3 && xs.exists(x, x == 2)", "--input", input)
      #expect(fine.code == 0 && fine.output == "true\n", "\(fine)")
      for name in ["list.json", "half.json", "none.json"] {
        let bad = try await box.writ("policy", "eval", "1", "--input", "\(box.path)/\(name)")
        #expect(bad.code != 0 && bad.error.contains(name), "\(bad)")
      }
    }
  }

  private static let policy = """
    apiVersion: writ/v1
    kind: Policy
    metadata: {name: short}
    spec:
      severity: deny
      match: {kinds: [Job]}
      validations:
        - expression: object.spec.timeout <= duration('1h') || object.metadata.name == 'slow'
          field: spec.timeout
          message: too long
      tests:
        - {name: long is refused, object: {kind: Job, spec: {timeout: 2h}}, expect: deny}
        - {name: short is fine, object: {kind: Job, spec: {timeout: 2m}}, expect: allow}

    """

  @Test func testRunsTheTestsAndSaysWhatTheyDoNotReach() async throws {
    try await Sandbox.with { box in
      try box.write(Self.policy, to: "\(box.path)/tree/policies/short.yaml")
      let fine = try await box.writ("policy", "test", "\(box.path)/tree")
      #expect(fine.code == 0, "\(fine)")
      #expect(fine.output.contains("2 tests; rules 1/1, branches 3/4"), "\(fine.output)")
      #expect(
        fine.output.contains("policies/short.yaml:8:81: in no test this is true"), "\(fine.output)")
      try box.write(
        Self.policy.replacingOccurrences(of: "expect: allow", with: "expect: deny"),
        to: "\(box.path)/tree/policies/short.yaml")
      let failing = try await box.writ("policy", "test", "\(box.path)/tree")
      #expect(failing.code == 1, "\(failing)")
      #expect(failing.output.contains("expected deny, and it says allow"), "\(failing.output)")
    }
  }

  @Test func checkJudgesEverythingByThePoliciesBesideIt() async throws {
    try await Sandbox.with { box in
      try box.write(Self.policy, to: "\(box.path)/tree/policies/short.yaml")
      try box.write(Manifest.job("a", timeout: "3h"), to: "\(box.path)/tree/manifests/a.yaml")
      let denied = try await box.writ("policy", "check", "\(box.path)/tree")
      #expect(denied.code == 3, "\(denied)")
      #expect(denied.error.contains("denied by Policy/short: too long"), "\(denied.error)")
      try box.write(Manifest.job("a", timeout: "3m"), to: "\(box.path)/tree/manifests/a.yaml")
      #expect(try await box.writ("policy", "check", "\(box.path)/tree").code == 0)
      try await box.shell("rm '\(box.path)/tree/manifests/a.yaml'")
      let idle = try await box.writ("policy", "check", "\(box.path)/tree")
      #expect(idle.code == 0, "\(idle)")
      #expect(idle.error.contains("no resource here is one that this policy is about"), "\(idle)")
    }
  }
}
