import App
import ArgumentParser
import Engine
import Persistence
import Planning
import Rendering
import Resources

/// What `approve` and `reject` have in common.
struct DecisionOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "A plan or a change by 16 digits or more of its digest, Kind/name, or an execution.",
      valueName: "plan|change|execution"))
  var what: [String]

  @Option(name: .customLong("as"), help: "Who decides. Default: your login.")
  var name: String?

  @OptionGroup var source: SourceOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions
}

/// The command `writ approve`.
struct Approve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Agree to changes that wait for it.",
    discussion: """
      An approval holds for exactly the change as it is planned now. Who wrote a change cannot
      approve it. Exit codes: 0 done, 3 the person cannot approve it, 4 the plan is another one
      now, 1 error, 64 usage.
      """)

  @Option(name: .long, help: "Why, for the journal.")
  var reason = ""

  @Flag(name: .long, help: "Take back what the person said, approval or rejection.")
  var withdraw = false

  @OptionGroup var options: DecisionOptions

  func run() async throws {
    try await reportingErrors {
      if try await RunDecision.handles(options, .approve, reason: reason, withdraws: withdraw) {
        return
      }
      if withdraw {
        try await Decision(options, reason: reason).withdraw()
      } else {
        try await Decision(options, reason: reason).say(.approve)
      }
    }
  }
}

/// The command `writ reject`.
struct Reject: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Keep changes out that wait for approval, until it is taken back.",
    discussion: """
      Take it back with "writ approve --withdraw". Exit codes: 0 done, 4 the plan is another one
      now, 1 error, 64 usage.
      """)

  @Option(name: .long, help: "Why, for the journal and for who wrote the change.")
  var reason: String

  @OptionGroup var options: DecisionOptions

  func validate() throws {
    if reason.allSatisfy(\.isWhitespace) { throw ValidationError("say why with --reason") }
  }

  func run() async throws {
    try await reportingErrors {
      if try await RunDecision.handles(options, .reject, reason: reason) { return }
      try await Decision(options, reason: reason).say(.reject)
    }
  }
}

/// The command `writ approvals`.
struct Approvals: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what waits for approval, and who said what of it.")

  @OptionGroup var source: SourceOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func run() async throws {
    try await reportingErrors {
      let workspace = try source.workspace(common)
      let desk = try await ApprovalDesk(workspace, format: output.format)
      let view = ApprovalView(desk: desk, decisions: try desk.store.decisions(on: nil))
      switch output.format {
      case .json: Terminal.writeJSON(view.value)
      case .text:
        Terminal.write(lines: view.lines(width: Terminal.width, isVerbose: common.verbose))
      }
    }
  }
}

/// One person's word about some changes.
private struct Decision {
  let options: DecisionOptions
  let reason: String
  let person: Person
  let workspace: Workspace

  init(_ options: DecisionOptions, reason: String) throws {
    self.options = options
    self.reason = try ApprovalDesk.checked(reason: reason)
    person = try ApprovalDesk.person(options.name)
    workspace = try options.source.workspace(options.common)
  }

  func say(_ answer: ApprovalDecision.Answer) async throws {
    let desk = try await ApprovalDesk(workspace, format: options.output.format)
    let targets = try desk.targets(options.what)
    if answer == .approve { try refuse(targets, desk) }
    let store = try workspace.writeStore()
    let time = workspace.wall.now()
    let expires = Timestamp(
      nanoseconds: time.nanoseconds.addingSaturating(workspace.settings.approvalTime.nanoseconds))
    let decisions = targets.map { target in
      ApprovalDecision(
        change: target.change, key: target.key, person: person, answer: answer, reason: reason,
        time: time, expires: expires, actor: Process.actor)
    }
    try store.decide(decisions, at: time)
    try await show(targets, answer == .approve ? "approved" : "rejected")
  }

  /// Says at once why an approval would not count, rather than keep one that does not.
  private func refuse(_ targets: [ApprovalDesk.Target], _ desk: ApprovalDesk) throws {
    let refusals = targets.compactMap { target in
      desk.refusal(of: person, target).map { (target, $0) }
    }
    if refusals.isEmpty { return }
    for (target, reason) in refusals {
      Terminal.writeError("writ: \(target.key): \(TextLayout.escaped(reason))")
      if let help = desk.helpers(for: target) {
        Terminal.writeError("    \(TextLayout.escaped(help))")
      }
    }
    Terminal.writeError("    nothing was approved")
    throw ExitCode.blocked
  }

  func withdraw() async throws {
    let store = try workspace.existingStore()
    let mine = try store.decisions(on: nil).filter { $0.person == person }
    var gone: [ApprovalDecision] = []
    for word in options.what {
      let digits = word.lowercased()
      let matching = mine.filter {
        $0.key.description == word
          || digits.utf8.count >= ApprovalDesk.leastDigits
            && $0.change.description.hasPrefix(digits)
      }
      if matching.isEmpty {
        let desk = try await ApprovalDesk(workspace, format: options.output.format)
        let targets = Set(try desk.targets([word]))
        gone += mine.filter {
          targets.contains(ApprovalDesk.Target(key: $0.key, change: $0.change))
        }
      } else {
        gone += matching
      }
    }
    let there = try workspace.writeStore().withdraw(
      gone, actor: Process.actor, reason: reason, at: workspace.wall.now())
    guard !there.isEmpty else {
      throw StoreError(
        .notFound, "\(person) said nothing of that", hint: "see who said what: writ approvals")
    }
    try await show(
      there.map { ApprovalDesk.Target(key: $0.key, change: $0.change) }, "took back")
  }

  /// What came of it, and how far the changes are now.
  private func show(_ targets: [ApprovalDesk.Target], _ verb: String) async throws {
    let desk = try await ApprovalDesk(workspace, format: options.output.format)
    let standings = try desk.standings()
    let isServing = try workspace.runningServer() != nil
    switch options.output.format {
    case .json:
      Terminal.writeJSON([
        "formatVersion": 1, "result": .string(verb == "took back" ? "withdrawn" : verb),
        "person": .string(person.name), "plan": .string(desk.digest.description),
        "changes": .array(
          targets.map {
            ["change": .string($0.change.description), "key": .string($0.key.description)]
          }),
        "approvals": .array(standings.map(ApprovalJSON.value)),
        "missing": .integer(Int64(standings.count { !$0.isMet })),
      ])
    case .text where !options.common.quiet:
      for target in targets {
        let own = standings.filter { $0.requirement.change == target.change }
        let state = own.isEmpty ? "" : ": " + own.map(\.progress).joined(separator: "; ")
        Terminal.writeLine(
          TextLayout.escaped(
            "\(verb) \(target.key) (\(target.change.abbreviated)) as \(person)\(state)"))
      }
      let missing = Set(standings.filter { !$0.isMet }.map(\.requirement.change)).count
      if missing > 0 {
        Terminal.writeLine("\(Number.text(missing, "change")) still waiting; see: writ approvals")
      } else if isServing {
        Terminal.writeLine("the running server looks again now")
      } else {
        Terminal.writeLine("nothing waits for approval any more; next: writ apply")
      }
    case .text: break
    }
    await workspace.pokeServer()
  }
}

extension Int64 {
  fileprivate func addingSaturating(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
