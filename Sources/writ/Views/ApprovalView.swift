import App
import Engine
import Planning
import Rendering
import Resources

/// `writ approvals`: what waits, and who said what.
struct ApprovalView {
  let desk: ApprovalDesk
  /// Everything that was said.
  let decisions: [ApprovalDecision]

  /// What was said of changes that are not planned now.
  private var others: [ApprovalDecision] {
    let changes = Set(desk.plan.approvals.map(\.change))
    return decisions.filter { !changes.contains($0.change) }
  }

  var value: Value {
    [
      "formatVersion": 1, "plan": .string(desk.digest.description),
      "revision": .string(desk.plan.revision),
      "verdict": .string((desk.made.verdict ?? .unchanged).word),
      "approvals": .array(desk.made.approvals.map(ApprovalJSON.value)),
      "others": .array(
        others.map { decision in
          .sorted(
            (ApprovalJSON.value(decision).members ?? []) + [
              .init("change", .string(decision.change.description)),
              .init("key", .string(decision.key.description)),
            ])
        }),
    ]
  }

  func lines(width: Int, isVerbose: Bool) -> [String] {
    var screen = PlanScreen(desk.plan, verdict: desk.made.verdict ?? .ready, digest: desk.digest)
    screen.approvals = desk.made.approvals
    screen.time = desk.time
    screen.isPartial = desk.workspace.settings.appliesPartially
    screen.verboseCommand = "writ approvals -v"
    let style = Terminal.outputStyle
    var lines = PlanText(screen, width: width, isVerbose: isVerbose).approvals().map {
      $0.text(style)
    }
    if desk.made.approvals.isEmpty {
      lines.append("nothing in plan \(desk.digest.abbreviated) waits for approval")
    }
    if others.isEmpty { return lines }
    lines += ["", style.painted("Said of changes that are not planned now", .heading)]
    let shown = isVerbose ? others[...] : others.prefix(20)
    let table = Table(
      [
        .init("CHANGE", isWhole: true), .init("RESOURCE"), .init("WHO"), .init("SAID"),
        .init("UNTIL"),
      ],
      rows: shown.map { decision in
        [
          .init(decision.change.abbreviated), .init(decision.key.description),
          .init(decision.speaker), .init(decision.answer.rawValue),
          .init(
            decision.answer == .reject
              ? "taken back" : RelativeTime.text(decision.expires, now: desk.time)),
        ]
      })
    lines += table.lines(width: width, style: style)
    if others.count > shown.count { lines.append("… and \(others.count - shown.count) more") }
    return lines
  }
}
