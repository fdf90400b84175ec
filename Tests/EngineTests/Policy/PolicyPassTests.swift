import Engine
import Kinds
import Persistence
import Planning
import Resources
import TestSupport
import Testing
import Workflows

/// What live policies do to pushes.
struct PolicyPassTests {
  static func policy(
    _ name: String = "short", severity: String = "deny", limit: String = "1h",
    match: String = "{kinds: [Job]}", expression: String? = nil,
  ) -> String {
    """
    apiVersion: writ/v1
    kind: Policy
    metadata: {name: \(name)}
    spec:
      severity: \(severity)
      match: \(match)
      validations:
        - expression: \(expression ?? "object.spec.timeout <= duration('\(limit)')")
          field: spec.timeout
          message: too long

    """
  }

  static func exception(expires: String, match: String = "{names: [a]}") -> String {
    """
    apiVersion: writ/v1
    kind: PolicyException
    metadata: {name: once}
    spec:
      policies: [short]
      match: \(match)
      owner: ana
      reason: the archive
      expires: \(expires)

    """
  }

  private func blocks(_ world: World) throws -> [Verdict.Block] {
    guard case .blocked(_, let blocks) = try world.reconcile().outcome else { return [] }
    return blocks
  }

  private func governed(
    _ policy: String = Self.policy(), with more: [String: String?] = [:],
  ) throws -> World {
    let world = try World()
    var files = more
    files["manifests/p.yaml"] = policy
    files["manifests/a.yaml"] = Manifest.job("a", timeout: "30m")
    try world.apply(files)
    return world
  }

  @Test func aChangeThatBreaksARuleIsRefusedAtTheLineOfItsField() throws {
    let world = try governed()
    let root = try world.root()
    world.push(["manifests/a.yaml": Manifest.job("a", timeout: "2h")])
    let block = try #require(try blocks(world).first)
    #expect(block.name == "policy" && block.subject == "Job/a")
    #expect(block.message == "Policy/short: too long")
    #expect(block.command.contains("manifests/a.yaml:7:12"), "\(block.command)")
    #expect(try world.root() == root)
  }

  @Test func aPolicyJudgesFromTheStepAfterItsOwn() throws {
    let world = try World()
    try world.apply([
      "manifests/p.yaml": Self.policy(), "manifests/a.yaml": Manifest.job("a", timeout: "3h"),
    ])
    world.push(["manifests/a.yaml": Manifest.job("a", timeout: "4h")])
    #expect(try blocks(world).map(\.name) == ["policy"])
  }

  @Test(
    arguments: [
      ["manifests/p.yaml": policy(limit: "9h")], ["manifests/p.yaml": nil],
      ["manifests/p.yaml": policy(severity: "warn")],
      ["manifests/p.yaml": policy(match: "{kinds: [Schedule]}", expression: "1 == 1")],
      ["manifests/x.yaml": exception(expires: "2099-01-01T00:00:00Z")],
    ] as [[String: String?]])
  func nobodyLoosensARuleAndUsesThatInOnePush(_ trick: [String: String?]) throws {
    let world = try governed()
    var files = trick
    files["manifests/a.yaml"] = Manifest.job("a", timeout: "2h")
    world.push(files)
    #expect(try blocks(world).map(\.name) == ["policy"])
  }

  @Test func anExceptionHoldsUntilItRunsOut() throws {
    let world = try governed()
    let end = world.wall.now().adding(.hours(1))
    try world.apply(["manifests/x.yaml": Self.exception(expires: end.description)])
    try world.apply(["manifests/a.yaml": Manifest.job("a", timeout: "2h")])
    world.wall.advance(seconds: 3600)
    world.push(["manifests/a.yaml": Manifest.job("a", timeout: "3h")])
    let block = try #require(try blocks(world).first)
    #expect(block.message.contains("the exception once of ana ran out at \(end)"), "\(block)")
  }

  @Test func anExceptionMustCoverBothSidesOfAChange() throws {
    let world = try governed(
      with: [
        "manifests/x.yaml": Self.exception(
          expires: "2099-01-01T00:00:00Z", match: "{paths: [manifests/free/**]}")
      ])
    // Moving the file into the place of the exception is not enough.
    world.push([
      "manifests/a.yaml": nil, "manifests/free/a.yaml": Manifest.job("a", timeout: "2h"),
    ])
    #expect(try blocks(world).map(\.name) == ["policy"])
  }

  @Test func leavingThePathOrTheLabelsOfAPolicyDoesNotLeaveThePolicy() throws {
    for match in ["{paths: [manifests/db/**]}", "{selector: {matchLabels: {tier: critical}}}"] {
      let world = try World()
      try world.apply([
        "manifests/p.yaml": Self.policy(
          match: match.replacing("{", with: "{kinds: [Job], ", maxReplacements: 1)),
        "manifests/db/a.yaml": Manifest.job("a", timeout: "30m", labels: ["tier": "critical"]),
      ])
      world.push([
        "manifests/db/a.yaml": nil, "manifests/a.yaml": Manifest.job("a", timeout: "2h"),
      ])
      #expect(try blocks(world).map(\.name) == ["policy"], "\(match)")
    }
  }

  @Test func aWarningHoldsNothingUp() throws {
    let world = try governed(Self.policy(severity: "warn"))
    world.push(["manifests/a.yaml": Manifest.job("a", timeout: "2h")])
    #expect(try world.plan().policies.map(\.severity) == [.warn])
    guard case .applied = try world.reconcile().outcome else {
      Issue.record("it was not applied")
      return
    }
  }

  @Test func aRuleThatCannotBeEvaluatedCountsAsBroken() throws {
    let policy = """
      apiVersion: writ/v1
      kind: Policy
      metadata: {name: short}
      spec:
        severity: deny
        match: {kinds: [Job]}
        validations:
          - {expression: object.metadata.labels.team == 'x', message: another team}

      """
    let world = try governed(policy)
    world.push(["manifests/a.yaml": Manifest.job("a", timeout: "31m")])
    let block = try #require(try blocks(world).first)
    #expect(block.message.contains("could not be evaluated: no such key"), "\(block)")
  }

  @Test func aRuleAboutWhatIsThereDoesNotApplyToWhatGoes() throws {
    let world = try governed()
    world.push(["manifests/a.yaml": nil, "manifests/b.yaml": Manifest.job("b")])
    #expect(try world.plan().policies.isEmpty)
  }

  @Test func aRuleThatKnowsOfDeletionsAppliesToThem() throws {
    let world = try governed(Self.policy(expression: "object != null"))
    world.push(["manifests/a.yaml": nil, "manifests/b.yaml": Manifest.job("b")])
    #expect(try blocks(world).map(\.subject) == ["Job/a"])
  }

  @Test func aRuleAboutDeletionsThatCannotBeEvaluatedCountsAsBroken() throws {
    let world = try governed(Self.policy(match: "{kinds: [Job], changes: [delete]}"))
    world.push(["manifests/a.yaml": nil, "manifests/b.yaml": Manifest.job("b")])
    #expect(try blocks(world).map(\.subject) == ["Job/a"])
  }

  @Test func aFailureNamesWhatFailedFirst() throws {
    let policy = """
      apiVersion: writ/v1
      kind: Policy
      metadata: {name: short}
      spec:
        severity: deny
        match: {kinds: [Job]}
        variables:
          - {name: team, expression: object.metadata.labels.team}
          - {name: path, expression: variables.team + '/'}
        validations:
          - {expression: variables.path != '/', message: m}

      """
    let world = try governed(policy)
    world.push(["manifests/a.yaml": Manifest.job("a", timeout: "31m")])
    #expect(try blocks(world).first?.message.contains("no such key") == true)
  }

  @Test func aRuleThatLoopsTooLongEndsAndCountsAsBroken() throws {
    let nested = "[1,2,3,4,5,6,7,8,9,10]"
    let loops = (0..<7).map { "\(nested).all(i\($0), " }.joined()
    let policy = """
      apiVersion: writ/v1
      kind: Policy
      metadata: {name: short}
      spec:
        severity: deny
        match: {kinds: [Job]}
        validations:
          - {expression: "\(loops)object.metadata.name != 'z'\(String(repeating: ")", count: 7))", message: m}

      """
    let world = try governed(policy)
    world.push(["manifests/a.yaml": Manifest.job("a", timeout: "31m")])
    #expect(try blocks(world).first?.message.contains("costs more than its limit") == true)
  }

  @Test func aRollbackIsNotHeldUpByWhatPoliciesSay() throws {
    let world = try governed()
    world.push(["manifests/a.yaml": Manifest.job("a", timeout: "2h")])
    var plan = try world.plan()
    func verdict() throws -> Verdict {
      try PlanGate(store: world.store, windows: world.windows)
        .judge(plan, at: world.wall.now()).verdict
    }
    guard case .blocked = try verdict() else {
      Issue.record("the step forward is not blocked")
      return
    }
    plan.isRollback = true
    #expect(try verdict() == .ready)
  }

  @Test func aRuleAboutThePlanCountsItsChanges() throws {
    let policy = """
      apiVersion: writ/v1
      kind: Policy
      metadata: {name: few}
      spec:
        severity: deny
        scope: plan
        match: {kinds: [Job], changes: [create]}
        validations:
          - {expression: plan.changes.size() <= 2 && plan.counts.create <= 2, message: too many at once}

      """
    let world = try governed(policy)
    world.push([
      "manifests/b.yaml": Manifest.job("b"), "manifests/c.yaml": Manifest.job("c"),
      "manifests/s.yaml": Manifest.schedule("s", job: "a"),
    ])
    #expect(try blocks(world).isEmpty)
    world.push([
      "manifests/d.yaml": Manifest.job("d"), "manifests/e.yaml": Manifest.job("e"),
      "manifests/f.yaml": Manifest.job("f"),
    ])
    let block = try #require(try blocks(world).first)
    #expect(block.subject == "the plan" && block.message == "Policy/few: too many at once")
  }

  @Test func rulesSeeWhatIsLiveOfTheKindsThatTheyName() throws {
    let policy = """
      apiVersion: writ/v1
      kind: Policy
      metadata: {name: unique}
      spec:
        severity: deny
        match: {kinds: [Job], changes: [create]}
        validations:
          - expression: live.Job.all(j, j.spec.action != object.spec.action)
            message: there is a job that does the same

      """
    let world = try governed(policy)
    world.push(["manifests/b.yaml": Manifest.job("b", script: "other")])
    #expect(try blocks(world).isEmpty)
    world.push(["manifests/c.yaml": Manifest.job("c", script: "other")])
    #expect(
      try blocks(world).map(\.message) == ["Policy/unique: there is a job that does the same"])
  }

  @Test func aChangeToManyIsJudgedAsTheChangeToAllIs() throws {
    let world = try governed(Self.policy(severity: "warn"))
    var files: [String: String?] = [:]
    for number in 0..<20 {
      files["manifests/j\(number).yaml"] = Manifest.job("j\(number)", timeout: "\(number)h1m")
    }
    try world.apply(files)
    world.push([
      "manifests/j3.yaml": Manifest.job("j3", timeout: "2h"),
      "manifests/j4.yaml": nil, "manifests/k/j5.yaml": Manifest.job("j5", timeout: "5h1m"),
      "manifests/j5.yaml": nil,
    ])
    let few = try world.assemble()
    let all = try world.assemble(readsEverything: true)
    guard case .plan(let one) = few.outcome, case .plan(let other) = all.outcome else {
      Issue.record("there is no plan")
      return
    }
    #expect(few.isIncremental && !all.isIncremental)
    #expect(one.policies.map(\.subject?.name) == ["j3", "j5"])
    #expect(one.canonicalBytes == other.canonicalBytes)
  }

  @Test func aSavedPlanCannotLeaveOutWhatPoliciesSay() throws {
    let world = try governed()
    world.push(["manifests/a.yaml": Manifest.job("a", timeout: "2h")])
    var plan = try world.plan()
    #expect(plan.policies.count == 1)
    plan.policies = []
    let apply = SavedPlanApply(
      store: world.store, planner: world.planner, windows: world.windows, effects: .none)
    guard case .blocked(let blocks) = try apply.run(plan, actor: "cli:eve", at: world.wall.now())
    else {
      Issue.record("a plan without its findings was applied")
      return
    }
    #expect(blocks.map(\.name) == ["policy"])
  }

  @Test func aPolicyThatNoLongerCompilesFailsWhatItMatchesAndCanBeMended() throws {
    let content: Value = [
      "kind": "Policy", "metadata": ["name": "old"],
      "spec": [
        "match": ["kinds": ["Job", "Policy"]], "severity": "deny",
        "validations": [["expression": "object.nothing(", "message": "m"]],
      ],
    ]
    let broken = try #require(
      PolicySet.Member(ResourceKey(kind: "Policy", name: "old"), content))
    let world = try governed()
    world.push([
      "manifests/a.yaml": Manifest.job("a", timeout: "31m"),
      "manifests/p.yaml": Self.policy(limit: "2h"),
    ])
    let plan = try world.plan()
    let live = try world.live()
    let judged = world.planner.reviewing(
      plan, live: Dictionary(live.values.map { ($0.key, $0) }) { first, _ in first },
      base: try world.store.status().live, policies: PolicyContext(set: PolicySet([broken])))
    #expect(judged.policies.map(\.subject) == [ResourceKey(kind: "Job", name: "a")])
    #expect(judged.policies.first?.isFailure == true)
    #expect(judged.policies.first?.message.contains("does not compile") == true)
  }
}
