/// The commands that are part of a shell.
enum ShellBuiltins {
  typealias Verdict = CommandRule.Verdict

  static let rules: [String: CommandRule] = Dictionary(
    families.joined(), uniquingKeysWith: { first, _ in first })

  /// Words with a meaning of their own in some shell, so that no function can have them.
  static let reservedElsewhere: Set<String> = [
    "coproc", "repeat", "nocorrect", "noglob", "foreach", "end", "always", "namespace", "float",
    "integer", "r", "history", "functions", "autoload", "stop", "suspend", "redirect", "let",
    "print", "whence", "where", "bindkey", "sched", "zmodload", "emulate", "fc", "bg", "fg",
    "disown", "logout", "mapfile", "readarray", "shopt", "caller", "complete", "compgen", "bind",
    "ulimit", "unalias", "nameref", "compound", "enum", "then", "in", "esac", "done",
  ]

  private static let families: [[(String, CommandRule)]] = [
    CommandRule.each(": true false echo pwd times cd type", .observe, "only looks"),
    CommandRule.each(
      "wait jobs", .observe, "waits for commands",
      .judged(wait)),
    CommandRule.each("umask", .observe, "concerns only the shell itself"),
    CommandRule.each(
      "exit return shift break continue", .observe, "steers the script", .starts(steer)),
    CommandRule.each("test [", .observe, "compares", .starts(test)),
    CommandRule.each("printf", .observe, "prints", .starts(judgePrintf)),
    CommandRule.each("set", .observe, "sets options of the shell", .judged(set)),
    CommandRule.each(
      "export readonly local declare typeset", .observe, "sets variables", .starts(declare)),
    CommandRule.each("unset", .observe, "removes variables", .starts(unset)),
    CommandRule.each("read", .observe, "reads a line", .starts(read)),
    CommandRule.each("getopts", .observe, "reads options", .starts(readOptions)),
    CommandRule.each("eval", .observe, "runs its arguments", .starts(evaluate)),
    CommandRule.each("exec", .observe, "runs a command", .starts(execute)),
    CommandRule.each("command", .observe, "runs a command", .starts(command)),
    CommandRule.each("builtin", .observe, "runs a builtin", .starts(builtin)),
    CommandRule.each("trap", .observe, "runs commands later", .starts(trap)),
    CommandRule.each("source .", .remediate, "runs the commands of a file"),
    CommandRule.each("alias", .remediate, "changes what a name means"),
    CommandRule.each("kill", .remediate, "sends signals", .judged(ProcessRules.kill)),
  ]

  private static func steer(_ judge: inout CommandJudge, _ words: [CommandWord]) -> Verdict? {
    let calculates = judge.dialect == .ksh || judge.dialect == .zsh
    let areNumbers = words.allSatisfy { word in
      word.known.map { $0.utf8.allSatisfy(\.isShellDigit) } ?? !calculates
    }
    return areNumbers ? nil : .remediate("its argument may run commands")
  }

  /// Judges `wait` and `jobs`, some of whose options run commands, with further arguments.
  private static func wait(_ words: [CommandWord]) -> Verdict? {
    if words.count == 1, words[0].isOneWord, words[0].known?.count ?? 0 < 3 { return nil }
    let grammar = OptionGrammar(flags: "ln")
    return (try? grammar.read(words)) == nil ? .remediate("may run commands") : nil
  }

  // MARK: Tests

  private static func test(_ judge: inout CommandJudge, _ words: [CommandWord]) -> Verdict? {
    let evaluates = judge.dialect == .ksh || judge.dialect == .zsh
    return dangerOfTest(words, evaluatesNumbers: evaluates).map { .remediate($0) }
  }

  /// Why a test can run commands: some operators calculate with their operands.
  static func dangerOfTest(
    _ words: [CommandWord], evaluatesNumbers: Bool, isConditional: Bool = false,
  ) -> String? {
    let comparisons: Set<String> = ["-eq", "-ne", "-lt", "-le", "-gt", "-ge"]
    for (index, word) in words.enumerated() {
      let next = index + 1 < words.count ? words[index + 1] : nil
      guard word.isOneWord || evaluatesNumbers && isConditional else {
        return "a value without quotes may be several operators"
      }
      guard let text = word.known else {
        if isConditional { continue }
        guard let next, next.known.map({ !isHarmlessOperand($0) }) ?? true else { continue }
        return "a value may be an operator that runs commands"
      }
      if text == "-v" || text == "-R" || text == "-t" && evaluatesNumbers {
        guard let name = next?.known, isHarmlessOperand(name) else {
          return "'\(text)' can run commands in the name that it is given"
        }
      }
      if evaluatesNumbers && comparisons.contains(text) {
        for neighbour in [index - 1, index + 1] where words.indices.contains(neighbour) {
          guard let number = words[neighbour].known,
            number.drop(while: { $0 == "-" }).utf8.allSatisfy(\.isShellDigit)
          else { return "'\(text)' calculates with a value that can run commands" }
        }
      }
    }
    return nil
  }

  private static func isHarmlessOperand(_ text: String) -> Bool {
    !text.utf8.contains(UInt8(ascii: "["))
  }

  private static func judgePrintf(_ judge: inout CommandJudge, _ words: [CommandWord]) -> Verdict? {
    guard let first = words.first else { return nil }
    guard first.mayBeOption else {
      return first.isOneWord ? nil : .remediate("its format may be an option")
    }
    guard let text = first.known else { return .remediate("its format may be an option") }
    if text == "--" { return nil }
    guard text == "-v", words.count > 2, let name = words[1].known, ShellVariables.isName(name)
    else { return .remediate("the option \(first.shown) is not known to be harmless") }
    judge.noteAssignment(to: name)
    return nil
  }

  // MARK: Variables and options

  private static func set(_ words: [CommandWord]) -> Verdict? {
    let names: Set<String> = [
      "errexit", "nounset", "pipefail", "xtrace", "verbose", "noglob", "noclobber", "noexec",
      "errtrace", "functrace",
    ]
    var index = 0
    while index < words.count {
      let word = words[index]
      index += 1
      guard let text = word.known else {
        return word.extent == .anything || word.text.isEmpty || "+-".contains(word.text.prefix(1))
          ? .remediate("an argument that may be an option") : nil
      }
      guard let sign = text.first, sign == "-" || sign == "+" else { return nil }
      if text == "--" || text == "-" { return nil }
      let letters = text.dropFirst()
      guard letters.allSatisfy({ "euxvfnCETo".contains($0) }) else {
        return .remediate("the option \(text) is not known to be harmless")
      }
      guard letters.contains("o"), index < words.count else { continue }
      guard let name = words[index].known, names.contains(name) else {
        return .remediate("the option \(words[index].shown) is not known to be harmless")
      }
      index += 1
    }
    return nil
  }

  private static func declare(_ judge: inout CommandJudge, _ words: [CommandWord]) -> Verdict? {
    for word in words {
      if let text = word.known, text.hasPrefix("-"), text.count > 1 {
        guard text.dropFirst().allSatisfy({ "prxgaA".contains($0) }) else {
          return .remediate("the option \(text) can run commands")
        }
        continue
      }
      guard let name = variable(of: word) else {
        return .remediate("sets a variable that is only known when it runs; quotes help")
      }
      judge.noteAssignment(to: name)
    }
    return nil
  }

  /// The name before `=`, where what comes after it cannot become another argument.
  private static func variable(of word: CommandWord) -> String? {
    let name = String(word.text.prefix { $0 != "=" })
    guard ShellVariables.isName(name), word.known != nil || name.count < word.text.count else {
      return nil
    }
    return word.isOneWord ? name : nil
  }

  private static func unset(_ judge: inout CommandJudge, _ words: [CommandWord]) -> Verdict? {
    for word in words where word.known != "-v" {
      guard let name = word.known, ShellVariables.isName(name) else {
        return .remediate("removes what is only known when it runs")
      }
      judge.noteAssignment(to: name)
    }
    return nil
  }

  private static func read(_ judge: inout CommandJudge, _ words: [CommandWord]) -> Verdict? {
    let grammar = OptionGrammar(flags: "rs", valued: "ptndNu")
    guard let reading = try? grammar.read(words) else { return .remediate("an unknown option") }
    for word in reading.operands {
      guard let name = word.known, ShellVariables.isName(name) else {
        return .remediate("the name of a variable is only known when it runs")
      }
      judge.noteAssignment(to: name)
    }
    return nil
  }

  private static func readOptions(
    _ judge: inout CommandJudge, _ words: [CommandWord],
  ) -> Verdict? {
    guard words.count > 1, words[0].known != nil, let name = words[1].known,
      ShellVariables.isName(name)
    else { return .remediate("the name of a variable is only known when it runs") }
    judge.noteAssignment(to: name)
    return nil
  }

  // MARK: Commands that run commands

  private static func evaluate(_ judge: inout CommandJudge, _ words: [CommandWord]) -> Verdict? {
    let texts = words.compactMap(\.known)
    guard texts.count == words.count else {
      judge.hasUnreadable = true
      return .remediate("runs a text that is only known when it runs")
    }
    judge.judgeText(texts.joined(separator: " "), dialect: judge.dialect, keepsFunctions: true)
    return nil
  }

  private static func execute(_ judge: inout CommandJudge, _ words: [CommandWord]) -> Verdict? {
    if words.isEmpty { return nil }
    let grammar = OptionGrammar(flags: "cl", valued: "a", stopsAtOperand: true)
    guard let reading = try? grammar.read(words), !reading.operands.isEmpty else {
      return .remediate("what it runs is not known")
    }
    judge.judgeStarted(reading.operands, by: "exec")
    return nil
  }

  private static func command(_ judge: inout CommandJudge, _ words: [CommandWord]) -> Verdict? {
    if let first = words.first?.known, ["-v", "-V", "-pv", "-pV"].contains(first) { return nil }
    let rest =
      words.first?.known == "-p" || words.first?.known == "--" ? words.dropFirst() : words[...]
    guard let first = rest.first, !first.mayBeOption else {
      return .remediate("what it runs is not known")
    }
    return runInShell(&judge, Array(rest), by: "command")
  }

  private static func builtin(_ judge: inout CommandJudge, _ words: [CommandWord]) -> Verdict? {
    guard let name = words.first?.known, rules[name] != nil else {
      return .remediate("what it runs is not known")
    }
    return runInShell(&judge, words, by: "builtin")
  }

  /// Runs a command in the shell, but never one of its functions.
  private static func runInShell(
    _ judge: inout CommandJudge, _ words: [CommandWord], by name: String,
  ) -> Verdict? {
    guard judge.nesting < CommandJudge.nestingLimit else {
      judge.hasUnreadable = true
      return .remediate("starts commands too many levels deep")
    }
    let functions = judge.functions
    judge.functions = []
    judge.nesting += 1
    judge.judge(words, inShell: true)
    judge.nesting -= 1
    judge.functions = functions
    return nil
  }

  private static func trap(_ judge: inout CommandJudge, _ words: [CommandWord]) -> Verdict? {
    if words.isEmpty || words[0].known == "-p" || words[0].known == "-l" { return nil }
    let rest = words[0].known == "--" ? Array(words.dropFirst()) : words
    guard let action = rest.first?.known else {
      judge.hasUnreadable = true
      return .remediate("runs a text that is only known when it runs")
    }
    if action == "-" || action.isEmpty { return nil }
    if rest.count == 1 {
      return action.utf8.allSatisfy(\.isShellName) ? nil : .remediate("is not understood")
    }
    judge.judgeText(action, dialect: judge.dialect, keepsFunctions: true)
    return nil
  }
}
