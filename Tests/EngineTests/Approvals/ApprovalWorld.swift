import Engine
import Persistence
import Planning
import Resources
import TestSupport
import Testing

/// A world with a role, and two jobs of which one asks for approval.
struct ApprovalWorld {
  let world: World

  static let role = role("ben", "eva", "ana")

  static func role(_ people: String...) -> String {
    "apiVersion: writ/v1\nkind: Role\nmetadata:\n  name: operator\nspec:\n  people: "
      + "[\(people.joined(separator: ", "))]\n"
  }

  static func guarded(_ script: String, approvers: Int = 1, name: String = "a") -> String {
    Manifest.job(name, script: script)
      + "  approval: {roles: [operator], approvers: \(approvers)}\n"
  }

  static func free(_ script: String, name: String = "b") -> String {
    Manifest.job(name, script: script)
  }

  init(isPartial: Bool = false) throws {
    world = try World()
    world.isPartial = isPartial
    try world.apply([
      "manifests/role.yaml": Self.role, "manifests/a.yaml": Self.guarded("one"),
      "manifests/b.yaml": Self.free("one"),
    ])
  }

  /// Says something of the change of `key` that is planned now.
  func say(
    _ name: String, _ answer: ApprovalDecision.Answer = .approve, of key: String = "Job/a",
    lasting seconds: Int64 = 3600,
  ) throws {
    let requirement = try #require(
      try world.plan().approvals.first { $0.key.description == key }, "\(key) needs no approval")
    let time = world.wall.now()
    try world.store.decide(
      [
        ApprovalDecision(
          change: requirement.change, key: requirement.key, person: try #require(Person(name)),
          answer: answer, reason: "test", time: time,
          expires: Timestamp(nanoseconds: time.nanoseconds + seconds * 1_000_000_000),
          actor: "cli:root")
      ], at: time)
  }

  /// `applied update Job/a`, or `blocked approval Job/a`.
  func pass() throws -> String {
    switch try world.reconcile().outcome {
    case .unchanged: "unchanged"
    case .applied(_, let plan):
      (["applied"] + plan.changes.map { "\($0.action.rawValue) \($0.key)" }).joined(separator: " ")
    case .blocked(_, let blocks):
      (["blocked"] + blocks.map { "\($0.name) \($0.subject)" }).joined(separator: " ")
    case .invalid(let diagnostics): "invalid \(diagnostics.map(\.message))"
    case .suspended: "suspended"
    case .unverified: "unverified"
    }
  }

  func script(_ name: String) throws -> String? {
    try world.store.records(kind: "Job", name: name).first?
      .content["spec"]?["action"]?["shell"]?["script"]?.string
  }

  func ready() throws -> String {
    let ready = try #require(try world.store.conditions().first { $0.kind == .ready })
    return "\(ready.status.rawValue) \(ready.reason)"
  }

  func events() throws -> Int { try world.store.events(.init(limit: 10_000)).count }
}
