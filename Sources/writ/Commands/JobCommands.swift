import App
import ArgumentParser
import Engine
import Persistence
import Planning
import Rendering
import Resources
import Workflows

/// The command `writ job`.
struct JobCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "job", abstract: "What jobs do at this moment.", subcommands: [JobList.self])
}

/// The command `writ job list`.
struct JobList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List jobs, with how many runs of each wait and run.")

  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await reportingErrors {
      let workspace = try common.workspace()
      let store = try workspace.existingStore()
      let activity = try store.jobActivity()
      var revoked: [String: Revocation] = [:]
      for revocation in try store.revocations() { revoked[revocation.job] = revocation }
      let live = try store.names("Job")
      // Revoked ones that are not live matter too: they would not start if they came.
      let names = Set(live + revoked.keys + activity.filter { $0.value.isActive }.keys).sorted()
      switch output.format {
      case .json:
        Terminal.writeJSON([
          "formatVersion": 1,
          "jobs": .array(
            names.map { name in
              Self.value(
                name, isLive: live.contains(name), activity[name] ?? JobActivity(), revoked[name])
            }),
        ])
      case .text:
        if names.isEmpty { return Terminal.writeError("writ: no job is live") }
        let now = workspace.wall.now()
        Terminal.write(
          lines: Table(
            [
              .init("JOB", isWhole: true), .init("QUEUED", alignment: .right, isWhole: true),
              .init("PENDING", alignment: .right, isWhole: true),
              .init("RUNNING", alignment: .right, isWhole: true),
              .init("LAST", isWhole: true), .init("STARTED", isWhole: true), .init("NOTE"),
            ],
            rows: names.map { name in
              let item = activity[name] ?? JobActivity()
              let note =
                revoked[name].map { "revoked: \($0.reason)" }
                ?? (live.contains(name) ? "" : "not live")
              return [
                .init(name), count(item.queued), count(item.pending), count(item.running),
                .init(item.lastState?.rawValue ?? "-"),
                .init(item.lastStarted.map { RelativeTime.text($0, now: now) } ?? ""),
                .init(note, .blocked),
              ]
            }
          ).lines(width: Terminal.width, style: Terminal.outputStyle))
      }
    }
  }

  private func count(_ number: Int) -> Table.Cell { .init(number == 0 ? "-" : "\(number)") }

  private static func value(
    _ name: String, isLive: Bool, _ activity: JobActivity, _ revocation: Revocation?,
  ) -> Value {
    [
      "isLive": .bool(isLive), "lastExecution": RunView.text(activity.lastExecution?.description),
      "lastStartedAt": RunView.time(activity.lastStarted),
      "lastState": RunView.text(activity.lastState?.rawValue),
      "live": [
        "pending": .integer(Int64(activity.pending)), "queued": .integer(Int64(activity.queued)),
        "running": .integer(Int64(activity.running)),
      ], "name": .string(name),
      "revoked": revocation.map {
        [
          "actor": .string($0.actor), "isByDeletion": .bool($0.isByDeletion),
          "reason": .string($0.reason), "since": .string($0.time.description),
        ]
      } ?? .null,
    ]
  }
}
