import ArgumentParser

/// The measurements that run inside a process; `bench.py` conducts them.
///
/// Each subcommand prints one line of JSON: the samples in nanoseconds, by name, and what they were
/// taken on. A subcommand fails where the work that it measures did not come to what it should.
@main struct WritBenchmarks: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures Writ in process, for bench.py.",
    subcommands: [
      PrepareCommand.self, PlanCommand.self, ColdCommand.self, ApplyCommand.self, TickCommand.self,
      RulesCommand.self, FiresCommand.self, RunsCommand.self, TurnsCommand.self,
      LatenessCommand.self,
    ])
}
