/// Programs that look at containers, clusters and repositories.
enum ContainerRules {
  typealias Verdict = CommandRule.Verdict

  static let rules: [(String, CommandRule)] =
    CommandRule.each(
      "docker podman", .observe, "looks at containers",
      .verbs(["ps", "images", "inspect", "version", "info", "logs", "port", "top", "history"]))
    + CommandRule.each("kubectl", .observe, "looks at a cluster", .judged(kubectl))
    + CommandRule.each("git", .observe, "looks at a repository", .judged(git))

  private static let kubectlGrammar = OptionGrammar(
    flags: "Awfp", valued: "nolcL",
    long: [
      "namespace=", "output=", "selector=", "container=", "all-namespaces", "watch", "follow",
      "previous", "tail=", "since=", "since-time=", "timestamps", "field-selector=", "context=",
      "show-labels", "no-headers", "sort-by=", "all-containers", "all-containers=", "prefix",
      "limit-bytes=", "label-columns=", "request-timeout=", "recursive", "client", "short",
      "containers", "api-version=", "api-group=", "namespaced", "namespaced=", "verbs=", "list",
      "ignore-not-found", "show-events=", "chunk-size=", "subresource=", "quiet", "show-kind",
    ])

  private static let kubectlVerbs: Set<String> = [
    "get", "describe", "logs", "top", "explain", "version", "api-resources", "api-versions",
    "diff", "events",
  ]

  private static let kubectlPairs: Set<String> = [
    "auth can-i", "auth whoami", "config current-context", "config get-contexts",
    "rollout status", "rollout history",
  ]

  /// What a call of kubectl may do; nil where it only looks.
  static func kubectl(_ words: [CommandWord]) -> Verdict? {
    var grammar = kubectlGrammar
    if words.first?.known != "logs" {
      // Only the logs can be followed; for others `-f` is a file that is read.
      grammar.flags.removeAll { $0 == "f" || $0 == "p" }
      grammar.valued += "f"
      grammar.long.append("filename=")
    }
    guard let reading = try? grammar.read(words) else {
      return .remediate("has an option that is not known to be harmless")
    }
    guard let verb = reading.operands.first?.known else {
      return .remediate("what it does is not known")
    }
    if kubectlVerbs.contains(verb) { return nil }
    guard reading.operands.count > 1, let second = reading.operands[1].known,
      kubectlPairs.contains("\(verb) \(second)")
    else { return .remediate("'\(verb)' does more than look") }
    return nil
  }

  // MARK: git

  private static let gitVerbs: Set<String> = [
    "status", "log", "show", "diff", "rev-parse", "ls-files", "ls-tree", "cat-file", "describe",
    "blame", "shortlog", "rev-list", "name-rev", "merge-base", "for-each-ref", "show-ref",
    "count-objects", "whatchanged",
  ]

  private static let gitDanger = OptionDanger(
    short: "O",
    long: [
      "output", "ext-diff", "textconv", "open-files-in-pager", "exec", "upload-pack", "filters",
      "contents", "paginate", "shell", "perl", "python", "tcl", "show-signature",
    ])

  private static func git(_ words: [CommandWord]) -> Verdict? {
    var rest = words[...]
    while let option = rest.first?.known, option.hasPrefix("-") {
      rest.removeFirst()
      switch option {
      case "--no-pager", "--version": continue
      case "-C":
        guard rest.popFirst()?.isOneWord ?? false else { return .remediate("is not understood") }
      default: return .remediate("the option \(option) can run commands")
      }
    }
    guard let verb = rest.popFirst()?.known else {
      return words.map(\.known) == ["--version"] ? nil : .remediate("what it does is not known")
    }
    let arguments = Array(rest)
    if gitVerbs.contains(verb) {
      guard let word = gitDanger.first(in: arguments) else { return nil }
      return .remediate("the argument '\(word.shown)' is not known to be harmless")
    }
    let plain: [String: OptionGrammar] = [
      "branch": OptionGrammar(flags: "arv", long: ["all", "remotes", "show-current", "list"]),
      "tag": OptionGrammar(flags: "l", long: ["list"]),
      "remote": OptionGrammar(flags: "v", long: ["verbose"]),
    ]
    if let grammar = plain[verb], let reading = try? grammar.read(arguments),
      reading.operands.isEmpty
    {
      return nil
    }
    return .remediate("'\(verb)' changes the repository, or runs commands")
  }
}
