import Cron
import Kinds
import Resources
package import TimeZones

/// The fire times that schedules gain, lose and move in the next seven days.
package struct FiresImpact: ImpactAnalyzer {
  package let area = "fires"
  /// No more schedules are computed.
  package static let scheduleLimit = 500

  private let zone: @Sendable (String) -> Zone?

  /// - Parameter zone: the time zone of a name; nil for one that this machine does not have.
  package init(zone: @escaping @Sendable (String) -> Zone?) { self.zone = zone }

  package func section(_ input: ImpactInput) -> ImpactSection {
    let changes = input.plan.changes.filter {
      $0.key.kind == Kind.schedule.name && $0.action != .move
    }
    var items: [ImpactItem] = []
    var totals = Totals()
    totals.unknown = max(0, changes.count - Self.scheduleLimit)
    for change in changes.prefix(Self.scheduleLimit) {
      let sides = input.sides[change.key]
      guard let old = times(change.key, sides?.old), let new = times(change.key, sides?.new) else {
        totals.unknown += 1
        continue
      }
      let impact = FireImpact(from: old.times, to: new.times, after: input.time.seconds)
      totals.add(old.times, new.times, after: input.time.seconds)
      guard impact.gained + impact.lost > 0, let first = impact.firstDifference else { continue }
      totals.gained += impact.gained
      totals.lost += impact.lost
      totals.moved += impact.moved
      items.append(
        ImpactItem(
          subject: change.key.description, size: impact.gained + impact.lost,
          words: Self.words(impact, first)))
    }
    return ImpactSection(area: area, summary: totals.words(of: items), items: items)
  }

  private static func words(_ impact: FireImpact, _ first: FireImpact.Difference) -> String {
    let moved = impact.moved > 0 ? " (\(impact.moved) moved)" : ""
    let more = impact.isTruncated ? ", and more than were compared" : ""
    return "+\(impact.gained) −\(impact.lost) fires\(moved)\(more), the first difference at "
      + "\(Timestamp(seconds: first.occurrence.instant))"
  }

  /// The times of one side; nil where they cannot be known.
  private func times(_ key: ResourceKey, _ content: Value?) -> (times: ScheduleTimes?, Void)? {
    guard let spec = content?["spec"] else { return (nil, ()) }
    guard let zone = zone(ScheduleSpec.zoneName(spec)),
      let times = ScheduleSpec.times(spec, name: key.name, in: zone)
    else { return nil }
    return (times, ())
  }

  /// What all changed schedules do together.
  private struct Totals {
    var gained = 0
    var lost = 0
    var moved = 0
    var unknown = 0
    /// How many of the changed schedules start at one instant, before and after.
    private var before: [Int64: Int] = [:]
    private var after: [Int64: Int] = [:]

    mutating func add(_ old: ScheduleTimes?, _ new: ScheduleTimes?, after time: Int64) {
      func count(_ times: ScheduleTimes?, into counts: inout [Int64: Int]) {
        var times = times
        let end = time + FireImpact.horizon
        let fires = times?.firing(from: time + 1, until: end, limit: FireImpact.limit)
        for occurrence in fires?.occurrences ?? [] { counts[occurrence.instant, default: 0] += 1 }
      }
      count(old, into: &before)
      count(new, into: &after)
    }

    /// All of it in one sentence; nil where nothing changes.
    func words(of items: [ImpactItem]) -> String? {
      if items.isEmpty, unknown == 0 { return nil }
      var text = "+\(gained) −\(lost) fires in the next 7 days"
      if moved > 0 { text += ", \(moved) moved" }
      if let peak = after.values.max(), peak > 1 {
        let instant = after.filter { $0.value == peak }.keys.min() ?? 0
        let was = before.values.max() ?? 0
        text += "; at most \(peak) start at once (\(Timestamp(seconds: instant))), before \(was)"
      }
      if unknown > 0 { text += "; \(unknown) schedules are not counted" }
      return text
    }
  }
}
