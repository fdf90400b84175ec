package import Engine
package import GitSource
import Git
import Glibc
import Kinds
package import Persistence
package import Planning
package import Resources

/// What commands work on: the data directory, the source, the planner, put together from settings.
package struct Workspace: Sendable {
  package let settings: Settings
  package let registry: KindRegistry
  package let data: DataDirectory
  package let wall: any WallClock

  package init(settings: Settings, wall: any WallClock = SystemClock()) {
    self.settings = settings
    self.wall = wall
    registry = .standard
    data = DataDirectory(path: settings.dataDirectory)
  }

  package var planner: Planner {
    Planner(registry: registry, guards: settings.guards, spread: AllCores())
  }

  package var windows: LiveChangeWindows { LiveChangeWindows(offset: ZoneOffsets.offset) }

  package var effects: EffectSettings {
    EffectSettings(notifiesOfApplies: settings.notifyURL != nil)
  }

  /// One comparison with the source.
  package func pass(_ store: Store) -> ReconcilePass {
    ReconcilePass(
      store: store, planner: planner, windows: windows, effects: effects, drift: settings.drift,
      health: healthGate(store),
      requires: settings.verify.mode, branch: settings.reference ?? "",
      isPartial: settings.appliesPartially)
  }

  /// What plans do beyond the objects that they change.
  package var impact: ImpactAnalysis {
    let zones = ZoneFiles()
    return ImpactAnalysis(
      ImpactAnalysis.standard(registry: registry) { name in try? zones.zone(name) })
  }

  // MARK: The store

  /// What is live now, with the settings that plans depend on.
  package func snapshot(of store: any StateStore) throws(StoreError) -> LiveSnapshot {
    try LiveSnapshot.of(
      store, guards: settings.guards, drift: settings.drift, decisions: store.decisions(on: nil),
      at: wall.now())
  }

  /// The state for reading; nil where there is no database yet, which is then not made.
  package func readStore() throws(StoreError) -> Store? {
    guard data.hasDatabase else { return nil }
    try data.check()
    do throws(StoreError) {
      return try Store(path: data.databasePath, access: .readOnly)
    } catch {
      // Somebody may be making or migrating it at this moment.
      guard error.code == .noSchema || error.code == .olderSchema else { throw error }
      let lock = try? FileLock(path: data.openLockPath, waits: true)
      withExtendedLifetime(lock) {}
    }
    do throws(StoreError) {
      return try Store(path: data.databasePath, access: .readOnly)
    } catch {
      if error.code == .noSchema { return nil }
      throw error
    }
  }

  /// The state for reading, or words that say how to get one.
  package func existingStore() throws(StoreError) -> Store {
    guard let store = try readStore() else {
      throw StoreError(
        .notFound, "nothing was applied to \(data.path) yet",
        hint: "start with: writ plan, then writ apply")
    }
    return store
  }

  /// The state for writing, made where there is none.
  ///
  /// A database with an older schema is migrated, after a backup of it.
  package func writeStore() throws(StoreError) -> Store {
    try data.prepare()
    // Of two processes that both find no schema, one makes it and the other waits.
    let lock = try FileLock(path: data.openLockPath, waits: true)
    defer { withExtendedLifetime(lock) {} }
    return try Store(
      path: data.databasePath, access: .readWrite,
      upgrade: StoreUpgrade(
        actor: "upgrade", time: wall.now(), kept: settings.backupsKept))
  }

  /// The lock under which one process at a time makes passes.
  ///
  /// Waits for the other one.
  package func passLock() throws(StoreError) -> FileLock? {
    try FileLock(path: data.passLockPath, waits: true)
  }

  /// The lock that a server holds as long as it lives; nil when another one does.
  package func serverLock() throws(StoreError) -> FileLock? {
    try FileLock(path: data.serverLockPath)
  }

  /// The live resources that are not what was applied, as far as the settings want them shown.
  package func shownDrifts(_ store: Store) throws(StoreError) -> [Drift] {
    let now = wall.now()
    return try store.drifts().filter { settings.drift.standing(of: $0, at: now).isShown }
  }

  package func shownDrift(
    of record: LiveRecord, _ store: Store,
  ) throws(StoreError) -> Drift? {
    try shownDrifts(store).first { $0.key == record.resource.key }
  }

  // MARK: The source

  /// A place that manifests come from.
  package enum Location: Sendable {
    /// A repository on this machine, as an absolute path.
    case path(String)
    case remote(String)
  }

  package func location() throws(SourceError) -> Location {
    guard let repository = settings.repository else {
      do throws(GitError) {
        return .path(try Repository.discover(from: FileText.absolute(".")))
      } catch {
        throw SourceError(
          .notARepository, "there is no git repository around \(FileText.absolute("."))",
          hint: "go into one, or name one with --repo PATH|URL")
      }
    }
    do throws(GitError) {
      let url = try RemoteURL(repository)
      switch url.transport {
      case .path: return .path(FileText.absolute(url.path))
      default: return .remote(repository)
      }
    } catch {
      throw SourceError(.usage, error.description)
    }
  }

  /// Opens the followed revision, or another one, fetching first where it is not on this machine.
  package func revision(
    _ reference: String? = nil, liveRoots: [String],
  ) async throws -> GitRevision {
    let wanted = reference ?? settings.reference ?? "HEAD"
    switch try location() {
    case .path(let path):
      return try GitRevision(
        repositoryPath: path, reference: wanted, requestedRoots: settings.roots,
        liveRoots: liveRoots, registry: registry)
    case .remote:
      if data.hasDatabase { try data.check() } else { try data.prepare() }
      let source = try mirror(reference: settings.reference ?? "HEAD")
      try await source.refresh()
      guard let reference else { return try source.revision(liveRoots: liveRoots) }
      return try GitRevision(
        repositoryPath: data.mirrorPath, kind: .mirror, reference: reference,
        requestedRoots: settings.roots, liveRoots: liveRoots, registry: registry)
    }
  }

  /// The source that a loop follows.
  package func mirror(reference: String? = nil) throws -> MirrorSource {
    let repository: String
    switch try location() {
    case .path(let path): repository = path
    case .remote(let url): repository = url
    }
    return MirrorSource(
      settings: MirrorSource.Settings(
        repository: repository, reference: reference ?? settings.reference ?? "HEAD",
        roots: settings.roots, access: try settings.access.resolve(),
        deadline: settings.fetchTimeout),
      mirrorPath: data.mirrorPath,
      child: (path: Self.executablePath, arguments: ["fetch-child"]), registry: registry,
      clock: TimerClock())
  }

  /// Keeps an applied revision in the mirror, where there is one.
  package func keep(_ revision: String) throws {
    if case .remote = try location() { try mirror().keep(revision) }
  }

  /// This program's own file.
  static var executablePath: String {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    return count > 0
      ? String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : "writ"
  }
}
