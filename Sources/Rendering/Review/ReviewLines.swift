import Planning
import Resources

/// A review as events, one JSON value on each line: `-o jsonl`.
///
/// The first line is `plan`, the last `verdict`; docs/REVIEW.md says what stands between them.
package enum ReviewLines {
  /// Lists of the plan's document that are told event by event, and the event's name.
  private static let lists = [
    ("approvals", "approval"), ("changes", "change"), ("diagnostics", "diagnostic"),
    ("findings", "finding"), ("guards", "guard"), ("held", "held"), ("orphaned", "orphan"),
    ("policies", "finding"), ("relocations", "relocation"),
  ]

  /// The events, each without a line end.
  package static func lines(_ review: Review) -> [String] {
    events(review).map { CanonicalJSON.text(of: $0) }
  }

  private static func events(_ review: Review) -> [Value] {
    let document = review.document
    let names = Set(lists.map(\.0))
    let head = (document.members ?? []).filter { !names.contains($0.key) && $0.key != "impact" }
    var events = [Value.sorted(head + [.init("event", "plan")])]
    func add(_ name: String, _ values: [Value]) {
      for value in values {
        let members = value.members ?? [.init("value", value)]
        events.append(.sorted(members + [.init("event", .string(name))]))
      }
    }
    add("change", document["changes"]?.array ?? [])
    add("guard", document["guards"]?.array ?? [])
    add("finding", review.findings.filter { !$0.rule.hasPrefix("guard/") }.map(value))
    add("approval", (review.screen?.plan.approvals ?? []).map(\.value))
    add("held", (review.screen?.plan.held ?? []).map { ["key": .string($0.description)] })
    add("relocation", document["relocations"]?.array ?? [])
    add(
      "orphan",
      (review.screen?.plan.orphaned ?? []).map { ["key": .string($0.description)] })
    for section in review.screen?.impact.sections ?? [] { events += impact(section) }
    events.append([
      "event": "verdict", "verdict": .string(review.word),
      "exitCode": .integer(Int64(review.exitCode)), "digest": document["digest"] ?? .null,
    ])
    return events
  }

  /// The area, then each of its items.
  private static func impact(_ section: ImpactSection) -> [Value] {
    let members = section.value.members ?? []
    let area: [Value.Member] = [.init("area", .string(section.area))]
    let head = members.filter { $0.key != "items" } + [.init("event", "impact")]
    return [.sorted(head)]
      + (section.value["items"]?.array ?? []).map { item in
        .sorted((item.members ?? []) + area + [.init("event", "impact-item")])
      }
  }

  /// A finding as every format that is JSON tells it.
  static func value(_ finding: ReviewFinding) -> Value {
    var members: [Value.Member] = [
      .init("fingerprint", .string(finding.fingerprint.description)),
      .init("level", .string(finding.level.rawValue)), .init("message", .string(finding.message)),
      .init("rule", .string(finding.rule)),
    ]
    if let location = finding.location {
      members.append(.init("location", .sorted(location.members)))
    }
    if let subject = finding.subject { members.append(.init("subject", .string(subject))) }
    if let pointer = finding.pointer {
      members.append(.init("pointer", .string(pointer.description)))
    }
    if let reason = finding.reason { members.append(.init("reason", .string(reason))) }
    if let help = finding.help { members.append(.init("help", .string(help))) }
    if let suppression = finding.suppression {
      members.append(.init("suppressed", .string(suppression.justification)))
    }
    return .sorted(members)
  }
}
