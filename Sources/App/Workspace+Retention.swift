package import Engine
import Glibc
import Logging
package import Persistence
package import Resources
package import Workflows

/// Cutting the journal short.
extension Workspace {
  /// Drops the events before `time` for a signed checkpoint; nil where that is none.
  ///
  /// - Parameters:
  ///   - exportPath: a file that they are written to before they go.
  ///   - makesKey: whether a new key may take the place of a missing or another one.
  package func compact(
    _ store: Store, before time: Timestamp, exportPath: String?, makesKey: Bool, actor: String,
  ) throws(StoreError) -> Checkpoint? {
    guard let range = try store.compactable(before: time) else { return nil }
    let key = try signingKey(store, makesKey: makesKey)
    var export: ExportFile?
    if let exportPath {
      // What a killed process exported, and did not come to drop, need not stand in the way.
      let file = try ExportFile(path: exportPath, acceptsSame: true)
      try JournalExport.write(
        store, after: range.first - 1, until: range.last.sequence, to: file)
      export = file
    }
    do throws(StoreError) {
      return try store.compact(
        range, key: key, exportPath: exportPath, actor: actor, at: wall.now())
    } catch {
      export?.discard()
      throw error
    }
  }

  /// The key of this data directory, made at the first use.
  private func signingKey(_ store: Store, makesKey: Bool) throws(StoreError) -> CheckpointKey {
    let last = try store.checkpoint()
    let key = try data.checkpointKey()
    if let key, last == nil || last?.publicKey == key.publicKey { return key }
    if last == nil || makesKey { return try data.makeCheckpointKey(insteadOf: key) }
    throw StoreError(
      .other,
      key == nil
        ? "the key \(data.checkpointKeyPath) that signed the last checkpoint is gone"
        : "the key \(data.checkpointKeyPath) is not the one that signed the last checkpoint",
      hint: "put it back from a backup, or go on with a new one: writ journal compact --new-key")
  }

  /// What is wrong with the key, where there is a checkpoint: it is gone, or another one.
  package func keyFinding(_ checkpoint: Checkpoint?) -> (isError: Bool, words: String)? {
    guard let checkpoint else { return nil }
    do throws(StoreError) {
      guard let key = try data.checkpointKey() else {
        return (
          false,
          "the key \(data.checkpointKeyPath) is gone: that the checkpoint fits its own key says little about who signed it"
        )
      }
      if key.publicKey == checkpoint.publicKey { return nil }
      return (true, "the checkpoint was signed with another key than \(data.checkpointKeyPath)")
    } catch {
      return (true, error.message)
    }
  }

  /// What a server does about the journal's length; nil where everything is kept.
  func retention(_ store: Store, _ logger: Logger) -> Retention? {
    guard let keep = settings.journalKeep else { return nil }
    let workspace = self
    return Retention(
      keep: keep, archive: store, clock: TimerClock(), wall: wall, logger: logger,
      compact: { time in
        try workspace.compact(
          store, before: time, exportPath: try workspace.nextExport(store, before: time),
          makesKey: false, actor: "loop")
      })
  }

  /// A new file in the folder for exports, named after the events that go; nil where none is set.
  private func nextExport(_ store: Store, before time: Timestamp) throws(StoreError) -> String? {
    guard let folder = settings.journalExports,
      let range = try store.compactable(before: time)
    else { return nil }
    guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
      throw StoreError(
        .permission, "cannot make the folder \(folder): \(String(cString: strerror(errno)))",
        hint: "make it, or change journal.exports in writ.yaml")
    }
    return "\(folder)/journal-\(range.first)-\(range.last.sequence).jsonl"
  }
}
