package import Resources

/// What a change window says of one moment and one resource.
package struct ChangeWindowState: Sendable {
  /// Seconds east of UTC of a time zone at an instant.
  package typealias ZoneOffset = (_ zone: String, _ secondsSince1970: Int64) -> Int

  private let spec: Value

  /// - Parameter spec: a canonical spec of the kind ChangeWindow.
  package init(spec: Value) { self.spec = spec }

  package var isFreeze: Bool { spec["mode"]?.string == "freeze" }
  package var reason: String { spec["reason"]?.string ?? "" }

  /// Whether one of its times includes `time`.
  package func includes(_ time: Timestamp, offset: ZoneOffset) -> Bool {
    let periods = spec["periods"]?.array ?? []
    for period in periods {
      guard let from = Timestamp(in: period["from"]), let until = Timestamp(in: period["until"])
      else { continue }
      if from <= time, time < until { return true }
    }
    let (quotient, remainder) = time.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    let seconds = remainder < 0 ? quotient - 1 : quotient
    return (spec["windows"]?.array ?? []).contains { window in
      let local = seconds + Int64(offset(window["timeZone"]?.string ?? "UTC", seconds))
      return Self.includes(window, localSeconds: local)
    }
  }

  private static func includes(_ window: Value, localSeconds: Int64) -> Bool {
    let day = Int64((Double(localSeconds) / 86_400).rounded(.down))
    let minute = Int(localSeconds - day * 86_400) / 60
    // 1970-01-01 was a Thursday; Monday is 0.
    let weekday = Int(((day + 3) % 7 + 7) % 7)
    let days = weekdays(window["days"])
    guard let from = minutes(window["from"]), let to = minutes(window["to"]) else { return false }
    if to > from { return days.contains(weekday) && (from..<to).contains(minute) }
    // It runs past midnight: the evening of its day, or the morning after it.
    return (days.contains(weekday) && minute >= from)
      || (days.contains((weekday + 6) % 7) && minute < to)
  }

  private static func minutes(_ value: Value?) -> Int? {
    guard let parts = value?.string?.split(separator: ":"), parts.count == 2,
      let hour = Int(parts[0]), let minute = Int(parts[1])
    else { return nil }
    return hour * 60 + minute
  }

  private static func weekdays(_ value: Value?) -> Set<Int> {
    let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    var days: Set<Int> = []
    for text in (value?.array ?? []).compactMap(\.string) {
      let ends = text.split(separator: "-").compactMap { names.firstIndex(of: String($0)) }
      guard let first = ends.first, let last = ends.last else { continue }
      var day = first
      days.insert(day)
      while day != last {
        day = (day + 1) % 7
        days.insert(day)
      }
    }
    return days
  }

  /// Whether it is about resources of `kind` with `labels`.
  package func covers(kind: String, labels: Value?) -> Bool {
    let scope = spec["scope"]
    if let kinds = scope?["kinds"]?.array, !kinds.isEmpty, !kinds.contains(.string(kind)) {
      return false
    }
    guard let selector = scope?["selector"] else { return true }
    return Selector.matches(selector, labels: labels)
  }
}

extension Selector {
  /// Whether a canonical selector selects something with `labels`, as Kubernetes does.
  package static func matches(_ selector: Value, labels: Value?) -> Bool {
    for member in selector["matchLabels"]?.members ?? [] where labels?[member.key] != member.value {
      return false
    }
    return (selector["matchExpressions"]?.array ?? []).allSatisfy { expression in
      let value = expression["key"]?.string.flatMap { labels?[$0] }
      let values = expression["values"]?.array ?? []
      switch expression["operator"]?.string {
      case "In": return value.map(values.contains) ?? false
      case "NotIn": return !(value.map(values.contains) ?? false)
      case "Exists": return value != nil
      case "DoesNotExist": return value == nil
      default: return false
      }
    }
  }
}
