import App
import ArgumentParser
import Engine
import Resources

/// The command `writ backfill`.
struct Backfill: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run the times of a schedule that lie in the past, one after the other.",
    discussion:
      "Times that ran already do not run again. It goes on by itself, also after a restart.")

  @Argument(help: "The name of a live schedule.")
  var name: String

  @Option(name: .long, help: "The first time: RFC 3339, or a length of time back, such as 2d.")
  var from: String

  @Option(name: .long, help: "The last time. Default: now.")
  var to: String?

  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await reportingErrors {
      let desk = try RunDesk(try common.workspace())
      let now = desk.workspace.wall.now()
      let first = try desk.moment(from, "--from") ?? now
      let last = try desk.moment(to, "--to") ?? now
      guard first <= last else { throw SettingsError("--from \(first) is after --to \(last)") }
      guard last <= now else {
        throw SettingsError("--to \(last) has not come yet: those times run by themselves")
      }
      try desk.service.backfill(name, from: first, through: last)
      let isServed = await desk.workspace.pokeDispatcher()
      if common.quiet { return }
      Terminal.writeLine(
        "the times of Schedule/\(name) from \(first.wholeSeconds) to \(last.wholeSeconds) run, one after the other"
      )
      Terminal.writeLine(
        isServed
          ? "    see how it goes: writ schedule history \(name)"
          : "    they run once there is a server: writ serve")
    }
  }
}
