import App
import ArgumentParser
import Engine
import Faults
import Persistence
import Planning
import Rendering
import Resources

/// The command `writ rollback`.
struct RollbackCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollback",
    abstract: "Go back to an earlier state; what is left goes into quarantine.",
    discussion: """
      The loop does not apply the content that was left again until git differs, or until
      "writ quarantine clear". Exit codes: 0 done, 3 blocked by a guard, 1 error, 64 usage.
      """)

  @Option(name: .long, help: "A revision that was live, or previous.")
  var to = "previous"

  @Option(name: .long, help: "Why, for the journal.")
  var reason = "rolled back by an operator"

  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false

  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await reportingErrors {
      let workspace = try common.workspace()
      try goBack(workspace)
      // What it announces is sent at once, and status says at once that git is ahead.
      await workspace.pokeServer()
    }
  }

  private func goBack(_ workspace: Workspace) throws {
    _ = try workspace.existingStore()
    let store = try workspace.writeStore()
    let lock = try workspace.passLock()
    defer { withExtendedLifetime(lock) {} }
    let rollback = Rollback(store: store, planner: workspace.planner)
    let time = workspace.wall.now()
    let proposal = try propose(rollback, store, at: time)
    let gate = try PlanGate(store: store, windows: workspace.windows)
      .judge(proposal.plan, at: time)
    var screen = PlanScreen(proposal.plan, verdict: gate.verdict, digest: gate.digest)
    screen.acknowledged = Set(gate.acknowledged)
    screen.nextCommand = nil
    screen.showsExitCode = false
    screen.verboseCommand = "writ rollback -v"
    if case .blocked = gate.verdict {
      screen.show(output.format, isVerbose: common.verbose)
      throw ExitCode.blocked
    }
    if output.format == .text, !common.quiet { screen.show(.text, isVerbose: common.verbose) }
    if Terminal.isInputTTY, !yes, !Terminal.confirms("Roll back?") {
      Terminal.writeError("writ: nothing was changed")
      throw ExitCode.error
    }
    let applied = try store.apply(
      proposal.plan,
      rollback.context(
        for: proposal, actor: Process.actor, reason: reason, at: time,
        effects: workspace.effects, gate: gate))
    FaultPoint.reach(.rollbackCommitted)
    switch output.format {
    case .json: Terminal.writeJSON(ApplyJSON.value(applied, proposal.plan))
    case .text:
      if common.quiet { return }
      Terminal.writeLine(ApplyText.line(applied, proposal.plan))
      Terminal.writeLine(
        "revision \(proposal.left.revision.prefix(12)) is in quarantine until git differs")
      Terminal.writeLine(
        "    let it back with: writ quarantine clear \(proposal.left.root.abbreviated)")
    }
  }
}

extension RollbackCommand {
  /// The plan back; where there is none, how far back the journal goes.
  private func propose(
    _ rollback: Rollback, _ store: Store, at time: Timestamp,
  ) throws -> Rollback.Proposal {
    do {
      return try rollback.propose(to == "previous" ? .previous : .revision(to), at: time)
    } catch Rollback.Failure.noSuchState(let words) {
      guard let checkpoint = try store.checkpoint() else {
        throw Rollback.Failure.noSuchState(words)
      }
      throw Rollback.Failure.noSuchState(
        "\(words), as far as the journal goes back; what else there was \(checkpoint.dropped)")
    }
  }
}

/// The command `writ ack`.
struct Ack: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Acknowledge what a guard says of one plan, so that it may be applied.")

  @Argument(
    help: "The guard: \(GuardFinding.Name.allCases.map(\.rawValue).joined(separator: ", ")).")
  var guardName: String

  @Option(name: .long, help: "The digest of the plan, or its first 16 digits or more.")
  var plan: String

  @Option(name: .long, help: "Why, for the journal.")
  var reason = ""

  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await reportingErrors {
      guard let name = GuardFinding.Name(rawValue: guardName) else {
        let names = GuardFinding.Name.allCases.map(\.rawValue)
        throw SettingsError(
          "there is no guard \"\(guardName)\"",
          hint: Suggestion.didYouMean(guardName, among: names)
            ?? "guards: \(names.joined(separator: ", "))")
      }
      let digest = plan.lowercased()
      guard (16...64).contains(digest.utf8.count), digest.allSatisfy(\.isHexDigit) else {
        throw SettingsError(
          "\"\(plan)\" is not the digest of a plan: it takes 16 to 64 hexadecimal digits",
          hint: "copy it from the blocked plan: writ plan")
      }
      let workspace = try common.workspace()
      let store = try workspace.writeStore()
      try store.acknowledge(
        name, plan: digest, actor: Process.actor, reason: reason, at: workspace.wall.now())
      if !common.quiet { Terminal.writeLine("acknowledged \(name.rawValue) for plan \(digest)") }
      await workspace.pokeServer()
    }
  }
}

/// The command `writ suspend`.
struct Suspend: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make the loop leave the live state alone until writ resume.")

  @Option(name: .long, help: "Why, for the journal and for writ status.")
  var reason = "no reason given"

  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await reportingErrors {
      let workspace = try common.workspace()
      let store = try workspace.writeStore()
      let time = workspace.wall.now()
      try store.setSuspended(
        Suspension(since: time, actor: Process.actor, reason: reason), actor: Process.actor,
        at: time)
      if !common.quiet { Terminal.writeLine("suspended; go on with: writ resume") }
      await workspace.pokeServer()
    }
  }
}

/// The command `writ resume`.
struct Resume: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Let the loop go on after writ suspend.")

  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await reportingErrors {
      let workspace = try common.workspace()
      let store = try workspace.writeStore()
      guard try store.status().suspension != nil else {
        if !common.quiet { Terminal.writeLine("it was not suspended") }
        return
      }
      try store.setSuspended(nil, actor: Process.actor, at: workspace.wall.now())
      if !common.quiet { Terminal.writeLine("resumed") }
      await workspace.pokeServer()
    }
  }
}

/// The command `writ quarantine`.
struct Quarantine: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "What the loop does not apply again until git differs.",
    subcommands: [List.self, Clear.self], defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print what is in quarantine.")

    @OptionGroup var output: OutputOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
      try await reportingErrors {
        let workspace = try common.workspace()
        let contents = try workspace.existingStore().quarantine()
        switch output.format {
        case .json:
          Terminal.writeJSON(
            ["formatVersion": 1, "items": .array(contents.map(QuarantineView.value))])
        case .text:
          if contents.isEmpty { return Terminal.writeLine("nothing is in quarantine") }
          Terminal.write(
            lines: QuarantineView.table(
              contents, now: workspace.wall.now(), width: Terminal.width,
              style: Terminal.outputStyle))
        }
      }
    }
  }

  struct Clear: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let content be applied again.")

    @Argument(help: "The state root, or its first digits, or a revision that was left.")
    var what: String

    @OptionGroup var common: CommonOptions

    func run() async throws {
      try await reportingErrors {
        let workspace = try common.workspace()
        _ = try workspace.existingStore()
        let store = try workspace.writeStore()
        let wanted = what.lowercased()
        let matching = try store.quarantine().filter {
          $0.root.description.hasPrefix(wanted) || $0.revision.hasPrefix(wanted)
        }
        guard let content = matching.first, wanted.utf8.count >= 7 else {
          throw StoreError(
            .notFound, "nothing in quarantine matches \"\(what)\"", hint: "writ quarantine list")
        }
        guard matching.count == 1 else {
          throw StoreError(
            .other, "\"\(what)\" matches \(matching.count) entries", hint: "give more digits")
        }
        try store.clearQuarantine(content.root, actor: Process.actor, at: workspace.wall.now())
        if !common.quiet { Terminal.writeLine("cleared \(content.root.abbreviated)") }
        await workspace.pokeServer()
      }
    }
  }
}
