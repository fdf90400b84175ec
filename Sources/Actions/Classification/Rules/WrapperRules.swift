/// Programs that start the command in their arguments, and shells.
enum WrapperRules {
  typealias Verdict = CommandRule.Verdict
  typealias Starter = @Sendable (inout CommandJudge, [CommandWord]) -> Verdict?

  static let rules: [(String, CommandRule)] =
    [
      ("nohup", wrapper("nohup", OptionGrammar())),
      ("nice", wrapper("nice", OptionGrammar(valued: "n", long: ["adjustment="]))),
      (
        "timeout",
        wrapper(
          "timeout",
          OptionGrammar(
            flags: "v", valued: "ks",
            long: ["foreground", "preserve-status", "verbose", "kill-after=", "signal="]), skips: 1)
      ),
      ("time", wrapper("time", OptionGrammar(flags: "pv", valued: "f", long: ["portability"]))),
      ("setsid", wrapper("setsid", OptionGrammar(flags: "cfw", long: ["ctty", "fork", "wait"]))),
      (
        "stdbuf",
        wrapper("stdbuf", OptionGrammar(valued: "ioe", long: ["input=", "output=", "error="]))
      ),
      ("ionice", wrapper("ionice", OptionGrammar(flags: "t", valued: "cn"))),
      (
        "sudo",
        wrapper(
          "sudo", OptionGrammar(flags: "nkHSP", valued: "ug"), level: .diagnose,
          why: "acts as another user")
      ),
      (
        "doas",
        wrapper(
          "doas", OptionGrammar(flags: "n", valued: "u"), level: .diagnose,
          why: "acts as another user")
      ),
      ("env", CommandRule(.observe, "shows or sets the environment", .starts(environment))),
      ("xargs", CommandRule(.observe, "starts a command", .starts(xargs))),
      ("watch", CommandRule(.observe, "repeats a command", .starts(watch))),
      ("busybox", CommandRule(.observe, "starts one of its commands", .starts(busybox))),
    ]
    + CommandRule.each(
      "sh bash dash ash ksh ksh93 mksh zsh", .observe, "runs a script", .judged { _ in nil }
    ).map { name, _ in
      let start: Starter = { judge, words in shell(&judge, words, name: name) }
      return (name, CommandRule(.observe, "runs a script", .starts(start)))
    }

  /// A program that starts the rest of its arguments, after its options and `skips` operands.
  private static func wrapper(
    _ name: String, _ grammar: OptionGrammar, skips: Int = 0, level: CommandLevel = .observe,
    why: String = "starts a command",
  ) -> CommandRule {
    var strict = grammar
    strict.stopsAtOperand = true
    let start: Starter = { [strict] judge, words in
      guard let reading = try? strict.read(words) else {
        judge.hasUnreadable = true
        return .remediate("has an option that is not known to be harmless")
      }
      let areOne = reading.operands.prefix(skips).allSatisfy(\.isOneWord)
      guard areOne, reading.operands.count > skips else {
        return words.isEmpty ? nil : .remediate("what it starts is not known")
      }
      judge.judgeStarted(Array(reading.operands.dropFirst(skips)), by: name)
      return nil
    }
    return CommandRule(level, why, .starts(start))
  }

  private static func environment(
    _ judge: inout CommandJudge, _ words: [CommandWord],
  ) -> Verdict? {
    let grammar = OptionGrammar(
      flags: "i0", valued: "uC",
      long: ["ignore-environment", "null", "unset=", "chdir="], stopsAtOperand: true)
    guard let reading = try? grammar.read(words) else {
      judge.hasUnreadable = true
      return .remediate("has an option that is not known to be harmless")
    }
    var rest = reading.operands[...]
    if rest.first?.known == "-" { rest.removeFirst() }
    while let word = rest.first, let name = assignedName(word) {
      judge.noteAssignment(to: name)
      rest.removeFirst()
    }
    for option in reading.options where option.name == "-u" || option.name == "--unset" {
      judge.noteAssignment(to: option.value?.known ?? "PATH")
    }
    if rest.isEmpty { return nil }
    judge.judgeStarted(Array(rest), by: "env")
    return nil
  }

  private static func assignedName(_ word: CommandWord) -> String? {
    guard word.isOneWord, word.text.contains("=") else { return nil }
    return String(word.text.prefix { $0 != "=" })
  }

  private static func xargs(_ judge: inout CommandJudge, _ words: [CommandWord]) -> Verdict? {
    let grammar = OptionGrammar(
      flags: "0rtx", valued: "nLPsdaIE",
      long: [
        "null", "no-run-if-empty", "verbose", "exit", "max-args=", "max-lines=", "max-procs=",
        "max-chars=", "delimiter=", "arg-file=",
      ], stopsAtOperand: true)
    guard let reading = try? grammar.read(words) else {
      judge.hasUnreadable = true
      return .remediate("has an option that is not known to be harmless")
    }
    if reading.operands.isEmpty { return nil }
    var command = reading.operands
    let replaced = reading.options.filter { $0.name == "-I" }.map { $0.value?.known }
    if replaced.isEmpty {
      command.append(.anything)
    } else {
      for (index, word) in command.enumerated() {
        let isReplaced = replaced.contains { text in
          guard let text, !text.isEmpty else { return true }
          return word.text.contains(text)
        }
        if isReplaced { command[index] = .anything }
      }
    }
    judge.judgeStarted(command, by: "xargs")
    return nil
  }

  private static func watch(_ judge: inout CommandJudge, _ words: [CommandWord]) -> Verdict? {
    let grammar = OptionGrammar(
      flags: "bcdegtw", valued: "n",
      long: ["color", "differences", "errexit", "chgexit", "no-title", "interval="],
      stopsAtOperand: true)
    let reading = try? grammar.read(words)
    let texts = reading?.operands.compactMap(\.known) ?? []
    guard let reading, !texts.isEmpty, texts.count == reading.operands.count else {
      judge.hasUnreadable = true
      return .remediate("what it runs is not known")
    }
    judge.judgeText(texts.joined(separator: " "), dialect: .posix)
    return nil
  }

  private static func busybox(_ judge: inout CommandJudge, _ words: [CommandWord]) -> Verdict? {
    if words.isEmpty || words.map(\.known) == ["--list"] { return nil }
    guard let name = words[0].known, !name.contains("/"), !name.hasPrefix("-") else {
      judge.hasUnreadable = true
      return .remediate("what it starts is not known")
    }
    judge.judgeStarted(words, by: "busybox")
    return nil
  }

  /// A shell: the text after `-c` is read; anything else that it may run is not known.
  static func shell(
    _ judge: inout CommandJudge, _ words: [CommandWord], name: String,
  ) -> Verdict? {
    guard let dialect = ShellDialect(program: name) else { return .remediate("is not understood") }
    switch ShellArguments.read(words) {
    case .failure(let why):
      judge.hasUnreadable = true
      return .remediate(why)
    case .text(let text):
      judge.judgeText(text, dialect: dialect)
      return nil
    }
  }
}
