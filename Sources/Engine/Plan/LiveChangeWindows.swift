import Kinds
package import Planning
package import Resources

/// Judges plans by the ChangeWindow resources that are live.
package struct LiveChangeWindows: ChangeWindowJudge {
  private let offset: @Sendable (String, Int64) -> Int

  /// - Parameter offset: seconds east of UTC of a zone at an instant.
  package init(offset: @escaping @Sendable (String, Int64) -> Int) { self.offset = offset }

  package func findings(
    for plan: Plan, live: any LiveReader, at time: Timestamp,
  ) throws(StoreError) -> [GuardFinding] {
    if plan.isEmpty { return [] }
    let names = try live.names(ofKind: Kind.changeWindow.name)
    if names.isEmpty { return [] }
    let keys = names.map { ResourceKey(kind: Kind.changeWindow.name, name: $0) }
    let contents = try live.contents(of: keys)
    var freezes: [(String, ChangeWindowState)] = []
    var allows: [(String, ChangeWindowState)] = []
    for key in keys {
      guard let spec = contents[key].flatMap(Value.init(canonical:))?["spec"] else { continue }
      let window = ChangeWindowState(spec: spec)
      if window.isFreeze {
        if window.includes(time, offset: offset) { freezes.append((key.name, window)) }
      } else {
        allows.append((key.name, window))
      }
    }
    let labels = try labels(of: plan, live)
    var held: [String: (message: String, count: Int)] = [:]
    for change in plan.changes {
      func covers(_ window: ChangeWindowState) -> Bool {
        window.covers(kind: change.key.kind, labels: labels[change.key])
      }
      if let (name, window) = freezes.first(where: { covers($0.1) }) {
        held[name, default: ("the freeze \(name) is on (\(window.reason))", 0)].count += 1
        continue
      }
      let relevant = allows.filter { covers($0.1) }
      if let (name, window) = relevant.first,
        !relevant.contains(where: { $0.1.includes(time, offset: offset) })
      {
        held[name, default: ("outside of the change window \(name) (\(window.reason))", 0)]
          .count += 1
      }
    }
    return held.map { name, entry in
      let changes = entry.count == 1 ? "1 change" : "\(entry.count) changes"
      return GuardFinding(
        .changeWindow, subject: name, "\(entry.message); it holds \(changes)")
    }.sorted()
  }

  /// The labels of each changed resource: those that it has now, or will have.
  private func labels(
    of plan: Plan, _ live: any LiveReader,
  ) throws(StoreError) -> [ResourceKey: Value] {
    let contents = try live.contents(of: plan.changes.map(\.key))
    var result: [ResourceKey: Value] = [:]
    for change in plan.changes {
      let bytes = contents[change.key] ?? change.content
      result[change.key] = bytes.flatMap(Value.init(canonical:))?["metadata"]?["labels"]
    }
    return result
  }
}
