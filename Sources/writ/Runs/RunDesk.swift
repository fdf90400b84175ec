import App
import ArgumentParser
import Engine
import Persistence
import Resources
import Workflows

/// The runs of a data directory, and whoever dispatches them.
struct RunDesk {
  let workspace: Workspace
  let store: Store
  let service: RunService

  /// - Parameter writes: whether something is asked for; else nothing is written.
  init(_ workspace: Workspace, writes: Bool = true) throws {
    self.workspace = workspace
    let existing = try workspace.existingStore()
    store = writes ? try workspace.writeStore() : existing
    service = workspace.runService(store, actor: Process.actor)
  }

  /// Has requests taken: by the server, where one runs, else by this process.
  func settle() async throws {
    if await workspace.pokeDispatcher() { return }
    try await workspace.dispatchRequests(store)
  }

  /// A time in the form of RFC 3339, or a length of time back from now, such as `2h`.
  func moment(_ text: String?, _ option: String) throws(SettingsError) -> Timestamp? {
    guard let text else { return nil }
    if let span = try? TimeSpan(parsing: text) {
      return Timestamp(nanoseconds: workspace.wall.now().nanoseconds - span.nanoseconds)
    }
    do throws(TextFormat.Problem) {
      return try Timestamp(parsing: text)
    } catch {
      throw SettingsError(
        "\(option) \"\(text)\": \(error.reason)",
        hint: "write a time, such as 2026-12-24T18:00:00Z, or a length of time back, such as 2h")
    }
  }
}
