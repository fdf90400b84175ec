package import Cron
package import Resources
package import TimeZones

/// When a schedule fires, from its canonical spec.
package enum ScheduleSpec {
  /// The name of the zone that its times are in.
  package static func zoneName(_ spec: Value) -> String {
    spec["when"]?["timeZone"]?.string ?? "UTC"
  }

  /// The times of the schedule `name`; nil where the spec is not one that passed its checks.
  package static func times(_ spec: Value, name: String, in zone: Zone) -> ScheduleTimes? {
    guard let occurrences = occurrences(spec["when"], name, zone) else { return nil }
    var times = ScheduleTimes(occurrences)
    times.activeFrom = instant(spec["active"]?["from"], roundedUp: true)
    times.activeUntil = instant(spec["active"]?["until"], roundedUp: true)
    times.windows = (spec["windows"]?.array ?? []).compactMap(window)
    times.skipDates = Set((spec["skipDates"]?.array ?? []).compactMap(day))
    times.isSuspended = spec["suspend"]?.bool ?? false
    return times
  }

  private static func occurrences(_ when: Value?, _ name: String, _ zone: Zone) -> Occurrences? {
    if let text = when?["cron"]?.string {
      guard let expression = try? CronExpression(parsing: text) else { return nil }
      return Occurrences(
        expression.hashed(by: name), in: zone,
        clockRule: when?["dst"]?.string.flatMap(ClockRule.init) ?? .vixie,
        days: when?["days"]?.string == "and" ? .and : .or)
    }
    if let text = when?["every"]?.string {
      guard let interval = try? TimeSpan(parsing: text) else { return nil }
      return Occurrences(everyNanoseconds: interval.nanoseconds, in: zone)
    }
    return instant(when?["at"], roundedUp: false).map { Occurrences(at: $0, in: zone) }
  }

  /// Whole seconds; fires are at whole ones, so a limit between two is like the later one.
  private static func instant(_ value: Value?, roundedUp: Bool) -> Int64? {
    guard let text = value?.string, let time = try? Timestamp(parsing: text) else { return nil }
    let nanoseconds = time.nanoseconds + (roundedUp ? 999_999_999 : 0)
    return nanoseconds / 1_000_000_000
  }

  private static func window(_ value: Value) -> FireWindow? {
    guard let from = seconds(value["from"]), let to = seconds(value["to"]) else { return nil }
    return FireWindow(weekdays: weekdays(value["days"]), from: from, to: to)
  }

  private static func seconds(_ value: Value?) -> Int? {
    let parts = value?.string?.split(separator: ":").compactMap { Int($0) }
    guard let parts, parts.count == 2 else { return nil }
    return parts[0] * 3600 + parts[1] * 60
  }

  private static func weekdays(_ value: Value?) -> UInt8 {
    let names = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
    var mask: UInt8 = 0
    for text in (value?.array ?? []).compactMap(\.string) {
      let ends = text.split(separator: "-").compactMap { names.firstIndex(of: String($0)) }
      guard let first = ends.first, let last = ends.last else { continue }
      for step in 0...(last - first + 7) % 7 { mask |= 1 << UInt8((first + step) % 7) }
    }
    return mask
  }

  private static func day(_ value: Value) -> Int? {
    let parts = value.string?.split(separator: "-").compactMap { Int($0) }
    guard let parts, parts.count == 3 else { return nil }
    return Civil.days(year: parts[0], month: parts[1], day: parts[2])
  }
}
