package import Resources

/// The watch over one apply: a pure machine from what its checks say to a decision.
///
/// It passes when its window is over and every check was healthy at the end of its own; it fails
/// when one check fails as often in a row as it may, or cannot be healthy at the end.
package struct HealthWatch: Hashable, Sendable {
  /// When the longest window ends.
  package var deadline: Timestamp
  /// Sorted by what they ask.
  package var checks: [WatchedCheck]
  /// How many checks were left out, because there were more than `checkLimit`.
  package var omittedCount = 0

  /// So many checks a watch has at most.
  package static let checkLimit = 256

  package init(deadline: Timestamp, checks: [WatchedCheck], omittedCount: Int = 0) {
    self.deadline = deadline
    self.checks = checks
    self.omittedCount = omittedCount
  }

  /// A watch that begins now; nil where nobody asks for one.
  ///
  /// The same check asked for by several resources is made once.
  package init?(asked policies: [(source: String, policy: HealthPolicy)], from start: Timestamp) {
    guard let longest = policies.map(\.policy.window).max() else { return nil }
    var checks: [WatchedCheck] = []
    for (source, policy) in policies {
      for definition in policy.checks {
        let check = WatchedCheck(definition, source: source, policy: policy, from: start)
        if let index = checks.firstIndex(where: { $0.isSameQuestion(as: check) }) {
          checks[index].sources = Set(checks[index].sources + check.sources).sorted()
        } else {
          checks.append(check)
        }
      }
    }
    self.init(deadline: start.adding(longest), checks: [])
    set(checks)
  }

  private mutating func set(_ all: [WatchedCheck]) {
    let sorted = all.sorted { $0.isOrdered(before: $1) }
    checks = Array(sorted.prefix(Self.checkLimit))
    omittedCount += sorted.count - checks.count
  }

  /// The checks that are to be asked at `now`, by their places in `checks`.
  package func due(at now: Timestamp) -> [Int] {
    checks.indices.filter { checks[$0].isDue(at: now) }
  }

  /// When there is something to do next.
  package var next: Timestamp {
    checks.lazy.filter { !$0.isPassed }.map(\.next).min() ?? deadline
  }

  package enum Decision: Hashable, Sendable {
    case watching(next: Timestamp)
    case passed
    case failed(check: String, reason: String)
  }

  /// Takes what the checks said at `now`, by their places.
  package mutating func take(
    _ observations: [Int: HealthObservation], at now: Timestamp,
  ) -> Decision {
    var failure: Decision?
    for index in checks.indices {
      guard let observation = observations[index] else { continue }
      if let reason = checks[index].take(observation, at: now), failure == nil {
        failure = .failed(check: checks[index].definition.name, reason: reason)
      }
    }
    if let failure { return failure }
    if now >= deadline, checks.allSatisfy(\.isPassed) { return .passed }
    return .watching(next: next)
  }

  /// The watch over an apply that came while `older` was not over.
  ///
  /// What was not proven yet goes on: a check of the older watch stays, with what it has seen, until
  /// the same source asks anew. So a small change on top of a bad one does not end its watch.
  ///
  /// - Parameters:
  ///   - newer: what the new apply asks for.
  ///   - changed: the resources that it changes; what they asked for before counts no more.
  package static func following(
    _ older: HealthWatch?, _ newer: HealthWatch?, changed: Set<String>,
  ) -> HealthWatch? {
    guard let older else { return newer }
    let renewed = changed.union(newer?.checks.flatMap(\.sources) ?? [])
    var kept: [WatchedCheck] = []
    for var check in older.checks where !check.isPassed {
      check.sources.removeAll { renewed.contains($0) }
      if !check.sources.isEmpty { kept.append(check) }
    }
    if kept.isEmpty { return newer }
    var result = HealthWatch(
      deadline: kept.map(\.deadline).max() ?? older.deadline, checks: [],
      omittedCount: newer?.omittedCount ?? 0)
    if let newer { result.deadline = max(result.deadline, newer.deadline) }
    result.set(kept + (newer?.checks ?? []))
    return result
  }
}

extension WatchedCheck {
  fileprivate func isSameQuestion(as other: WatchedCheck) -> Bool {
    definition == other.definition && interval == other.interval && deadline == other.deadline
      && failureLimit == other.failureLimit && successCount == other.successCount
  }

  fileprivate func isOrdered(before other: WatchedCheck) -> Bool {
    let (a, b) = (definition.name, other.definition.name)
    if a != b { return a < b }
    if sources != other.sources { return sources.lexicographicallyPrecedes(other.sources) }
    return deadline < other.deadline
  }
}
