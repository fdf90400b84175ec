import Planning
import Resources
import TestSupport
import Testing

struct VerdictTests {
  private func deletion() throws -> Plan {
    try Planned.plan(
      from: [
        "manifests/a.yaml": Manifest.job("a", annotations: Manifest.protected),
        "manifests/b.yaml": Manifest.job("b"),
      ], to: ["manifests/b.yaml": Manifest.job("b")])
  }

  private func verdict(
    _ plan: Plan, acknowledged: Set<GuardFinding.Name> = [], isQuarantined: Bool = false,
    windows: [GuardFinding] = [],
  ) -> [String] {
    let circumstances = Verdict.Circumstances(
      time: Timestamp(nanoseconds: 0), acknowledged: acknowledged, isQuarantined: isQuarantined,
      windows: windows)
    return switch Verdict.of(plan, circumstances) {
    case .unchanged: ["unchanged"]
    case .ready: ["ready"]
    case .blocked(let blocks): blocks.map { "\($0.name): \($0.command)" }
    }
  }

  @Test func aPlanWithoutGuardsIsReady() throws {
    #expect(verdict(try PlanSamples.small()) == ["ready"])
  }

  @Test func aPlanWithoutChangesIsUnchanged() throws {
    let files = ["manifests/a.yaml": Manifest.job("a")]
    #expect(verdict(try Planned.plan(from: files, to: files)) == ["unchanged"])
  }

  @Test func aBlockEndsWithTheCommandThatClearsIt() throws {
    let plan = try deletion()
    #expect(
      verdict(plan) == ["protected: writ ack protected --plan \(plan.digest.abbreviated)"])
  }

  @Test func anAcknowledgedGuardDoesNotBlock() throws {
    #expect(verdict(try deletion(), acknowledged: [.protected]) == ["ready"])
    #expect(verdict(try deletion(), acknowledged: [.massDelete]).count == 1)
  }

  @Test func rewrittenHistoryBlocksAnEmptyPlan() throws {
    let files = ["manifests/a.yaml": Manifest.job("a")]
    var input = try Planned.input(from: files, to: files)
    input.ancestry = .rewritten
    let plan = try Planned.plan(input)
    #expect(verdict(plan).count == 1)
    #expect(verdict(plan, acknowledged: [.historyRewritten]) == ["ready"])
  }

  @Test func changeWindowsHoldChangesButNotAnEmptyPlan() throws {
    let window = GuardFinding(.changeWindow, subject: "freeze", "the freeze is on")
    let plan = try PlanSamples.small()
    #expect(
      verdict(plan, windows: [window])
        == ["change-window: writ ack change-window --plan \(plan.digest.abbreviated)"])
    #expect(verdict(plan, acknowledged: [.changeWindow], windows: [window]) == ["ready"])
    let files = ["manifests/a.yaml": Manifest.job("a")]
    #expect(
      verdict(try Planned.plan(from: files, to: files), windows: [window]) == ["unchanged"])
  }

  @Test func quarantineBlocksAStepForwardButNotARollback() throws {
    var plan = try PlanSamples.small()
    #expect(
      verdict(plan, isQuarantined: true)
        == ["quarantine: writ quarantine clear \(plan.predictedRoot.abbreviated)"])
    plan.isRollback = true
    #expect(verdict(plan, isQuarantined: true) == ["ready"])
  }

  @Test func noAcknowledgementLiftsAQuarantine() throws {
    let plan = try PlanSamples.small()
    #expect(
      verdict(plan, acknowledged: Set(GuardFinding.Name.allCases), isQuarantined: true).count == 1)
  }

  @Test func blocksAreSorted() throws {
    let windows = ["z", "a"].map { GuardFinding(.changeWindow, subject: $0, "on") }
    let plan = try deletion()
    guard
      case .blocked(let blocks) = Verdict.of(
        plan,
        Verdict.Circumstances(
          time: Timestamp(nanoseconds: 0), isQuarantined: true, windows: windows))
    else { throw FixtureError("the plan is not blocked") }
    #expect(
      blocks.map { "\($0.name) \($0.subject)" } == [
        "change-window a", "change-window z", "protected Job/a",
        "quarantine \(plan.predictedRoot.abbreviated)",
      ])
  }
}
