/// Programs that look at the system as a whole.
enum SystemRules {
  typealias Verdict = CommandRule.Verdict

  static let rules: [(String, CommandRule)] =
    CommandRule.each(
      "uname arch nproc whoami id groups getent last lastb printenv lsb_release locale getconf "
        + "lscpu lsmod lspci lsusb lsmem lsns lsipc lslocks lslogins cal", .observe,
      "looks at the system")
    + CommandRule.each("date", .observe, "tells the time", .judged(date))
    + CommandRule.each(
      "hostname", .observe, "tells the name of the host",
      .only(
        OptionGrammar(
          flags: "fsiIdAya",
          long: ["fqdn", "long", "short", "ip-address", "all-ip-addresses", "domain"]),
        operands: 0...0))
    + CommandRule.each("systemctl", .observe, "looks at units", .judged(systemctl))
    + CommandRule.each(
      "journalctl", .observe, "reads the journal",
      .unless(
        OptionDanger(
          short: "D",
          long: [
            "vacuum", "rotate", "flush", "sync", "relinquish-var", "smart-relinquish-var",
            "setup-keys", "update-catalog", "cursor-file", "root", "image", "directory",
          ])))
    + CommandRule.each(
      "dmesg", .diagnose, "reads the messages of the kernel",
      .unless(
        OptionDanger(
          short: "CcDEnF",
          long: ["clear", "read-clear", "console-off", "console-on", "console-level", "file"])))
    + CommandRule.each("sysctl", .observe, "reads settings of the kernel", .judged(sysctl))
    + CommandRule.each(
      "crontab", .observe, "lists times",
      .judged { words in
        words.map(\.known) == ["-l"] ? nil : .remediate("changes what runs later")
      })
    + CommandRule.each("dpkg", .observe, "lists packages", .judged(dpkg))
    + CommandRule.each(
      "timedatectl", .observe, "tells the time", .verbs(["status", "show", "list-timezones"]))
    + CommandRule.each("hostnamectl localectl", .observe, "looks at the system", .verbs(["status"]))
    + CommandRule.each(
      "loginctl", .observe, "looks at sessions",
      .verbs(["list-sessions", "list-users", "session-status", "user-status", "show-session"]))
    + CommandRule.each(
      "smartctl", .diagnose, "asks a disk", .only(OptionGrammar(flags: "aiHAcx"), operands: 1...1))

  private static func date(_ words: [CommandWord]) -> Verdict? {
    let grammar = OptionGrammar(
      flags: "uR", valued: "dfrI",
      long: [
        "date=", "file=", "reference=", "utc", "universal", "rfc-email", "rfc-3339=", "iso-8601",
        "iso-8601=",
      ])
    // `-I` takes its value only in the same word.
    let plain = words.map { $0.known == "-I" ? CommandWord("--iso-8601") : $0 }
    guard let reading = try? grammar.read(plain) else { return .remediate("may set the time") }
    let onlyFormats = reading.operands.allSatisfy { $0.text.hasPrefix("+") }
    return onlyFormats ? nil : .remediate("sets the time")
  }

  private static let systemctlVerbs: Set<String> = [
    "status", "show", "cat", "is-active", "is-enabled", "is-failed", "is-system-running",
    "list-units", "list-timers", "list-sockets", "list-unit-files", "list-dependencies",
    "list-jobs", "list-machines", "get-default", "show-environment", "list-automounts",
    "list-paths",
  ]

  private static func systemctl(_ words: [CommandWord]) -> Verdict? {
    let grammar = OptionGrammar(
      flags: "laqr", valued: "pntoP",
      long: [
        "all", "full", "no-pager", "lines=", "output=", "property=", "type=", "state=", "quiet",
        "failed", "user", "system", "value", "no-legend", "plain", "after", "before", "recursive",
        "reverse", "legend=", "no-ask-password", "show-types",
      ])
    guard let reading = try? grammar.read(words) else {
      return .remediate("has an option that is not known to be harmless")
    }
    guard let verb = reading.operands.first else { return nil }
    guard let text = verb.known, systemctlVerbs.contains(text) else {
      return .remediate("'\(verb.shown)' does more than look")
    }
    return nil
  }

  private static func sysctl(_ words: [CommandWord]) -> Verdict? {
    let grammar = OptionGrammar(
      flags: "anNeAXx", valued: "r", long: ["all", "names", "values", "pattern="])
    guard let reading = try? grammar.read(words) else {
      return .remediate("sets, or loads, settings of the kernel")
    }
    let onlyNames = reading.operands.allSatisfy { $0.known.map { !$0.contains("=") } ?? false }
    return onlyNames ? nil : .remediate("sets settings of the kernel")
  }

  private static func dpkg(_ words: [CommandWord]) -> Verdict? {
    let verbs: Set<String> = [
      "-l", "--list", "-s", "--status", "-L", "--listfiles", "-S", "--search",
      "--print-architecture",
      "--get-selections", "--version",
    ]
    guard let verb = words.first?.known, verbs.contains(verb),
      words.dropFirst().allSatisfy({ !$0.mayBeOption })
    else { return .remediate("installs and removes software") }
    return nil
  }
}
