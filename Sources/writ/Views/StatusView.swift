import Engine
import Planning
import Rendering
import Resources

/// `writ status`: what is live, is it what git says, what happens next.
struct StatusView {
  let status: RepositoryStatus
  let conditions: [Engine.Condition]
  /// The head of the source, as far as it is known.
  let sourceRevision: String?
  let isServing: Bool
  let quarantineCount: Int
  /// What drifted, whether on record or not, and what people are told of.
  let drifts: [Drift]
  /// The newest watch.
  let health: HealthRecord?
  let now: Timestamp

  private var ready: Engine.Condition? { conditions.first { $0.kind == .ready } }

  var value: Value {
    [
      "formatVersion": 1,
      "liveRevision": status.live.revision.map { .string($0) } ?? .null,
      "sourceRevision": sourceRevision.map { .string($0) } ?? .null,
      "stateRoot": .string(status.live.root.description),
      "appliedAt": status.appliedAt.map { .string($0.description) } ?? .null,
      "roots": .array(status.roots.map { .string($0) }),
      "serving": .bool(isServing),
      "suspended": status.suspension.map {
        [
          "since": .string($0.since.description), "actor": .string($0.actor),
          "reason": .string($0.reason),
        ]
      } ?? .null,
      "drifted": .array(drifts.map { .string($0.key.description) }),
      "quarantined": .integer(Int64(quarantineCount)),
      "health": health.map(HealthJSON.value) ?? .null,
      "counts": .sorted(status.live.counts.map { .init($0.key, .integer(Int64($0.value))) }),
      "conditions": .array(
        conditions.map { condition in
          [
            "type": .string(condition.kind.rawValue), "status": .string(condition.status.rawValue),
            "reason": .string(condition.reason), "message": .string(condition.message),
            "observedRevision": condition.observedRevision.map { .string($0) } ?? .null,
            "transitionTime": .string(condition.transitionTime.description),
          ]
        }),
    ]
  }

  func lines(width: Int, style: Style) -> [String] {
    var lines = headline(style, width)
    if let ready, ready.status != .isTrue {
      lines += TextLayout.wrapped(TextLayout.escaped(ready.message), to: width - 2).map {
        "  \($0)"
      }
    }
    let counts = status.live.counts.sorted { $0.key < $1.key }
      .map { Number.text($0.value) + " " + $0.key }
    lines += TextLayout.wrapped(
      "state root \(status.live.root.abbreviated) · "
        + (counts.isEmpty ? "nothing is live" : counts.joined(separator: ", ")), to: width)
    if !drifts.isEmpty {
      let names = drifts.prefix(3).map(\.key.description).joined(separator: ", ")
      let more = drifts.count > 3 ? " and \(Number.text(drifts.count - 3)) more" : ""
      lines += TextLayout.wrapped(
        "drifted: \(TextLayout.escaped(names))\(more); see: writ drift", to: width
      ).map { style.painted($0, .update) }
    }
    if let health, health.state == .watching || health.state == .failed {
      lines += TextLayout.wrapped("health: \(HealthView.sentence(health))", to: width)
    }
    if conditions.isEmpty { return lines }
    lines.append("")
    let table = Table(
      [
        .init("CONDITION", isWhole: true), .init("STATUS", isWhole: true),
        .init("REASON", isWhole: true), .init("SINCE"), .init("MESSAGE"),
      ],
      rows: conditions.map { condition in
        [
          .init(condition.kind.rawValue), .init(condition.status.rawValue),
          .init(condition.reason), .init(RelativeTime.text(condition.transitionTime, now: now)),
          .init(condition.message),
        ]
      })
    return lines + table.lines(width: width, style: style)
  }

  private func headline(_ style: Style, _ width: Int) -> [String] {
    let live = status.live.revision.map { String($0.prefix(12)) } ?? "nothing"
    let age = status.appliedAt.map { " (\(RelativeTime.text($0, now: now)))" } ?? ""
    let source = sourceRevision.map { String($0.prefix(12)) } ?? "unknown"
    let isInSync = sourceRevision != nil && sourceRevision == status.live.revision
    let facts = "live \(live)\(age) · git \(source)" + (isInSync ? " (the same)" : "")
    let (next, role) = next(isInSync)
    if TextLayout.width(of: "\(facts) · \(next)") <= width {
      return [style.painted(facts, .heading) + " · " + style.painted(next, role)]
    }
    return [style.painted(facts, .heading)]
      + TextLayout.wrapped(next, to: width - 2).map { "  " + style.painted($0, role) }
  }

  private func next(_ isInSync: Bool) -> (String, Style.Role) {
    if let suspension = status.suspension {
      let who = TextLayout.escaped(suspension.actor)
      let why = TextLayout.escaped(suspension.reason)
      return ("SUSPENDED by \(who): \(why) · next: writ resume", .blocked)
    }
    if let ready, ready.status == .isFalse, !isInSync || ready.reason != "Applied" {
      if ready.reason == "AwaitingApproval" {
        return ("awaiting approval · next: writ approvals", .blocked)
      }
      return (ready.reason, .blocked)
    }
    let waits = isServing ? "watching" : "no server is running (writ serve)"
    return (isInSync ? waits : isServing ? "about to apply" : "next: writ plan", .plain)
  }
}
