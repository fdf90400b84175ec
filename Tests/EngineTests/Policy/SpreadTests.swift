import Engine
import Kinds
import Planning
import Resources
import TestSupport
import Testing

/// However the work is spread, a plan is the same.
struct SpreadTests {
  /// Does the last piece first.
  private struct Backwards: Spread {
    let width = 3

    func map<Result: Sendable>(
      _ count: Int, _ piece: @Sendable (_ index: Int) -> Result,
    ) -> [Result] {
      (0..<count).reversed().map(piece).reversed()
    }
  }

  private static func policy(
    _ name: String, severity: String, scope: String = "object", _ rule: String,
    variables: String = "", match: String = "{kinds: [Job]}",
  ) -> String {
    """
    apiVersion: writ/v1
    kind: Policy
    metadata: {name: \(name)}
    spec:
      severity: \(severity)
      scope: \(scope)
      match: \(match)
      variables: [\(variables)]
      validations:
        - expression: "\(rule)"
          messageExpression: "'%d of them'.format([plan.changes.size()])"
          message: too long

    """
  }

  private static let policies = [
    policy("short", severity: "deny", "object.spec.timeout <= duration('20m')"),
    policy(
      "asks", severity: "approve", "variables.long.size() < 90 || change.action == 'create'",
      variables: """
        {name: long, expression: "plan.changes.filter(c, c.kind == 'Job')"}
        """),
    policy(
      "fails", severity: "warn", "variables.none > 0 || object.spec.timeout < duration('5m')",
      variables: #"{name: none, expression: "object.metadata.labels['absent'].size()"}"#),
    policy("many", severity: "approve", scope: "plan", "plan.changes.size() < 10"),
    policy(
      "all", severity: "warn", "!change.name.endsWith('7')", match: "{changes: [update, delete]}"),
  ]

  private static func input(_ seed: UInt64) throws -> PlanInput {
    var generator = SeededGenerator(seed: seed)
    var old: [String: String] = [:]
    var new: [String: String] = [:]
    for number in 0..<300 {
      let file = "manifests/\(number).yaml"
      func job() -> String {
        Manifest.job("j\(number)", timeout: "\(1 + generator.number(below: 60))m")
      }
      if !generator.once(in: 3) { old[file] = job() }
      if !generator.once(in: 8) { new[file] = job() }
    }
    let before = Snapshot(old, registry: .standard)
    let after = Snapshot(new, registry: .standard)
    var input = PlanInput(from: before.resources.map { LiveResource($0) }, to: after.resources)
    let rules = Snapshot(
      Dictionary(uniqueKeysWithValues: policies.enumerated().map { ("p\($0).yaml", $1) }),
      registry: .standard)
    #expect(rules.diagnostics.isEmpty, "\(rules.diagnostics)")
    input.policies.set = PolicyCache().policies(of: rules.resources)
    input.policies.branch = "main"
    return input
  }

  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func aPlanIsTheSame(_ seed: UInt64) throws {
    let input = try Self.input(seed)
    func bytes(_ spread: any Spread) throws -> [UInt8] {
      let planner = Planner(registry: .standard, spread: spread)
      guard case .plan(let plan) = planner.plan(input) else { throw FixtureError("invalid") }
      #expect(plan.policies.count > 100 && plan.approvals.count > 100, "seed \(seed)")
      #expect(Set(plan.policies.map(\.policy)).count == 5, "seed \(seed)")
      return CanonicalJSON.bytes(of: plan.value)
    }
    let expected = try bytes(OneByOne())
    for spread in [Backwards(), AllCores(width: 2), AllCores(width: 7), AllCores()] as [any Spread]
    {
      #expect(try bytes(spread) == expected, "seed \(seed)")
    }
  }

  @Test(arguments: [0, 1, 2, 100]) func resultsAreInTheOrderOfThePieces(_ count: Int) {
    #expect(AllCores(width: 4).map(count) { $0 * 2 } == (0..<count).map { $0 * 2 })
  }
}
