import Dispatch
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
    message: String = "'%d of them'.format([plan.changes.size()])",
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
          messageExpression: "\(message)"
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
      let later = number % 7 == 0 ? "elsewhere/\(number).yaml" : file
      if !generator.once(in: 8) { new[later] = job() }
    }
    let before = Snapshot(old, registry: .standard)
    let after = Snapshot(new, registry: .standard)
    var input = PlanInput(from: before.resources.map { LiveResource($0) }, to: after.resources)
    input.policies.set = PolicyCache().policies(of: try rules().resources)
    input.policies.branch = "main"
    return input
  }

  private static func rules() throws -> Snapshot {
    let rules = Snapshot(
      Dictionary(uniqueKeysWithValues: policies.enumerated().map { ("p\($0).yaml", $1) }),
      registry: .standard)
    #expect(rules.diagnostics.isEmpty, "\(rules.diagnostics)")
    return rules
  }

  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func aPlanIsTheSame(_ seed: UInt64) throws {
    let input = try Self.input(seed)
    func digest(_ spread: any Spread) throws -> Digest {
      let planner = Planner(registry: .standard, spread: spread)
      guard case .plan(let plan) = planner.plan(input) else { throw FixtureError("invalid") }
      #expect(plan.policies.count > 100 && plan.approvals.count > 100, "seed \(seed)")
      #expect(Set(plan.policies.map(\.policy)).count == 5, "seed \(seed)")
      return plan.digest
    }
    let expected = try digest(OneByOne())
    for spread in [Backwards(), AllCores(width: 2), AllCores(width: 7), AllCores()] as [any Spread]
    {
      #expect(try digest(spread) == expected, "seed \(seed)")
    }
  }

  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func aPlanWhoseReviewBeganBeforeIsTheSame(_ seed: UInt64) throws {
    var input = try Self.input(seed)
    let rules = Snapshot(
      [
        "a.yaml": Self.policy(
          "asks-who", severity: "deny",
          "change.request.author == 'ana@x.io' || change.name < 'j15'",
          match: "{changes: [create, update]}", message: "change.name"),
        "b.yaml": Self.policy("by", severity: "warn", "request.author != ''"),
        "c.yaml": Self.policy(
          "shared", severity: "approve", "variables.same || variables.none > 3",
          variables: """
            {name: same, expression: "live.Job.size() > 0"},
            {name: none, expression: "params.size() + object.metadata.name.size()"}
            """, match: "{kinds: [Job], paths: ['**/*3.yaml']}",
          message: "object.metadata.name"),
        "d.yaml": Self.policy(
          "moves", severity: "deny", "change.file == change.previousFile || oldObject == object",
          match: "{paths: ['manifests/1*.yaml', 'elsewhere/**']}", message: "change.action"),
        "e.yaml": Self.policy(
          "limits", severity: "deny", "object.spec.timeout <= duration('20m')",
          message: "'%s is too long'.format([object.spec.timeout])"),
      ], registry: .standard)
    #expect(rules.diagnostics.isEmpty, "\(rules.diagnostics)")
    input.policies.set = PolicyCache().policies(
      of: rules.resources + (try Self.rules().resources))
    for place in input.desired.indices where place % 11 == 0 {
      let key = input.desired[place].key
      guard let live = input.live[key] else { continue }
      if place % 5 == 0 {
        // Git says now what somebody made of it.
        input.live[key] = LiveResource(input.desired[place])
        input.drifts[key] = DriftNote(
          applied: live.digest, appliedContent: live.content, isHeld: false)
        continue
      }
      // Held as it is, taken over by git, or put back.
      input.drifts[key] = DriftNote(
        applied: place % 2 == 0 ? input.desired[place].digest : live.digest,
        appliedContent: live.content, isHeld: place % 3 == 0)
    }
    for spread in [OneByOne(), Backwards(), AllCores(width: 2), AllCores(width: 7)] as [any Spread]
    {
      let planner = Planner(registry: .standard, spread: spread)
      var begun = input
      begun.early = planner.beginReview(of: input)
      #expect(begun.early != nil)
      var late = input
      for place in input.desired.indices {
        let resource = input.desired[place]
        let origin = Origin(
          commit: "c\(place % 3)", author: "Ana", email: place % 2 == 0 ? "ana@x.io" : "bo@x.io",
          time: Timestamp(nanoseconds: 0))
        late.traces[resource.key] = ResourceTrace(origin: origin)
      }
      begun.traces = late.traces
      guard case .plan(let expected) = planner.plan(late),
        case .plan(let plan) = planner.plan(begun)
      else { throw FixtureError("invalid") }
      #expect(plan.digest == expected.digest, "seed \(seed), \(spread)")
      let asking = plan.policies.filter { $0.policy == "asks-who" }
      #expect(asking.count > 20 && asking.count < 150, "seed \(seed): \(asking.count)")
      #expect(
        Set(plan.policies.map(\.policy)).isSuperset(of: ["moves", "shared", "limits", "asks", "by"])
      )
    }
  }

  @Test(arguments: [0, 1, 2, 100]) func resultsAreInTheOrderOfThePieces(_ count: Int) {
    #expect(AllCores(width: 4).map(count) { $0 * 2 } == (0..<count).map { $0 * 2 })
    for spread in [OneByOne(), Backwards(), AllCores(width: 1), AllCores(width: 4)] as [any Spread]
    {
      let begun = spread.begin(count) { $0 * 2 }
      #expect(begun.finish() == (0..<count).map { $0 * 2 })
      #expect(begun.finish() == (0..<count).map { $0 * 2 })
    }
  }

  /// Ends a stream when nobody holds it any more.
  private final class Holder: Sendable {
    let pieces: AsyncStream<Int>.Continuation
    init(_ pieces: AsyncStream<Int>.Continuation) { self.pieces = pieces }
    deinit { pieces.finish() }
  }

  @Test func whatIsGivenUpIsNotGoneOnWith() async {
    let (pieces, continuation) = AsyncStream.makeStream(of: Int.self)
    let gate = DispatchSemaphore(value: 0)
    var work: (any Begun<Int>)? = {
      let holder = Holder(continuation)
      return AllCores(width: 2).begin(10) { piece in
        holder.pieces.yield(piece)
        gate.wait()
        return piece
      }
    }()
    var begun: [Int] = []
    for await piece in pieces {
      begun.append(piece)
      #expect(work != nil)
      work = nil
      gate.signal()
    }
    #expect(begun == [0])
  }
}
