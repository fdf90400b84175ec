package import Planning
package import Resources
import Workflows

/// A snapshot as the live state that plans start from.
package struct SnapshotLive: LiveReader {
  private let snapshot: LiveSnapshot
  private let byKey: [ResourceKey: Int]
  private let byFile: [String: [Int]]
  private let referrers: [ResourceKey: [Int]]
  private let state: StateTree

  package init(_ snapshot: LiveSnapshot) {
    self.snapshot = snapshot
    let entries = snapshot.entries
    byKey = Dictionary(zip(entries.map(\.key), entries.indices)) { first, _ in first }
    byFile = Dictionary(grouping: entries.indices) { entries[$0].side.location.file }
    var referrers: [ResourceKey: [Int]] = [:]
    for (index, entry) in entries.enumerated() {
      for target in Set(entry.side.references.map(\.target)) {
        referrers[target, default: []].append(index)
      }
    }
    self.referrers = referrers
    state = StateTree(
      entries: entries.map { StateTree.Entry(key: $0.key, digest: $0.side.digest) })
  }

  package func summary() -> LiveSummary {
    var counts: [String: Int] = [:]
    for entry in snapshot.entries { counts[entry.key.kind, default: 0] += 1 }
    return LiveSummary(revision: snapshot.revision, root: snapshot.root, counts: counts)
  }

  package func isExact() -> Bool { snapshot.isExact }

  private func live(_ index: Int) -> LiveResource {
    let entry = snapshot.entries[index]
    return LiveResource(
      key: entry.key, digest: entry.side.digest, location: entry.side.location,
      marks: entry.side.marks, isOrphaned: entry.side.isOrphaned,
      references: entry.side.references, claims: entry.side.claims)
  }

  package func resources(inFiles files: [String]) -> [LiveResource] {
    files.flatMap { byFile[$0] ?? [] }.map(live)
  }

  package func resources(named keys: [ResourceKey]) -> [LiveResource] {
    keys.compactMap { byKey[$0] }.map(live)
  }

  package func allResources() -> [LiveResource] { snapshot.entries.indices.map(live) }

  package func contents(of keys: [ResourceKey]) -> [ResourceKey: [UInt8]] {
    var result: [ResourceKey: [UInt8]] = [:]
    for key in keys { result[key] = byKey[key].map { snapshot.entries[$0].content } }
    return result
  }

  package func referrers(to keys: [ResourceKey]) -> [Referrer] {
    keys.flatMap { target in
      (referrers[target] ?? []).map { snapshot.entries[$0] }.flatMap { entry in
        entry.side.references.filter { $0.target == target }.map { reference in
          Referrer(
            key: entry.key, target: target, pointer: reference.pointer,
            location: SourceLocation(file: entry.side.location.file, range: reference.range))
        }
      }
    }
  }

  package func claimHolders(of claims: [String]) -> [ClaimHolder] {
    if claims.isEmpty { return [] }
    let wanted = Set(claims)
    return snapshot.entries.flatMap { entry in
      entry.side.claims.filter { wanted.contains($0.name) }.map { claim in
        ClaimHolder(
          key: entry.key, claim: claim.name,
          location: SourceLocation(file: entry.side.location.file, range: claim.range))
      }
    }
  }

  package func names(ofKind kind: String) -> [String] {
    snapshot.entries.filter { $0.key.kind == kind }.map(\.key.name).sorted()
  }

  package func drifts() -> [Drift] { snapshot.drifts }

  package func tree(around keys: [ResourceKey]) -> StateTree { state }
}

/// Judges a plan with what a snapshot knows beside it, as `PlanGate` does with a store.
package struct SnapshotGate {
  private let snapshot: LiveSnapshot
  private let live: SnapshotLive
  private let windows: any ChangeWindowJudge

  package init(_ snapshot: LiveSnapshot, live: SnapshotLive, windows: any ChangeWindowJudge) {
    self.snapshot = snapshot
    self.live = live
    self.windows = windows
  }

  package func judge(
    _ plan: Plan, at time: Timestamp,
  ) throws(StoreError) -> PlanGate.Judgement {
    let digest = plan.digest
    let digits = digest.description
    let acknowledged = Set(
      snapshot.acknowledgements.filter { digits.hasPrefix($0.plan) }.map(\.guardName))
    let verdict = Verdict.of(
      plan, digest: digest,
      Verdict.Circumstances(
        time: time, acknowledged: acknowledged,
        isQuarantined: snapshot.quarantine.contains(plan.predictedRoot),
        windows: try windows.findings(for: plan, live: live, at: time),
        approvals: ApprovalLedger(snapshot.decisions, roles: roles)))
    return PlanGate.Judgement(
      verdict: verdict, acknowledged: acknowledged.sorted { $0.rawValue < $1.rawValue },
      digest: digest)
  }

  /// The people of the roles that are live.
  private var roles: [String: [Person]] {
    let keys = live.names(ofKind: "Role").map { ResourceKey(kind: "Role", name: $0) }
    var roles: [String: [Person]] = [:]
    for (key, content) in live.contents(of: keys) {
      let people = Value(canonical: content)?["spec"]?["people"]?.array ?? []
      roles[key.name] = people.compactMap { $0.string.flatMap { Person($0) } }
    }
    return roles
  }
}
