import App
import Engine
import GitSource
import Planning
import Rendering
import Resources
import Signatures

/// Snapshots of the live state as files.
enum SnapshotFile {
  /// Reads and checks the snapshot at `path`.
  static func read(_ path: String) throws -> LiveSnapshot {
    let bytes: [UInt8]
    do throws(SettingsError) {
      bytes = try FileText.bytes(path, limit: LiveSnapshot.byteLimit)
    } catch {
      throw StoreError(
        .notFound, error.message, hint: "write one: writ snapshot export --out FILE")
    }
    do throws(LiveSnapshot.Problem) {
      return try LiveSnapshot(reading: bytes)
    } catch {
      throw StoreError(
        .incompatible, "the snapshot \(path) cannot be used: \(error)", hint: error.hint)
    }
  }
}

extension PlanMaker {
  /// A plan that starts from a snapshot; neither a database nor what else is on this machine counts.
  ///
  /// With the history that the server has it is the plan that the server would make, by its digest.
  func against(_ snapshot: LiveSnapshot, from path: String) async throws -> Made {
    let live = SnapshotLive(snapshot)
    let head = try await workspace.revision(nil, liveRoots: snapshot.roots)
    if snapshot.entries.isEmpty { try requireRoots(head) }
    if let revision = snapshot.revision, !head.contains(revision) {
      throw SourceError(
        .notFound,
        "the snapshot \(path) is of revision \(revision.prefix(12)), which this repository does "
          + "not have: it is another repository's, or this clone lacks a part of the history",
        hint: head.isShallow
          ? "this clone is shallow: fetch the whole history (git fetch --unshallow, fetch-depth: 0)"
          : "use the repository that the snapshot was made from, or fetch that revision")
    }
    let verification = try await verify(head, since: snapshot.revision, store: nil)
    let time = workspace.wall.now()
    let result = try PlanAssembly(
      planner: Planner(
        registry: workspace.registry, guards: snapshot.guards, spread: AllCores()),
      drift: snapshot.drift, at: time, readsEverything: readsEverything,
      branch: workspace.settings.reference ?? "", signers: verification?.signers ?? [:]
    ).plan(live: live, source: head, liveRoots: snapshot.roots)
    var made = made(result, head, verification)
    if case .plan(let plan) = result.outcome {
      let gate = try SnapshotGate(snapshot, live: live, windows: workspace.windows)
        .judge(plan, at: time)
      made.verdict = gate.verdict
      made.acknowledged = gate.acknowledged
      made.digest = gate.digest
      made = try told(made, plan, live)
    }
    return made
  }
}
