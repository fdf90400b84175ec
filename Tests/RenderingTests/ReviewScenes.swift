import Planning
import Rendering
import Resources

/// One plan with everything that a review can tell, and its enemies.
enum ReviewScenes {
  static let now = Timestamp(nanoseconds: 1_795_000_000_000_000_000)
  private static let day: Int64 = 86_400 * 1_000_000_000

  private static func key(_ text: String) -> ResourceKey {
    ResourceKey(text) ?? ResourceKey(kind: "Bad", name: "key")
  }

  private static func exception(_ name: String, days: Int64) -> PolicyFinding.Exception {
    PolicyFinding.Exception(
      name: name, owner: "ana", reason: "moving it in October",
      expires: Timestamp(nanoseconds: now.nanoseconds + days * day))
  }

  /// Every action, findings of each severity, exceptions that hold and that ran out, approvals, held
  /// changes, guards acknowledged and not, warnings, impact.
  static var everything: Review { Review(screen(), at: now) }

  static func screen(words: String = "", path: String = "") -> PlanScreen {
    var scene = Scene()
    scene.bystanders = 40
    scene.input.ancestry = .rewritten
    let backup = "manifests/teams/db/\(path)backup.yaml:14"
    scene.changed(
      .init(
        "Job/db-backup", at: backup, ["timeout": "30s", "action": .string("tar c /\(words)\nsync")]),
      .init(
        "Job/db-backup", at: backup,
        ["timeout": "45s", "action": .string("tar cz /\(words)\nsync")]),
      by: Scene.alice)
    scene.changed(
      .init("Job/web-probe", at: "manifests/web.yaml:3", ["timeout": "5s"]),
      .init("Job/web-probe", at: "manifests/web.yaml:3", ["timeout": "8s"]))
    scene.wanted(
      .init("Job/fresh", at: "manifests/fresh.yaml:1", ["script": .string("a\nb\(words)")]))
    scene.deleted(
      .init(
        "Job/ledger", at: "manifests/ledger.yaml:1", ["timeout": "1m"],
        annotations: ["writ/protect": "true"]))
    scene.deleted(.init("Job/old", at: "manifests/old.yaml:1", ["timeout": "1m"]))
    scene.changed(
      .init("RoutingPolicy/page", at: "manifests/a.yaml:1", ["receivers": ["pd"]]),
      .init("RoutingPolicy/page", at: "manifests/routes/a.yaml:1", ["receivers": ["pd"]]))
    scene.live(
      .init("Job/kept", at: "manifests/kept.yaml:1", [:], annotations: ["writ/prune": "false"]))
    var plan = scene.plan()
    plan.policies = policies(plan, words: words)
    plan.approvals = approvals(plan, words: words)
    plan.held = [key("Job/waiting")]
    var screen = PlanScreen(
      plan,
      verdict: .of(
        plan, .init(time: now, acknowledged: [.historyRewritten], isQuarantined: true)))
    screen.acknowledged = [.historyRewritten]
    screen.reference = "main"
    screen.diagnostics = Scenes.invalid.filter { $0.severity == .warning }
    screen.coverage = [
      PolicyCoverage(
        policy: "owner", rule: 0, subject: key("Job/web-probe"), outcome: .passed),
      PolicyCoverage(policy: "few-jobs", rule: 0, subject: nil, outcome: .passed),
    ]
    screen.impact = impact(words: words)
    return screen
  }

  private static func policies(_ plan: Plan, words: String) -> [PolicyFinding] {
    let backup = plan.changes.first { $0.key.name == "db-backup" }
    let web = plan.changes.first { $0.key.name == "web-probe" }
    let field = backup?.fields.first { $0.pointer.tokens.last == "timeout" }
    return [
      PolicyFinding(
        policy: "critical-jobs-finish", rule: 0, severity: .deny, subject: backup?.key,
        message: "critical jobs must finish within 40s\(words)", reason: "TooLong",
        pointer: JSONPointer(["spec", "timeout"]),
        location: backup.flatMap { change in
          field?.range.map { SourceLocation(file: change.location.file, range: $0) }
        }),
      PolicyFinding(
        policy: "owner", rule: 1, severity: .deny, subject: backup?.key,
        message: "an owner is missing\(words)", location: backup?.location,
        exception: exception("db-moves", days: 9)),
      PolicyFinding(
        policy: "owner", rule: 1, severity: .deny, subject: web?.key,
        message: "an owner is missing", location: web?.location,
        exception: exception("web-moves", days: -3)),
      PolicyFinding(
        policy: "quorum", rule: 0, severity: .approve, subject: web?.key,
        message: "changes to probes need a second look", location: web?.location),
      PolicyFinding(
        policy: "spread", rule: 2, severity: .warn, subject: nil,
        message: "12 schedules start at minute 0\(words)", isFailure: true),
    ].sorted()
  }

  private static func approvals(_ plan: Plan, words: String) -> [ApprovalRequirement] {
    plan.changes.filter { ["db-backup", "web-probe"].contains($0.key.name) }.map { change in
      ApprovalRequirement(
        key: change.key, change: change.identity,
        source: change.key.name == "web-probe" ? "Policy/quorum" : "spec.approval",
        message: "asks for people\(words)", approvers: 2, roles: ["operator"])
    }.sorted()
  }

  private static func impact(words: String) -> ImpactReport {
    ImpactReport([
      ImpactSection(
        area: "ownership", summary: "6 objects of 2 teams",
        items: [
          ImpactItem(subject: "team web\(words)", size: 1, words: "1 touched: 1 update"),
          ImpactItem(subject: "team db", size: 5, words: "5 touched\(words)"),
        ]),
      ImpactSection(area: "routing", notAvailable: "alerts are not routed by this version"),
    ])
  }

  static var invalid: Review {
    Review(
      invalid: Scenes.invalid,
      base: LiveSummary(revision: Scene.base, root: StateTree.emptyRoot, counts: [:]),
      revision: Scene.head, reference: "main", roots: ["manifests"], at: now)
  }
}

/// The formats of a review, as `writ plan -o` writes them.
enum ReviewFormat: String, CaseIterable {
  case jsonl, markdown, sarif, junit, github, gitlab

  func lines(_ review: Review) -> [String] {
    switch self {
    case .jsonl: ReviewLines.lines(review)
    case .markdown: ReviewMarkdown(review).lines()
    case .sarif: JSONValue.pretty(ReviewSARIF.value(review, version: "1.2.3")).lines
    case .junit: ReviewJUnit.lines(review)
    case .github: ReviewGitHub.lines(review)
    case .gitlab: JSONValue.pretty(ReviewGitLab.value(review)).lines
    }
  }
}

extension String {
  fileprivate var lines: [String] {
    split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }
}
