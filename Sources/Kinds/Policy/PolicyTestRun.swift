internal import CEL
package import Resources

/// The inline tests of a policy, carried out, with what of the policy they reached.
package struct PolicyTestRun: Sendable {
  /// What became of one test.
  package struct Outcome: Sendable {
    package var name: String
    package var expected: String
    /// What the policy said: `allow`, or its severity.
    package var actual: String
    /// What it said in words, one for each rule that did not hold.
    package var messages: [String]
    /// Why it failed; nil where it passed.
    package var problem: String?
  }

  /// Something that no test reached.
  package struct Gap: Hashable, Sendable {
    /// The validation or variable, below the spec.
    package var tokens: [String]
    /// Which bytes of the expression it is about; nil for the whole rule.
    package var part: Part?
    package var message: String

    package struct Part: Hashable, Sendable {
      package var offset: Int
      package var length: Int
    }
  }

  package let policy: String
  package private(set) var outcomes: [Outcome] = []
  package private(set) var gaps: [Gap] = []
  /// How many rules there are, and how many were seen both to hold and not to hold.
  package private(set) var rules = (total: 0, covered: 0)
  /// How many ways branches may go, and how many were gone.
  package private(set) var branches = (total: 0, covered: 0)

  package var failures: [Outcome] { outcomes.filter { $0.problem != nil } }

  /// Runs the tests of a canonical spec; nil where the policy does not compile.
  package init?(name: String, spec: Value, registry: KindRegistry) {
    guard
      let policy = CompiledPolicy.compile(name: name, spec: spec, recordsBranches: true).policy
    else { return nil }
    self.policy = name
    var coverage = PolicyCoverage(policy)
    for test in spec["tests"]?.array ?? [] {
      outcomes.append(Self.run(test, policy, registry, &coverage))
    }
    gaps = coverage.gaps
    rules = (policy.rules.count, coverage.coveredRules)
    branches = coverage.branches
  }

  private static func run(
    _ test: Value, _ policy: CompiledPolicy, _ registry: KindRegistry,
    _ coverage: inout PolicyCoverage,
  ) -> Outcome {
    let sample = PolicySample(test, registry)
    let matched = sample.changes.filter { policy.match.covers($0.change) }
    let seen = policy.isAboutPlan ? matched : sample.changes
    let surroundings = PolicySurroundings(
      changes: seen, live: sample.live, registry: registry)
    let expected = test["expect"]?.string ?? "allow"
    var outcome = Outcome(
      name: test["name"]?.string ?? "", expected: expected, actual: "allow", messages: [])
    guard let first = matched.first else {
      if expected != "allow" { outcome.problem = "the policy does not match the example" }
      return outcome
    }
    let facts = policy.isAboutPlan ? nil : first
    let violations = policy.violations(facts, surroundings)
    coverage.add(facts, surroundings, violations)
    outcome.messages = violations.map(\.message)
    outcome.actual = violations.isEmpty ? "allow" : policy.severity
    if outcome.actual != expected {
      outcome.problem = "expected \(expected), and it says \(outcome.actual)"
    } else if let part = test["message"]?.string, !violations.isEmpty,
      !violations.contains(where: { $0.message.contains(part) })
    {
      outcome.problem = "no message has \"\(part)\" in it"
    } else if violations.contains(where: \.isFailure) {
      outcome.problem = "a rule cannot be evaluated"
    }
    return outcome
  }
}

/// The example of a test as the changes that it stands for.
private struct PolicySample {
  var changes: [PolicyFacts] = []
  var live: [Value] = []

  init(_ test: Value, _ registry: KindRegistry) {
    let request = test["request"]
    let requester = PolicyChange.Request(
      author: request?["author"]?.string ?? "",
      authorName: request?["authorName"]?.string ?? "", signer: request?["signer"]?.string ?? "",
      branch: request?["branch"]?.string ?? "")
    for change in test["changes"]?.array ?? [test] {
      changes.append(PolicyFacts(Self.change(change, requester, registry), registry: registry))
    }
    for member in test["live"]?.members ?? [] {
      for object in member.value.array ?? [] {
        live.append(Self.resource(object, kind: member.key, registry))
      }
    }
  }

  private static func change(
    _ value: Value, _ request: PolicyChange.Request, _ registry: KindRegistry,
  ) -> PolicyChange {
    let object = value["object"]
    let oldObject = value["oldObject"]
    let some = object ?? oldObject
    let kind = some?["kind"]?.string ?? ""
    let action =
      value["change"]?.string
      ?? (oldObject == nil ? "create" : object == nil ? "delete" : "update")
    return PolicyChange(
      action: action,
      key: ResourceKey(kind: kind, name: some?["metadata"]?["name"]?.string ?? "test"),
      file: value["file"]?.string ?? "manifests/test.yaml",
      previousFile: value["previousFile"]?.string,
      object: object.map { .value(resource($0, kind: kind, registry)) },
      oldObject: oldObject.map { .value(resource($0, kind: kind, registry)) }, request: request)
  }

  /// The example with the defaults of its kind, as far as it leaves them out.
  private static func resource(_ value: Value, kind: String, _ registry: KindRegistry) -> Value {
    guard case .object(let members) = value else { return value }
    let metadata = Value.sorted([.init("name", "test")] + (value["metadata"]?.members ?? []))
    let rest = members.filter { $0.key != "metadata" && $0.key != "spec" && $0.key != "apiVersion" }
    let spec = value["spec"] ?? .object([])
    return .sorted(
      rest + [
        .init("kind", .string(kind)),
        .init("metadata", ManifestDecoder.metadata.filled(metadata)),
        .init("spec", registry[kind]?.spec.filled(spec) ?? spec),
      ])
  }
}

extension ObjectShape {
  /// `value` with the defaults of what it leaves out.
  fileprivate func filled(_ value: Value) -> Value {
    guard case .object(let members) = value else { return value }
    var result = members
    for index in result.indices {
      guard case .object(let object)? = field(named: result[index].key)?.shape else { continue }
      result[index].value = object.filled(result[index].value)
    }
    for field in fields where !members.contains(where: { $0.key == field.name }) {
      if case .defaulted(let value) = field.presence { result.append(.init(field.name, value)) }
    }
    return .sorted(result)
  }
}
