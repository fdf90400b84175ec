package import Resources

/// Says at which times a schedule fires.
package protocol FireTimeSource: Sendable {
  /// The times from `start` up to and without `end`, ascending, `limit` of them at most.
  ///
  /// Nil where the schedule depends on what is not known.
  func fireTimes(
    ofSchedule name: String, spec: Value, from start: Timestamp, to end: Timestamp, limit: Int,
  ) -> [Timestamp]?
}

/// The fire times that schedules gain and lose in the next seven days.
package struct FireImpact: ImpactAnalyzer {
  package let area = "fires"
  /// The kind of the resources that fire.
  package static let kind = "Schedule"
  package static let days: Int64 = 7
  /// No more times are computed for one side of a schedule: seven days of every minute.
  package static let timeLimit = 10_080
  /// No more schedules are computed.
  package static let scheduleLimit = 500

  private let source: any FireTimeSource

  package init(_ source: any FireTimeSource) { self.source = source }

  package func section(_ input: ImpactInput) -> ImpactSection {
    let changes = input.plan.changes.filter { $0.key.kind == Self.kind && $0.action != .move }
    let end = input.time.advanced(by: .seconds(Self.days * 86_400))
    var items: [ImpactItem] = []
    var totals = (gained: 0, lost: 0)
    var unknown = max(0, changes.count - Self.scheduleLimit)
    for change in changes.prefix(Self.scheduleLimit) {
      let sides = input.sides[change.key]
      guard let old = times(change.key, sides?.old, input.time, end),
        let new = times(change.key, sides?.new, input.time, end)
      else {
        unknown += 1
        continue
      }
      let gained = new.subtracting(old)
      let lost = old.subtracting(new)
      guard let first = gained.union(lost).min() else { continue }
      totals.gained += gained.count
      totals.lost += lost.count
      items.append(
        ImpactItem(
          subject: change.key.description, size: gained.count + lost.count,
          words: "+\(gained.count) −\(lost.count) fires, the first difference at \(first)"))
    }
    let known = "+\(totals.gained) −\(totals.lost) fires in the next \(Self.days) days"
    let rest = unknown > 0 ? "; \(unknown) schedules are not counted" : ""
    return ImpactSection(
      area: area, summary: items.isEmpty && unknown == 0 ? nil : known + rest, items: items)
  }

  private func times(
    _ key: ResourceKey, _ content: Value?, _ start: Timestamp, _ end: Timestamp,
  ) -> Set<Timestamp>? {
    guard let spec = content?["spec"] else { return [] }
    if spec["suspend"] == true { return [] }
    return source.fireTimes(
      ofSchedule: key.name, spec: spec, from: start, to: end, limit: Self.timeLimit
    ).map(Set.init)
  }
}
