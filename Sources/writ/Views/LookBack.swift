import App
import Engine
import Persistence
import Planning
import Resources

/// Finds the states that a command line asks for.
struct LookBack {
  private let workspace: Workspace
  private let store: Store?
  private let revisions: (names: (any RevisionNames)?, problem: SourceError?)

  /// Prepares for `names`: a repository elsewhere is fetched only where its head is asked for.
  init(_ workspace: Workspace, _ names: [String]) async throws {
    let moments = try names.map(Self.moment)
    self.workspace = workspace
    store = try workspace.readStore()
    let needsRepository = moments.contains { moment in
      switch moment {
      case .live, .time, .ago, .sequence, .file: false
      case .head, .name, .agoOrName: true
      }
    }
    revisions =
      needsRepository
      ? try await workspace.revisionNames(fetches: moments.contains(.head)) : (nil, nil)
  }

  private static func moment(_ name: String) throws(SettingsError) -> Moment {
    do throws(TextFormat.Problem) {
      return try Moment(parsing: name)
    } catch {
      throw SettingsError(
        "\"\(name)\" is no moment: \(error.reason)",
        hint: error.hint ?? "what a moment is: writ help state")
    }
  }

  /// The state of the moment `name` with the resources that `selection` selects.
  func output(_ name: String, _ selection: ResourceSelection) throws -> MomentOutput {
    let (state, records) = try reading { finder in
      let state = try finder.state(at: Self.moment(name), named: name)
      return (
        state, try state.records(kind: selection.kind, name: selection.name, past: finder.past)
      )
    }
    var commits: [String: LiveCommit] = [:]
    for record in records {
      guard let id = record.record.origin?.commit, commits[id] == nil else { continue }
      commits[id] = try store?.commit(id)
    }
    return try MomentOutput(
      state: state, records: records, commits: commits, selection: selection,
      now: workspace.wall.now())
  }

  func difference(
    _ from: String, _ to: String, _ selection: ResourceSelection,
  ) throws -> StateDifference {
    try reading { finder in
      try StateDifference.between(
        try finder.state(at: Self.moment(from), named: from),
        try finder.state(at: Self.moment(to), named: to),
        kind: selection.kind, name: selection.name, past: finder.past)
    }
  }

  /// Runs `body` in one transaction; on an empty state where nothing was applied yet.
  private func reading<Answer>(_ body: (MomentFinder) throws -> Answer) throws -> Answer {
    func finder(_ past: any PastReader) -> MomentFinder {
      MomentFinder(
        past: past, planner: workspace.planner, revisions: revisions.names,
        repositoryProblem: revisions.problem, file: { try workspace.planFile($0) },
        now: workspace.wall.now())
    }
    guard let store else { return try body(finder(NoPast())) }
    return try store.readPast { past throws(StoreError) in
      Result { try body(finder(past)) }
    }.get()
  }
}
