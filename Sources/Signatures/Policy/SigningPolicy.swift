package import Resources

/// Judges commits whose signatures were looked at, by who signed and who may do that.
///
/// Pure: the same facts and the same moment give the same refusals, in the same order.
package struct SigningPolicy: Hashable, Sendable {
  package var rules: [SigningRule]

  package init(rules: [SigningRule] = []) { self.rules = rules }

  /// How far clocks may be apart.
  package static let clockTolerance: Int64 = 86_400_000_000_000

  /// Whether the policy asks who changed `path`.
  package func covers(_ path: String) -> Bool { rules.contains { $0.covers(path) } }

  /// What stands against `commits`, which are all of a range, children before parents.
  ///
  /// A change takes the signatures of each rule that covers its path. Those that count are the
  /// signature of the commit that made the change, and those of the merges of the range that
  /// brought this commit in through another parent than their first.
  package func refusals(of commits: [CommitFacts], at now: Timestamp) -> [Refusal] {
    var refusals: [Refusal] = []
    let merges = rules.isEmpty ? [:] : signersOfMerges(commits)
    for (index, commit) in commits.enumerated() {
      if let reason = signatureProblem(commit, at: now) {
        refusals.append(Refusal(commit, reason))
        continue
      }
      if let reason = forgeProblem(commit) { refusals.append(Refusal(commit, reason)) }
      for shortage in shortages(commit, merges[index] ?? []) {
        refusals.append(Refusal(commit, .notAllowed(shortage)))
      }
    }
    return refusals
  }

  private func signatureProblem(_ commit: CommitFacts, at now: Timestamp) -> Refusal.Reason? {
    if case .refused(let reason) = commit.verdict { return .signature(reason) }
    if commit.time.nanoseconds > now.nanoseconds + Self.clockTolerance {
      return .fromTheFuture(commit.time)
    }
    if let parent = commit.parentTime,
      commit.time.nanoseconds < parent.nanoseconds - Self.clockTolerance
    {
      return .backDated(commit.time, parent: parent)
    }
    return nil
  }

  /// A forge signs for whoever is logged in, so it may put together what others signed, and no more,
  /// unless every rule that covers what it decided names it.
  private func forgeProblem(_ commit: CommitFacts) -> Refusal.Reason? {
    guard let signer = commit.signer, signer.isWebFlow else { return nil }
    let unnamed = commit.ownPaths.first { path in
      let covering = rules.filter { $0.covers(path) }
      return covering.isEmpty || !covering.allSatisfy { $0.counts(signer) }
    }
    if let unnamed { return .forgeDecided(path: unnamed) }
    return commit.isMerge || !commit.ownPaths.isEmpty ? nil : .forgeDecided(path: nil)
  }

  private func shortages(_ commit: CommitFacts, _ merges: [Signer]) -> [Refusal.Shortage] {
    guard let signer = commit.signer else { return [] }
    return rules.compactMap { rule in
      let paths = commit.ownPaths.filter(rule.covers)
      guard let path = paths.first else { return nil }
      let signers = [signer] + merges
      let counted = signers.filter(rule.counts)
      guard Self.persons(counted) < rule.threshold else { return nil }
      let names = Set(counted.map(\.principal))
      return Refusal.Shortage(
        path: path, morePaths: paths.count - 1, rule: rule.name,
        principals: rule.principals.map(\.text), threshold: rule.threshold,
        counted: names.sorted(),
        others: Set(signers.map(\.principal)).subtracting(names).sorted())
    }
  }

  /// How many different people stand behind `signers`: two keys that share a name are one person's.
  private static func persons(_ signers: [Signer]) -> Int {
    var groups: [Set<String>] = []
    for signer in signers {
      let names = Set(signer.names)
      let touching = groups.filter { !$0.isDisjoint(with: names) }
      groups.removeAll { !$0.isDisjoint(with: names) }
      groups.append(touching.reduce(names) { $0.union($1) })
    }
    return groups.count
  }

  // MARK: Merges

  /// Who signed the merges that brought in a commit, for the commits that change covered paths.
  ///
  /// Takes 64 commits through the range at a time, one bit for each.
  private func signersOfMerges(_ commits: [CommitFacts]) -> [Int: [Signer]] {
    let wanted = commits.indices.filter { index in
      commits[index].signer != nil && commits[index].ownPaths.contains(where: covers)
    }
    if wanted.isEmpty || !commits.contains(where: \.isMerge) { return [:] }
    let places = Dictionary(
      commits.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    let parents = commits.map { commit in commit.parents.map { places[$0] } }
    var result: [Int: [Signer]] = [:]
    for start in stride(from: 0, to: wanted.count, by: 64) {
      let batch = Array(wanted[start..<min(wanted.count, start + 64)])
      var reached = [UInt64](repeating: 0, count: commits.count)
      for (bit, index) in batch.enumerated() { reached[index] |= 1 << UInt64(bit) }
      for index in commits.indices.reversed() {
        let ways = parents[index].map { place in place.map { reached[$0] } ?? 0 }
        guard let first = ways.first else { continue }
        let others = ways.dropFirst().reduce(0, |)
        reached[index] |= first | others
        guard let signer = commits[index].signer else { continue }
        var brought = others & ~first
        while brought != 0 {
          result[batch[brought.trailingZeroBitCount], default: []].append(signer)
          brought &= brought - 1
        }
      }
    }
    return result
  }
}
