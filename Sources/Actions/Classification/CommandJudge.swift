/// Walks the commands of an action and notes what each may do.
struct CommandJudge {
  /// How deep commands may start commands.
  static let nestingLimit = 32
  /// How many commands are looked at; what has more is remediate.
  static let commandLimit = 50_000
  /// Where programs are what their names say.
  static let trustedDirectories: Set<String> = [
    "/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin",
  ]

  var reasons: Set<Classification.Reason> = []
  /// Each simple command, also those that others start; for prefixes of policies.
  var commands: [[CommandWord]] = []
  /// Whether something is in the action that cannot be read as commands.
  var hasUnreadable = false
  /// The functions that are certain to be defined here, by name.
  var functions: Set<String> = []
  var dialect = ShellDialect.posix
  var nesting = 0
  /// How many commands are left to look at.
  var budget = CommandJudge.commandLimit

  mutating func note(_ subject: String, _ level: CommandLevel, _ why: String) {
    // More than enough to choose the reasons to show from.
    guard reasons.count < 1000 || level == .remediate && reasons.count < 2000 else { return }
    reasons.insert(Classification.Reason(subject: subject, level: level, why: why))
  }

  mutating func note(_ subject: String, _ verdict: CommandRule.Verdict) {
    note(subject, verdict.level, verdict.why)
  }

  /// Judges a command that something else than a shell starts, or a wrapper in a script.
  mutating func judgeStarted(_ words: [CommandWord], by starter: String) {
    guard enter() else { return }
    defer { nesting -= 1 }
    let outer = functions
    functions = []
    defer { functions = outer }
    guard !words.isEmpty else {
      return note(starter, .remediate, "what it starts is not known")
    }
    judge(words, inShell: false)
  }

  /// Judges a text that a shell reads, such as after `sh -c`.
  mutating func judgeText(_ text: String, dialect: ShellDialect, keepsFunctions: Bool = false) {
    guard enter() else { return }
    defer { nesting -= 1 }
    switch ShellParser.parse(text, dialect: dialect) {
    case .unparsed(let reason, let offset):
      hasUnreadable = true
      note("script", .remediate, "is not understood at byte \(offset): \(reason)")
    case .script(let script):
      let (outerDialect, outerFunctions) = (self.dialect, functions)
      self.dialect = dialect
      if !keepsFunctions { functions = [] }
      judge(script, isCertain: true)
      self.dialect = outerDialect
      functions = outerFunctions
    }
  }

  private mutating func enter() -> Bool {
    nesting += 1
    guard nesting <= Self.nestingLimit else {
      nesting -= 1
      hasUnreadable = true
      note("script", .remediate, "starts commands more than \(Self.nestingLimit) levels deep")
      return false
    }
    return true
  }

  /// Judges a command by its words; at least one.
  mutating func judge(_ words: [CommandWord], inShell: Bool) {
    budget -= 1
    guard budget >= 0 else {
      hasUnreadable = true
      return note("script", .remediate, "has more than \(Self.commandLimit) commands")
    }
    guard let program = words[0].known, !program.isEmpty else {
      commands.append(words)
      return note(words[0].shown, .remediate, "the name of the command is only known when it runs")
    }
    if inShell && functions.contains(program) { return }
    commands.append(words)
    guard let name = Self.trustedName(of: program) else {
      return note(words[0].shown, .remediate, "a program in an unusual directory")
    }
    let arguments = Array(words.dropFirst())
    let isPath = name != program
    if !isPath, let rule = ShellBuiltins.rules[name] {
      guard inShell || CommandCatalog.rules[name] != nil else {
        return note(name, .remediate, "only a shell has this command")
      }
      if inShell { return apply(rule, to: arguments, of: name) }
    }
    guard let rule = CommandCatalog.rules[name] else {
      return note(words[0].shown, .remediate, "a command that is not known")
    }
    apply(rule, to: arguments, of: name)
  }

  /// The name of a program in one of the usual directories, or without any; nil for others.
  static func trustedName(of program: String) -> String? {
    guard let slash = program.utf8.lastIndex(of: UInt8(ascii: "/")) else { return program }
    guard trustedDirectories.contains(String(program[..<slash])) else { return nil }
    let name = program[program.utf8.index(after: slash)...]
    return name.isEmpty ? nil : String(name)
  }

  private mutating func apply(_ rule: CommandRule, to arguments: [CommandWord], of name: String) {
    let subject = ([CommandWord(name)] + arguments.prefix(2)).map(\.shown).joined(separator: " ")
    let base = CommandRule.Verdict(level: rule.level, why: rule.why)
    switch rule.arguments {
    case .any: note(name, base)
    case .unless(let danger):
      guard let word = danger.first(in: arguments) else { return note(name, base) }
      let why = word.known == nil ? "an argument that may be an option" : "the option \(word.shown)"
      note(subject, .remediate, "\(why) lets it change something")
    case .only(let grammar, let operands):
      do {
        let reading = try grammar.read(arguments)
        let count = reading.operands.count
        let isCounted = operands.upperBound == .max || reading.operands.allSatisfy(\.isOneWord)
        guard operands.contains(count), isCounted else {
          return note(subject, .remediate, "what it does with these arguments is not known")
        }
        note(name, base)
      } catch {
        guard case .unknown(let word) = error else { return }
        note(subject, .remediate, "the argument '\(word.shown)' is not known to be harmless")
      }
    case .verbs(let verbs):
      guard let verb = arguments.first?.known, verbs.contains(verb) else {
        let shown = arguments.first?.shown ?? "nothing"
        return note(subject, .remediate, "'\(shown)' is not one of the verbs that only look")
      }
      note("\(name) \(verb)", base)
    case .judged(let decide): note(subject, decide(arguments) ?? base)
    case .starts(let start):
      let verdict = start(&self, arguments) ?? base
      note(verdict.level == rule.level ? name : subject, verdict)
    }
  }
}
