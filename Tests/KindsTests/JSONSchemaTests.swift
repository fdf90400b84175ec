import Foundation
import Kinds
import Resources
import TestSupport
import Testing

/// What an editor says with the schema is what the shapes say; what a kind's own check finds is beyond
/// it, and so are the cases of one table.
struct JSONSchemaTests {
  /// What the schema lets pass and the decoder does not, one by one.
  static let beyond: [Mistake] = [
    Mistake(
      "bounds of durations", "Job", "{action: {exec: {argv: [a]}}, timeout: 31d}",
      ("", "bad-format", "")),
    Mistake(
      "bounds of sizes", "Job", "{action: {exec: {argv: [a]}}, output: {maxBytes: 65MiB}}",
      ("", "bad-format", "")),
    Mistake(
      "texts that mean the same", "Schedule",
      "{job: a, when: {every: 1h}, windows: [{days: [mon, Monday]}]}", ("", "duplicate-item", "")),
    Mistake(
      "two items with one name", "AutomationPack",
      "{version: 1.0.0, steps: [{id: a, job: b}, {id: a, job: c}]}", ("", "duplicate-item", "")),
    Mistake(
      "the fields of a cron expression", "Schedule", "{job: a, when: {cron: \"99 * * * *\"}}",
      ("", "bad-format", "")),
    Mistake(
      "false where only true has a meaning", "Job",
      "{action: {exec: {argv: [a]}}, targets: {all: false}}", ("", "unknown-value", "")),
    Mistake(
      "an empty program", "Job", "{action: {exec: {argv: [\"\"]}}}", ("", "too-short", "")),
    Mistake(
      "an empty part of a text", "RoutingPolicy",
      "{match: [{field: probe, op: prefix, value: \"\"}]}", ("", "too-short", "")),
    Mistake(
      "a default of another type", "AutomationPack",
      "{version: 1.0.0, steps: [{id: a, job: b}], inputs: [{name: a, type: integer, default: x}]}",
      ("", "wrong-type", "")),
    Mistake(
      "a default out of its constraints", "AutomationPack",
      "{version: 1.0.0, steps: [{id: a, job: b}], inputs: [{name: a, type: integer, default: 1, constraints: {minimum: 2}}]}",
      ("", "out-of-range", "")),
    Mistake(
      "a rotation that is none", "OnCall",
      "{rotations: [{name: a, start: 2026-01-01T00:00:00Z, handoff: {every: 1d}, people: [b]}], overrides: [{person: b, rotation: c, from: 2026-01-01T00:00:00Z, until: 2026-01-02T00:00:00Z}]}",
      ("", "unknown-value", "")),
    Mistake(
      "an override that does not say of which rotation", "OnCall",
      "{rotations: [{name: a, start: 2026-01-01T00:00:00Z, handoff: {every: 1d}, people: [b]}, {name: c, start: 2026-01-01T00:00:00Z, handoff: {every: 1d}, people: [b]}], overrides: [{person: b, from: 2026-01-01T00:00:00Z, until: 2026-01-02T00:00:00Z}]}",
      ("", "missing-field", "")),
    Mistake(
      "lengths of time that contradict each other", "Job",
      "{action: {exec: {argv: [a]}}, retry: {backoff: {initial: 1m, max: 1s}}}",
      ("", "contradiction", "")),
    Mistake(
      "waves that shrink", "Job",
      "{action: {exec: {argv: [a]}}, rollout: {waves: [{size: 5}, {size: 4}]}}",
      ("", "wrong-order", "")),
    Mistake(
      "a day that never comes", "Schedule", "{job: a, when: {cron: \"0 0 31 4 *\"}}",
      ("", "never-fires", "")),
    Mistake(
      "a need of nothing", "AutomationPack",
      "{version: 1.0.0, steps: [{id: a, job: b, needs: [c]}]}",
      ("", "unknown-step", "")),
    Mistake(
      "steps in a circle", "AutomationPack",
      "{version: 1.0.0, steps: [{id: a, job: b, needs: [a]}]}", ("", "cycle", "")),
    Mistake(
      "a template of nothing", "AutomationPack",
      "{version: 1.0.0, steps: [{id: a, job: b, with: {x: \"${{ inputs.x }}\"}}]}",
      ("", "bad-expression", "")),
    Mistake(
      "a regular expression", "RoutingPolicy",
      "{match: [{field: probe, op: \"=~\", value: \"(\"}]}",
      ("", "bad-regular-expression", "")),
    Mistake(
      "a secret in a URL", "Receiver", "{webhook: {url: \"https://a/?token=b\"}}",
      ("", "secret-in-manifest", "")),
    Mistake(
      "a kind that is none", "Policy",
      "{severity: deny, match: {kinds: [Jbo]}, validations: [{expression: 'true', message: b}]}",
      ("", "unknown-kind", "")),
  ]

  private struct Case {
    var description: String
    var kind: String
    var manifest: Value
    /// The verdict that the schema must give; nil where only the decoder can tell.
    var isValid: Bool?
  }

  @Test func saysWhatTheDecoderSays() throws {
    guard Self.hasPython() else { return }
    var cases = Self.randomCases()
    for mistake in Self.beyond {
      let (resource, found) = Decoding.decode(mistake.manifest)
      #expect(
        resource == nil && found.map(\.code) == mistake.expected.map(\.code),
        "\(mistake.testDescription): \(found)")
      cases.append(
        Case(
          description: "beyond the schema: \(mistake.testDescription)", kind: mistake.kind,
          manifest: try #require(Self.json(mistake.manifest)), isValid: true))
    }
    let known = cases.filter { $0.isValid != nil }
    let invalid = known.filter { $0.isValid == false }.count
    print("schema corpus: \(known.count) manifests, \(invalid) of them invalid")
    #expect(known.count - invalid >= 150)
    #expect(invalid >= 1000)
    let verdicts = try Self.verdicts(known)
    #expect(verdicts.count == known.count)
    for (test, verdict) in zip(known, verdicts) where verdict.isEmpty != test.isValid {
      Issue.record(
        "\(test.kind), \(test.description): the decoder says \(test.isValid == true), the schema \"\(verdict)\": \(CanonicalJSON.text(of: test.manifest))"
      )
    }
  }

  /// Valid manifests of every kind, and each of them with every single change.
  private static func randomCases() -> [Case] {
    var cases: [Case] = []
    for kind in KindRegistry.standard.kinds {
      for seed in UInt64(1)...25 {
        var maker = SketchMaker(seed: seed &+ 7000)
        guard let value = maker.manifest(of: kind)?.value, let spec = value["spec"],
          let metadata = value["metadata"]
        else {
          Issue.record("no manifest of \(kind.name) from the seed \(seed)")
          continue
        }
        cases.append(judged("seed \(seed)", kind, value))
        guard seed <= 3 else { continue }
        var mutator = SketchMutator(seed: seed)
        let specs = mutator.mutations(of: spec, as: .object(kind.spec))
        for (what, changed) in specs {
          cases.append(
            judged("seed \(seed), \(what)", kind, replacing("spec", in: value, with: changed)))
        }
        guard seed == 1 else { continue }
        for (what, changed) in mutator.mutations(
          of: metadata, as: .object(ManifestDecoder.metadata))
        {
          cases.append(
            judged("metadata \(what)", kind, replacing("metadata", in: value, with: changed)))
        }
        for field in ["apiVersion", "kind", "metadata", "spec"] {
          let members = (value.members ?? []).filter { $0.key != field }
          cases.append(judged("without \(field)", kind, .object(members)))
        }
      }
    }
    return cases
  }

  private static func replacing(_ key: String, in value: Value, with other: Value) -> Value {
    .object((value.members ?? []).map { $0.key == key ? .init(key, other) : $0 })
  }

  private static func judged(_ what: String, _ kind: Kind, _ manifest: Value) -> Case {
    let found = Decoding.decode(CanonicalJSON.text(of: manifest), by: Decoding.shapesOnly)
      .diagnostics
    // Items are equal when their canonical forms are, or their names; `uniqueItems` sees equal texts.
    let isBeyond =
      !found.isEmpty && found.allSatisfy { $0.code == "duplicate-item" }
      && !what.contains("an item twice")
    return Case(
      description: what, kind: kind.name, manifest: manifest,
      isValid: isBeyond ? nil : found.isEmpty)
  }

  private static func json(_ yaml: String) -> Value? {
    Decoding.node(yaml).map(value)
  }

  private static func value(of node: Node) -> Value {
    switch node.content {
    case .null: .null
    case .bool(let flag): .bool(flag)
    case .integer(let number): .integer(number)
    case .number(let number): .number(number)
    case .string(let text): .string(text)
    case .list(let items): .array(items.map(value))
    case .map(let entries): .sorted(entries.map { .init($0.key, value(of: $0.value)) })
    }
  }

  // MARK: Python

  /// Whether the reference implementation is there; only CI must have it.
  private static func hasPython() -> Bool {
    let found = try? run("import jsonschema.validators", input: Data())
    if found?.status == 0 { return true }
    print("python3 has no jsonschema, so no schema was compared with the decoder")
    if ProcessInfo.processInfo.environment["CI"] != nil {
      Issue.record("CI needs python3 with jsonschema")
    }
    return false
  }

  /// What the schema finds wrong with each manifest; nothing where it is valid.
  private static func verdicts(_ cases: [Case]) throws -> [String] {
    let input: Value = [
      "schemas": .sorted(
        KindRegistry.standard.kinds.map { .init($0.name, $0.jsonSchema) } + [
          .init("*", KindRegistry.standard.jsonSchema)
        ]),
      "cases": .array(
        cases.map { test in ["kind": .string(test.kind), "manifest": test.manifest] }),
    ]
    let found = try run(program, input: Data(CanonicalJSON.bytes(of: input)))
    guard found.status == 0 else {
      Issue.record("python3 ended with \(found.status)")
      return []
    }
    return try JSONDecoder().decode([String].self, from: found.output)
  }

  private static let program = """
    import json, sys
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match
    data = json.load(open(sys.argv[1], encoding="utf-8"))
    validators = {}
    for name, schema in data["schemas"].items():
        Draft202012Validator.check_schema(schema)
        validators[name] = Draft202012Validator(schema)
    verdicts = []
    for case in data["cases"]:
        manifest = case["manifest"]
        error = best_match(validators[case["kind"]].iter_errors(manifest))
        whole = validators["*"].is_valid(manifest)
        verdict = "" if error is None else (error.message[:200] or "?")
        # The schema of all kinds must agree; it goes by the kind, so without one it refuses too.
        if whole != (error is None):
            verdict = "the schema of all kinds disagrees: " + verdict
        verdicts.append(verdict)
    json.dump(verdicts, open(sys.argv[2], "w", encoding="utf-8"))
    """

  private static func run(_ program: String, input: Data) throws -> (status: Int32, output: Data) {
    let folder = FileManager.default.temporaryDirectory.appending(path: "writ-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (from, to) = (folder.appending(path: "in.json"), folder.appending(path: "out.json"))
    try input.write(to: from)
    let child = try ChildProcess(
      "python3", ["-c", program, from.path(), to.path()], in: folder.path(),
      environment: ProcessInfo.processInfo.environment)
    _ = try child.readToEnd()
    return (child.wait(), (try? Data(contentsOf: to)) ?? Data())
  }
}
