import Kinds
package import Resources

/// What policies that the plan changes would newly refuse, or no longer refuse, of what will be live.
///
/// They judge from the next plan on; this is what will stand in the way of changes then.
package struct PoliciesImpact: ImpactAnalyzer {
  package let area = "policies"
  /// So many resources are named for each policy.
  private static let named = 3

  private let registry: KindRegistry

  package init(registry: KindRegistry) { self.registry = registry }

  package func section(_ input: ImpactInput) -> ImpactSection {
    let changes = input.plan.changes.filter {
      $0.key.kind == Kind.policy.name && $0.action != .move
    }
    let subjects = input.resources.map {
      PolicyAudit.Subject(
        key: $0.key, content: $0.content, location: SourceLocation(file: $0.file, range: .start),
        node: nil)
    }
    var items: [ImpactItem] = []
    for change in changes {
      let sides = input.sides[change.key]
      let old = audit(change.key, sides?.old, subjects)
      let new = audit(change.key, sides?.new, subjects)
      if let item = item(change, old, new) { items.append(item) }
    }
    let affected = items.reduce(0) { $0 + $1.size }
    var summary: String?
    if !changes.isEmpty {
      summary =
        affected == 0
        ? "nothing that will be live is newly refused"
        : "what will be live is judged anew in \(affected) cases"
      if input.isCutForPolicies { summary? += "; only a part was looked at" }
    }
    return ImpactSection(area: area, summary: summary, items: items)
  }

  private struct Verdicts {
    var refused: [ResourceKey: String] = [:]
    var matched = 0
  }

  private func audit(
    _ key: ResourceKey, _ content: Value?, _ subjects: [PolicyAudit.Subject],
  ) -> Verdicts? {
    guard let content, let member = PolicySet.Member(key, content) else { return nil }
    let audit = PolicyAudit(PolicySet([member]), of: subjects, registry: registry)
    var verdicts = Verdicts(matched: audit.matches[key.name] ?? 0)
    for finding in audit.findings {
      verdicts.refused[finding.subject ?? ResourceKey(kind: "the", name: "plan")] = finding.message
    }
    return verdicts
  }

  private func item(_ change: Change, _ old: Verdicts?, _ new: Verdicts?) -> ImpactItem? {
    let newly = (new?.refused ?? [:]).filter { old?.refused[$0.key] == nil }
    let freed = (old?.refused ?? [:]).filter { new?.refused[$0.key] == nil }
    var parts: [String] = []
    if !newly.isEmpty {
      let names = newly.keys.sorted().prefix(Self.named)
        .map { "\($0) (\(newly[$0] ?? ""))" }.joined(separator: ", ")
      let more = newly.count > Self.named ? " and \(newly.count - Self.named) more" : ""
      parts.append("would refuse changes to \(newly.count): \(names)\(more)")
    }
    if !freed.isEmpty { parts.append("no longer refuses changes to \(freed.count)") }
    if let new, new.matched == 0 { parts.append("is about nothing that will be live") }
    if parts.isEmpty { return nil }
    return ImpactItem(
      subject: change.key.description, size: newly.count + freed.count,
      words: parts.joined(separator: "; "))
  }
}
