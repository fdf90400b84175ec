package import Planning
package import Resources
package import Workflows

/// Says which applies are watched, and what the conditions say of it.
package struct HealthGate: Sendable {
  package let store: any HealthStore
  /// What the settings ask for after every apply.
  package let policy: HealthPolicy?
  package let registry: KindRegistry

  /// The name of the settings among those that ask for checks.
  package static let settingsSource = "settings"

  package init(store: any HealthStore, policy: HealthPolicy?, registry: KindRegistry) {
    self.store = store
    self.policy = policy
    self.registry = registry
  }

  /// What an apply of `plan` does to watches; nil where nobody asks for a new one.
  ///
  /// Going back leads to a state that was live before, so it is not watched.
  package func step(after plan: Plan, at time: Timestamp) -> HealthStep? {
    if plan.isEmpty || plan.isRollback { return nil }
    var policies: [(source: String, policy: HealthPolicy)] = []
    if let policy { policies.append((Self.settingsSource, policy)) }
    for change in plan.changes {
      if let policy = policy(of: change) { policies.append((change.key.description, policy)) }
    }
    return HealthWatch(asked: policies, from: time).map(HealthStep.begin)
  }

  /// What a created or updated resource of a kind with a `health` field asks for.
  private func policy(of change: Change) -> HealthPolicy? {
    guard let content = change.content,
      registry[change.key.kind]?.spec.field(named: "health") != nil, Self.mayAsk(content),
      let health = Value(canonical: content)?["spec"]?["health"]
    else { return nil }
    return HealthPolicy(health)
  }

  /// Whether `content` has the letters `"health":` in it; cheaper than reading it.
  private static func mayAsk(_ content: [UInt8]) -> Bool {
    let word = Array("\"health\":".utf8)
    guard content.count >= word.count else { return false }
    return content.withUnsafeBufferPointer { bytes in
      for start in 0...(bytes.count - word.count) where bytes[start + 1] == word[1] {
        if bytes[start..<start + word.count].elementsEqual(word) { return true }
      }
      return false
    }
  }

  /// What there is to say of health after a pass.
  func finding(for report: ReconcilePass.Report) throws(StoreError) -> Finding? {
    switch report.outcome {
    case .unchanged, .applied:
      if let record = try store.openWatch() { return .watching(record) }
      guard let record = try store.watchOfLiveState(), record.hasStayed else { return nil }
      return .stayed(record)
    case .blocked(let plan, let blocks):
      guard blocks.allSatisfy({ $0.name == "quarantine" }),
        let record = try store.watch(ofRoot: plan.predictedRoot), record.state == .failed
      else { return nil }
      return .rolledBack(record, command: blocks.first?.command)
    default: return nil
    }
  }

  enum Finding {
    /// The live state is not proven yet.
    case watching(HealthRecord)
    /// The live state is bad, and there is no other to go back to.
    case stayed(HealthRecord)
    /// The head is what was gone back from.
    case rolledBack(HealthRecord, command: String?)
  }
}
