/// Whether a policy lets an action be done.
package enum Decision: Hashable, Sendable {
  case allowed(CommandLevel)
  /// Why not, and what would help, in words for people.
  case refused(String)
}

extension CommandPolicy {
  /// Decides about an action; the paths of files must be resolved before.
  package func decide(_ action: Action) -> Decision {
    let judge = CommandClassifier.judge(action)
    let classification = Classification(reasons: judge.reasons)
    if classification.level > level {
      let reasons = classification.reasons.filter { $0.level > level }.prefix(3)
        .map { "'\($0.subject)' (\($0.why))" }.joined(separator: ", ")
      return refuse(
        "the action needs the level \(classification.level.name), and only \(level.name) is allowed, "
          + "because of \(reasons)",
        help: "take these commands out, or raise the level of the policy")
    }
    if let refusal = refusalByWords(of: judge) { return refusal }
    switch action {
    case .readFile(let path, _):
      if let refusal = refusal(of: path) { return refusal }
    case .writeFile(let write):
      if let refusal = refusal(of: write.path) { return refusal }
    default: break
    }
    return .allowed(classification.level)
  }

  private func refuse(_ reason: String, help: String) -> Decision {
    .refused("policy '\(name)': \(reason); \(help)")
  }

  private func refusalByWords(of judge: CommandJudge) -> Decision? {
    guard !blocked.isEmpty || !allowed.isEmpty else { return nil }
    if judge.hasUnreadable {
      return refuse(
        "not all commands of the action can be read, so its lists of commands cannot be kept",
        help: "write each command with its name and arguments in plain words")
    }
    let blockedPrefixes = blocked.map { CommandPrefix($0) }
    let allowedPrefixes = allowed.map { CommandPrefix($0) }
    for command in judge.commands {
      let shown = command.prefix(6).map(\.shown).joined(separator: " ")
      if let prefix = blockedPrefixes.first(where: { $0.mayMatch(command) }) {
        return refuse(
          "the command '\(shown)' is, or may be, '\(prefix.text)', which is blocked",
          help: "leave it out, or take it from spec.blocked")
      }
      if !allowed.isEmpty, !allowedPrefixes.contains(where: { $0.matches(command) }) {
        return refuse(
          "the command '\(shown)' is none of those that are allowed",
          help: "use one of \(allowed.sorted().prefix(8).joined(separator: ", ")), or add it to "
            + "spec.allowed")
      }
    }
    return nil
  }

  private func refusal(of path: String) -> Decision? {
    if permits(path: path) { return nil }
    return refuse(
      "the path '\(path)' is in none of the directories that are allowed",
      help:
        "use one of \(paths.sorted().prefix(8).joined(separator: ", ")), or add it to spec.paths")
  }

  /// Whether a file may be read or written: an absolute path with links resolved, without `..`.
  ///
  /// A path of the policy permits itself and all below it; without any, each is permitted.
  package func permits(path: String) -> Bool {
    guard let components = Self.components(of: path) else { return false }
    if paths.isEmpty { return true }
    return paths.contains { permitted in
      Self.components(of: permitted).map { components.starts(with: $0) } ?? false
    }
  }

  /// The parts of an absolute path; nil for others, and where it goes up.
  private static func components(of path: String) -> [[UInt8]]? {
    guard path.utf8.first == UInt8(ascii: "/"), !path.utf8.contains(0) else { return nil }
    let parts = path.utf8.split(separator: UInt8(ascii: "/")).map(Array.init)
    let dots = Array("..".utf8)
    return parts.contains(dots) ? nil : parts.filter { $0 != Array(".".utf8) }
  }
}
