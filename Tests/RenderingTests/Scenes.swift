import Planning
import Rendering
import Resources

/// The plans that the golden files show.
enum Scenes {
  static let all: [(name: String, screen: PlanScreen)] = [
    ("first-apply", firstApply), ("mixed", mixed), ("mass-delete", massDelete),
    ("history-rewritten", historyRewritten), ("no-change", noChange), ("rollback", rollback),
    ("many", many), ("protected", protected), ("long", long), ("policy", policy),
    ("approvals", approvals), ("partial", partial),
  ]

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  private static func job(_ timeout: Value, _ more: (String, Value)...) -> Value {
    .sorted(
      [.init("timeout", timeout), .init("action", ["shell": ["script": "true"]])]
        + more.map { .init($0.0, $0.1) }
    )
  }

  static var firstApply: PlanScreen {
    var scene = Scene()
    scene.input.base.revision = nil
    for index in 1...10 {
      let name = "db-backup-\(two(index))"
      scene.wanted(
        .init("Job/\(name)", at: "manifests/teams/db/jobs/\(name).yaml:1", job("10m")),
        by: Scene.alice
      )
      scene.wanted(
        .init(
          "Schedule/\(name)",
          at: "manifests/teams/db/schedules.yaml:\(index * 14 - 13)",
          ["job": .string(name)]
        )
      )
    }
    for (kind, name) in [
      ("RoutingPolicy", "default"), ("RoutingPolicy", "db-critical"),
      ("EscalationPolicy", "page-on-call"), ("OnCall", "primary"), ("Receiver", "slack-storage"),
    ] {
      scene.wanted(.init("\(kind)/\(name)", at: "manifests/alerting/routes.yaml:41", [:]))
    }
    var screen = scene.screen()
    screen.commits = 7
    screen.isIncremental = false
    screen.duration = .milliseconds(1240)
    return screen
  }

  private static func changedJobs(_ count: Int) -> Scene {
    var scene = Scene()
    scene.bystanders = 480
    for index in 1...count {
      let name = "db-backup-\(two(index))"
      let place = "manifests/teams/db/jobs/\(name).yaml:1"
      scene.changed(
        .init("Job/\(name)", at: place, job("10m")), .init("Job/\(name)", at: place, job("20m")))
    }
    return scene
  }

  private static let exception = PolicyFinding.Exception(
    name: "year-end-dump", owner: "ana", reason: "the archive takes three hours once a year",
    expires: Timestamp(seconds: 1_800_000_000))

  private static func finding(
    _ severity: PolicyFinding.Severity, _ policy: String, _ name: String?, _ message: String,
    exception: PolicyFinding.Exception? = nil, reason: String? = nil, isFailure: Bool = false,
  ) -> PolicyFinding {
    PolicyFinding(
      policy: policy, rule: 0, severity: severity,
      subject: name.map { ResourceKey(kind: "Job", name: $0) }, message: message, reason: reason,
      pointer: JSONPointer(["spec", "timeout"]),
      location: name.map { location("manifests/teams/db/jobs/\($0).yaml", 7, 12, 15) },
      isFailure: isFailure, exception: exception)
  }

  private static func requirement(
    _ plan: Plan, _ index: Int, _ source: String, _ message: String, approvers: Int = 1,
    roles: [String] = [], exception: PolicyFinding.Exception? = nil,
  ) -> ApprovalRequirement {
    let change = plan.changes[index]
    return ApprovalRequirement(
      key: change.key, change: change.identity, source: source, message: message,
      approvers: approvers, roles: roles, exception: exception)
  }

  private static func judged(
    _ plan: Plan, _ decisions: [ApprovalDecision] = [], isPartial: Bool = false,
  ) -> PlanScreen {
    let time = Timestamp(seconds: 1_790_000_000)
    let ledger = ApprovalLedger(
      decisions, roles: ["operator": ["ana", "eva", "dan"].compactMap(Person.init)])
    var screen = PlanScreen(
      plan, verdict: .of(plan, .init(time: time, approvals: ledger)))
    screen.approvals = ledger.standings(for: plan, at: time)
    screen.time = time
    screen.isPartial = isPartial
    screen.reference = "main"
    screen.commits = 2
    screen.duration = .milliseconds(3)
    return screen
  }

  private static func said(
    _ name: String, _ answer: ApprovalDecision.Answer, _ requirement: ApprovalRequirement,
    actor: String = "cli:root", reason: String = "",
  ) -> ApprovalDecision? {
    Person(name).map { person in
      ApprovalDecision(
        change: requirement.change, key: requirement.key, person: person, answer: answer,
        reason: reason, time: Timestamp(seconds: 1_789_990_000),
        expires: Timestamp(seconds: 1_790_500_000), actor: actor)
    }
  }

  static var policy: PlanScreen {
    var plan = changedJobs(3).plan()
    plan.policies = [
      finding(
        .deny, "jobs-have-an-owner", "db-backup-01",
        "Job/db-backup-01 has no label owner, so nobody is called when it fails",
        reason: "NoOwner"),
      finding(
        .deny, "critical-jobs-finish", "db-backup-02", "a critical job takes at most 15m",
        exception: exception),
      finding(.deny, "no-secrets", "db-backup-03", "it cannot be told", isFailure: true),
      finding(.warn, "few-jobs-per-team", nil, "the plan changes 3 jobs of team db; 5 are usual"),
    ].sorted()
    return judged(plan)
  }

  static var approvals: PlanScreen {
    var plan = changedJobs(9).plan()
    plan.policies = [
      finding(.approve, "production-needs-eyes", "db-backup-02", "Job/db-backup-02 is production")
    ]
    plan.approvals =
      [
        requirement(
          plan, 0, "spec.approval", "Job/db-backup-01 asks for approval of changes to it",
          approvers: 2, roles: ["operator"]),
        requirement(plan, 1, "Policy/production-needs-eyes", "Job/db-backup-02 is production"),
        requirement(
          plan, 2, "spec.approval", "Job/db-backup-03 asks for approval of changes to it",
          roles: ["operator"]),
        requirement(
          plan, 3, "Policy/production-needs-eyes", "Job/db-backup-04 is production",
          exception: exception),
      ]
      + (4..<9).map { index in
        requirement(
          plan, index, "spec.approval",
          "\(plan.changes[index].key) asks for approval of changes to it")
      }
    return judged(
      plan,
      [
        said("eva", .approve, plan.approvals[0]), said("bob", .approve, plan.approvals[0]),
        said("eva", .reject, plan.approvals[1], reason: "not before the freeze is over"),
        said("dan", .approve, plan.approvals[2], actor: "cli:dan"),
      ].compactMap(\.self))
  }

  static var partial: PlanScreen {
    var plan = changedJobs(2).plan()
    plan.held = (3...9).map { ResourceKey(kind: "Job", name: "db-backup-\(two($0))") }
    return judged(plan, isPartial: true)
  }

  static var mixed: PlanScreen {
    var scene = Scene()
    scene.bystanders = 9981
    scene.deleted(
      .init("Schedule/db-vacuum", at: "manifests/teams/db/vacuum.yaml:1", ["job": "db-vacuum"])
    )
    scene.deleted(.init("Job/web-warm", at: "manifests/teams/web/warm.yaml:3", job("5m")))
    scene.wanted(.init("Job/web-prewarm", at: "manifests/teams/web/warm.yaml:3", job("5m")))
    scene.changed(
      .init(
        "RoutingPolicy/db-critical",
        at: "manifests/routes/prod.yaml:41",
        ["receivers": ["pd-db"], "groupWait": "30s"]
      ),
      .init(
        "RoutingPolicy/db-critical",
        at: "manifests/routes/prod.yaml:41",
        ["receivers": ["slack-db"], "groupWait": "30s"]
      ),
      by: Scene.alice
    )
    scene.changed(
      .init(
        "Job/db-backup",
        at: "manifests/teams/db/backup.yaml:14",
        job("30s", ("description", "Nightly dump of the orders database"), ("jitter", "10s"))
      ),
      .init(
        "Job/db-backup",
        at: "manifests/teams/db/backup.yaml:14",
        job(
          "45s",
          ("description", "Nightly dump of the orders database, kept for 30 days"),
          ("retry", ["attempts": 3]),
          ("concurrency", "replace")
        )
      ),
      by: Scene.alice
    )
    let script = "set -eu\npg_dump --format custom orders > /srv/orders.dump\n"
    scene.changed(
      .init(
        "Job/db-dump",
        at: "manifests/teams/db/dump.yaml:1",
        ["action": ["shell": ["script": .string(script + "gzip /srv/orders.dump\n")]]]
      ),
      .init(
        "Job/db-dump",
        at: "manifests/teams/db/dump.yaml:1",
        ["action": ["shell": ["script": .string(script + "zstd --rm /srv/orders.dump\n")]]]
      )
    )
    scene.changed(
      .init(
        "Job/ledger",
        at: "manifests/teams/pay/ledger.yaml:1",
        job("1h"),
        annotations: ["writ/protect": "true"]
      ),
      .init("Job/ledger", at: "manifests/teams/pay/ledger.yaml:1", job("1h"))
    )
    scene.changed(
      .init("Job/web-sitemap", at: "manifests/web/sitemap.yaml:1", job("5m")),
      .init("Job/web-sitemap", at: "manifests/teams/web/sitemap.yaml:1", job("5m"))
    )
    scene.changed(
      .init("Job/web-robots", at: "manifests/teams/web/robots.yaml:1", job("5m")),
      .init("Job/web-robots", at: "manifests/teams/web/robots.yaml:9", job("5m"))
    )
    scene.live(
      .init(
        "Job/old-report",
        at: "manifests/reports/old.yaml:1",
        job("5m"),
        annotations: ["writ/prune": "false"]
      )
    )
    scene.wanted(.init("AutomationPack/disk-cleanup", at: "manifests/packs/disk.yaml:1", [:]))
    var screen = scene.screen()
    screen.notes = ["routing: 1 region differs (team=db, severity=critical)"]
    screen.diagnostics = [
      Diagnostic(
        .warning,
        code: "timeout-without-retry",
        "timeout is shorter than the usual run of 50s",
        at: SourceLocation(
          file: "manifests/teams/db/backup.yaml",
          range: SourceRange(
            start: SourcePosition(line: 21, column: 12),
            end: SourcePosition(line: 21, column: 15)
          )
        ),
        resource: ResourceKey(kind: "Job", name: "db-backup"),
        hint: "set timeout to 60s or more"
      )
    ]
    return screen
  }

  static var massDelete: PlanScreen {
    var scene = Scene()
    scene.bystanders = 480
    for index in 1...14 {
      scene.deleted(
        .init(
          "Schedule/nightly-\(two(index))",
          at: "manifests/teams/db/schedules/nightly-\(two(index)).yaml:1",
          ["job": "db-backup"]
        )
      )
    }
    for index in 1...6 {
      let item = Scene.Item("Schedule/weekly-\(index)", at: "manifests/weekly.yaml:\(index)", [:])
      scene.changed(item, item)
    }
    for index in 1...7 {
      scene.changed(
        .init(
          "Job/index-\(index)",
          at: "manifests/teams/search/index-\(index).yaml:1",
          job("10m")
        ),
        .init(
          "Job/index-\(index)",
          at: "manifests/teams/search/index-\(index).yaml:1",
          job("20m")
        ),
        by: Scene.alice
      )
    }
    scene.changed(
      .init("Job/db-backup", at: "manifests/teams/db/backup.yaml:14", job("30s")),
      .init("Job/db-backup", at: "manifests/teams/db/backup.yaml:14", job("45s")),
      by: Scene.alice
    )
    return scene.screen()
  }

  static var historyRewritten: PlanScreen {
    var scene = Scene()
    scene.bystanders = 211
    scene.input.ancestry = .rewritten
    scene.changed(
      .init("Job/db-backup", at: "manifests/teams/db/backup.yaml:14", job("45s")),
      .init("Job/db-backup", at: "manifests/teams/db/backup.yaml:14", job("30s"))
    )
    var screen = scene.screen()
    screen.commits = nil
    return screen
  }

  static var noChange: PlanScreen {
    var scene = Scene()
    scene.bystanders = 9999
    return scene.screen()
  }

  static var rollback: PlanScreen {
    var scene = Scene()
    scene.bystanders = 57
    scene.input.isRollback = true
    (scene.input.base.revision, scene.input.revision) = (Scene.head, Scene.base)
    scene.changed(
      .init("Job/db-backup", at: "manifests/teams/db/backup.yaml:14", job("45s")),
      .init("Job/db-backup", at: "manifests/teams/db/backup.yaml:14", job("30s")),
      by: Scene.alice
    )
    scene.deleted(.init("Job/web-prewarm", at: "manifests/teams/web/warm.yaml:3", job("5m")))
    scene.wanted(
      .init("Job/web-warm", at: "manifests/teams/web/cold.yaml:3", job("6m")),
      by: Scene.alice
    )
    var screen = scene.screen()
    screen.reference = nil
    screen.commits = nil
    screen.nextCommand = "writ rollback 4ac91f0 --yes"
    return screen
  }

  /// More changes than a screen has lines, none of them alike.
  static var many: PlanScreen {
    var scene = Scene()
    scene.bystanders = 4100
    for index in 1...3 {
      scene.deleted(.init("Job/gone-\(index)x", at: "manifests/gone/\(index).yaml:1", job("5m")))
    }
    for index in 1...70 {
      let letters = "abcdefghijklmnopqrstuvwxyz".map(String.init)
      let key = "Job/task" + letters[index / 26] + letters[index % 26]
      let place = "manifests/team\(index)/jobs.yaml:1"
      scene.changed(.init(key, at: place, job("5m")), .init(key, at: place, job("6m")))
    }
    return scene.screen()
  }

  static var protected: PlanScreen {
    var scene = Scene()
    scene.bystanders = 800
    for index in 1...9 {
      scene.deleted(
        .init(
          "Job/ledger-\(index)",
          at: "manifests/teams/pay/ledger-\(index).yaml:1",
          job("1h"),
          annotations: ["writ/protect": "true"]
        )
      )
    }
    return scene.screen(isQuarantined: true)
  }

  /// Keys and paths that fit no terminal, and an author who would like to paint it.
  static var long: PlanScreen {
    var scene = Scene()
    scene.bystanders = 12
    let name = "a-name-of-sixty-three-characters-which-is-as-long-as-they-can-be"
    let path = "manifests/" + String(repeating: "a-very-deep-directory/", count: 10) + "x.yaml:7"
    let hostile = Scene.origin(Scene.head, "\u{1B}[2J\u{202E}bob\u{7}\nPlan", "x@example.com")
    scene.changed(
      .init("EscalationPolicy/\(name)", at: path, ["repeat": "1m"]),
      .init("EscalationPolicy/\(name)", at: path, ["repeat": "\u{1B}]0;title\u{7}"]),
      by: hostile
    )
    scene.deleted(.init("Job/夜間バックアップ", at: "manifests/日本語/夜間.yaml:3", job("5m")), by: hostile)
    scene.changed(
      .init("Job/short", at: "manifests/short.yaml:1", job("5m", ("description", "数える"))),
      .init(
        "Job/short",
        at: "manifests/short.yaml:1",
        job("6m", ("description", "👩‍👩‍👧 e\u{301}té"))
      ),
      by: hostile
    )
    var screen = scene.screen()
    screen.reference = "feature/\u{1B}[31mred"
    screen.notes = ["note \u{9B}31m with an escape"]
    return screen
  }

  static let invalid: [Diagnostic] = [
    Diagnostic(
      code: "unknown-field",
      "unknown field \"membres\"",
      at: location("manifests/oncall.yaml", 12, 5, 12),
      resource: .init(kind: "OnCall", name: "primary"),
      hint: "did you mean \"members\"?"
    ),
    Diagnostic(
      code: "duplicate-resource",
      "Job/db-backup is defined twice",
      at: location("manifests/teams/db/backup.yaml", 31, 1, 1),
      resource: .init(kind: "Job", name: "db-backup"),
      hint: "rename one of the two, or remove it",
      related: location("manifests/jobs.yaml", 4, 1, 1)
    ),
    Diagnostic(
      code: "dangling-reference",
      "spec.job names Job/db-backpu, which does not exist",
      at: location("manifests/teams/db/backup.yaml", 9, 8, 17),
      resource: .init(kind: "Schedule", name: "db-nightly"),
      hint: "did you mean \"db-backup\"?"
    ),
    Diagnostic(
      .warning,
      code: "short-timeout",
      "timeout is shorter than the usual run of 50s",
      at: location("manifests/oncall.yaml", 3, 1, 4)
    ),
  ]

  static func location(_ file: String, _ line: Int, _ column: Int, _ end: Int) -> SourceLocation {
    SourceLocation(
      file: file,
      range: SourceRange(
        start: SourcePosition(line: line, column: column),
        end: SourcePosition(line: line, column: end)
      )
    )
  }
}

extension Scenes {
  /// `field` with a place, where it has a new value.
  static func located(_ field: FieldChange, line: Int) -> FieldChange {
    var field = field
    if field.new != nil { field.range = location("", line, 12, 15).range }
    return field
  }
}
