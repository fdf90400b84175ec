import CEL
import Kinds
import Resources
import TestSupport
import Testing

/// What rules see does not depend on when it is decoded or evaluated.
struct LazyFactsTests {
  private static let kinds = KindRegistry.standard.kinds.map(\.name)

  /// Looks at everything, in the ways in which expressions can.
  private static let looks = [
    "object", "'%s'.format([object])", "'%s and %s'.format([object.spec, [object.metadata]])",
    "object.spec.map(key, key)", "object.metadata.name",
    "[object] + [object.spec]", "object.transformList(key, value, [key, value])",
    "'apiVersion' in object && !('absent' in object.spec)", "object == object", "object.size()",
  ]

  @Test(arguments: kinds)
  func bytesAreSeenAsTheirValues(_ name: String) throws {
    let kind = try #require(KindRegistry.standard[name])
    let environment = ExpressionEnvironments.base.declaring(["object": .dyn])
    let programs = try Self.looks.map { try environment.compile($0) }
    var tapes = 0
    for seed in UInt64(1)...30 {
      var generator = SketchMaker(seed: seed)
      var limits = SeededGenerator(seed: seed)
      guard let sketch = generator.manifest(of: kind),
        let bytes = Decoding.decode(CanonicalJSON.text(of: sketch.value)).resource?.content
      else { continue }
      let content = try #require(CanonicalContent(canonical: bytes))
      // Of what has escapes in its keys there is none.
      if case .tape = content { tapes += 1 }
      let value = try JSONReader.read(bytes)
      for (program, source) in zip(programs, Self.looks) {
        let lazy = program.trace(
          CELBindings(["object": kind.celValue(of: content)], in: environment))
        let eager = program.trace(
          CELBindings(["object": kind.celValue(of: value)], in: environment))
        #expect(try lazy.result.get().json == eager.result.get().json, "\(source), seed \(seed)")
        #expect(lazy.cost == eager.cost, "\(source), seed \(seed)")
        // With less than that both fail, and say the same.
        let limit = Int.random(in: 0..<eager.cost, using: &limits)
        let one = program.trace(
          CELBindings(["object": kind.celValue(of: content)], in: environment), limit: limit)
        let other = program.trace(
          CELBindings(["object": kind.celValue(of: value)], in: environment), limit: limit)
        #expect(Self.failure(one) != nil, "\(source), seed \(seed), limit \(limit)")
        #expect(
          Self.failure(one) == Self.failure(other), "\(source), seed \(seed), limit \(limit)")
      }
    }
    #expect(tapes > 10)
  }

  private static func failure(_ trace: CELTrace) -> CELFailure? {
    if case .failure(let failure) = trace.result { failure } else { nil }
  }

  // MARK: Variables

  private func messages(_ variables: [String], _ rules: [String]) throws -> [String] {
    let spec: Value = [
      "severity": "deny",
      "variables": .array(
        variables.enumerated().map { ["name": .string("v\($0)"), "expression": .string($1)] }),
      "validations": .array(
        rules.map { ["expression": .string($0), "message": "broken"] }),
    ]
    let (policy, mistakes) = CompiledPolicy.compile(name: "p", spec: spec)
    #expect(mistakes.isEmpty, "\(mistakes)")
    let facts = PolicyFacts(
      PolicyChange(
        action: "create", key: ResourceKey(kind: "Job", name: "a"), file: "a.yaml",
        object: .value(["kind": "Job", "metadata": ["name": "a"], "spec": ["one": 1]]),
        oldObject: nil),
      registry: .standard)
    let surroundings = PolicySurroundings(changes: [facts], live: [], registry: .standard)
    var judge = PolicyJudge(try #require(policy), surroundings)
    let first = judge.violations(facts)
    // What is kept between two changes is not seen either.
    #expect(judge.violations(facts) == first)
    return first.map(\.message)
  }

  @Test func aVariableThatIsNotAskedForMayFail() throws {
    #expect(try messages(["1 / 0"], ["true || variables.v0 == 1"]) == [])
    #expect(try messages(["1 / 0"], ["false && variables.v0 == 1"]) == ["broken"])
  }

  @Test func aRuleThatFailsNamesWhatFailedFirst() throws {
    let division = "the rule could not be evaluated: divide by zero"
    #expect(try messages(["1 / 0", "variables.v0 + 1"], ["variables.v1 == 2"]) == [division])
    // Also of variables that evaluation did not come to.
    #expect(
      try messages(["1 / 0"], ["object.spec.absent == 1 && (1 == 1 || variables.v0 == 1)"])
        == [division])
    #expect(
      try messages(["plan.changes[7].name", "variables.v0 + 'a'"], ["variables.v1 == 'a'"])
        == ["the rule could not be evaluated: index 7 is out of range: the list has 1 elements"])
  }

  @Test func aLongChainOfVariablesIsEvaluated() throws {
    let chain = ["object.spec.one"] + (0..<63).map { "variables.v\($0) + 1" }
    #expect(try messages(chain, ["variables.v63 == 64", "variables.v63 == 65"]) == ["broken"])
    let shared = ["plan.changes.size()"] + (0..<63).map { "variables.v\($0) + 1" }
    #expect(try messages(shared, ["variables.v63 == 64", "variables.v62 == 65"]) == ["broken"])
  }

  @Test func eachVariableHasALimitOfItsOwn() throws {
    let much = "[1,2,3,4,5,6,7,8,9,10]"
    let square = "\(much).map(a, \(much).map(b, \(much).map(c, \(much).map(d, \(much).size()))))"
    // Each costs less than the limit, and all together more.
    let names = (0..<20).map { _ in square }
    #expect(
      try messages(
        names, [(0..<20).map { "variables.v\($0).size() == 10" }.joined(separator: " && ")])
        == [])
  }
}
