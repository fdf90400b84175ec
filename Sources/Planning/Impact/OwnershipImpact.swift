import Resources

/// How many objects of which team and which owner a plan touches, by the labels `team` and `owner`.
package struct OwnershipImpact: ImpactAnalyzer {
  package let area = "ownership"

  package init() {}

  package func section(_ input: ImpactInput) -> ImpactSection {
    var groups: [String: [Change.Action: Int]] = [:]
    var teams: Set<String> = []
    for change in input.plan.changes {
      let labels = input.sides[change.key]?.latest?["metadata"]?["labels"]
      if let team = labels?["team"]?.string {
        teams.insert(team)
        groups["team \(team)", default: [:]][change.action, default: 0] += 1
      } else {
        groups["no team", default: [:]][change.action, default: 0] += 1
      }
      if let owner = labels?["owner"]?.string {
        groups["owner \(owner)", default: [:]][change.action, default: 0] += 1
      }
    }
    let items = groups.map { subject, counts in
      let size = counts.values.reduce(0, +)
      let parts = Change.Action.allCases.compactMap { action -> String? in
        counts[action].map { "\($0) \(action.rawValue)" }
      }
      return ImpactItem(
        subject: subject, size: size, words: "\(size) touched: " + parts.joined(separator: ", "))
    }
    let count = input.plan.changes.count
    // Where nobody says whose things are, there is nothing to tell.
    guard groups.count > 1 || groups["no team"] == nil else {
      return ImpactSection(area: area, summary: nil, items: [])
    }
    return ImpactSection(
      area: area,
      summary: "\(count) object\(count == 1 ? "" : "s") of \(teams.count) "
        + "team\(teams.count == 1 ? "" : "s")",
      items: items)
  }
}
