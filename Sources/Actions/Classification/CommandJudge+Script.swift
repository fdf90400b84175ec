// The walk over a parsed script.
extension CommandJudge {
  /// Judges all commands of a script; `isCertain` where each runs in the shell itself, in order.
  mutating func judge(_ script: ShellScript, isCertain: Bool) {
    for document in script.hereDocuments { judge(document.parts) }
    for statement in script.statements {
      let isOne = statement.pipelines.count == 1 && !statement.isBackground
      for pipeline in statement.pipelines {
        let isPlain = isCertain && isOne && pipeline.commands.count == 1
        for command in pipeline.commands { judge(command, isCertain: isPlain) }
      }
    }
  }

  private mutating func judge(_ command: ShellCommand, isCertain: Bool) {
    switch command {
    case .simple(let simple): judge(simple)
    case .compound(let compound, let redirections):
      judge(compound)
      redirections.forEach { judge($0) }
    case .function(let name, let body):
      let isKnown =
        ShellBuiltins.rules[name] != nil || CommandCatalog.rules[name] != nil
        || ShellBuiltins.reservedElsewhere.contains(name)
      if isKnown { note("\(name)()", .remediate, "a function takes the name of a command") }
      judge(body, isCertain: false)
      if isCertain && !isKnown { functions.insert(name) }
    }
  }

  private mutating func judge(_ simple: ShellSimpleCommand) {
    for assignment in simple.assignments { judge(assignment) }
    simple.redirections.forEach { judge($0) }
    for word in simple.words { judge(word.parts) }
    let words = simple.words.map(\.expanded)
    guard !words.isEmpty else { return }
    judge(words, inShell: true)
  }

  private mutating func judge(_ assignment: ShellAssignment) {
    noteAssignment(to: assignment.name)
    if let text = assignment.subscriptText { judgeSubscript([.literal(text)]) }
    for value in assignment.values { judge(value.parts) }
  }

  /// Notes when a variable changes what other commands do.
  mutating func noteAssignment(to name: String) {
    guard ShellVariables.changeCommands(name) else { return }
    note("\(name)=", .remediate, "the variable can change which commands run, or what they do")
  }

  private mutating func judge(_ redirection: ShellRedirection) {
    judge(redirection.target.parts)
    let target = redirection.target.expanded
    let shown = "\(redirection.operator.rawValue) \(target.shown)"
    switch redirection.operator {
    case .hereDocument, .hereString: return
    case .read:
      guard let path = target.known else { return }
      guard path.hasPrefix("/dev/tcp") || path.hasPrefix("/dev/udp") else { return }
      note(shown, .diagnose, "a shell may open a connection for it")
    case .duplicateInput, .duplicateOutput:
      if let text = target.known, Self.isDescriptor(text) { return }
      fallthrough
    case .write, .append, .clobber, .readWrite, .writeBoth, .appendBoth:
      if let path = target.known, Self.isHarmlessTarget(path) { return }
      note(shown, .remediate, "writes to a file")
    }
  }

  private static func isDescriptor(_ text: String) -> Bool {
    if text == "-" { return true }
    let digits = text.hasSuffix("-") ? text.dropLast() : text[...]
    return !digits.isEmpty && digits.utf8.count < 4 && digits.utf8.allSatisfy(\.isShellDigit)
  }

  static func isHarmlessTarget(_ path: String) -> Bool {
    ["/dev/null", "/dev/stdout", "/dev/stderr", "/dev/fd/1", "/dev/fd/2"].contains(path)
  }

  private mutating func judge(_ compound: ShellCompound) {
    switch compound {
    case .subshell(let script), .group(let script): judge(script, isCertain: false)
    case .conditional(let branches, let otherwise):
      for branch in branches {
        judge(branch.condition, isCertain: false)
        judge(branch.body, isCertain: false)
      }
      if let otherwise { judge(otherwise, isCertain: false) }
    case .loop(let condition, let body):
      judge(condition, isCertain: false)
      judge(body, isCertain: false)
    case .iteration(let variable, let words, let body):
      noteAssignment(to: variable)
      for word in words ?? [] { judge(word.parts) }
      judge(body, isCertain: false)
    case .arithmeticLoop(let header, let body):
      judge(header)
      judge(body, isCertain: false)
    case .choice(let subject, let clauses):
      judge(subject.parts)
      for clause in clauses {
        for pattern in clause.patterns { judge(pattern.parts) }
        judge(clause.body, isCertain: false)
      }
    case .arithmetic(let expression): judge(expression)
    case .test(let words):
      for word in words { judge(word.parts) }
      let expanded = words.map(\.expanded)
      let why = ShellBuiltins.dangerOfTest(
        expanded, evaluatesNumbers: true, isConditional: true)
      if let why { note("[[", .remediate, why) }
    }
  }

  // MARK: Words

  mutating func judge(_ parts: [ShellWord.Part]) {
    for part in parts {
      switch part {
      case .literal, .quoted: break
      case .doubleQuoted(let inner): judge(inner)
      case .parameter(let parameter): judge(parameter)
      case .command(let script), .process(let script): judge(script, isCertain: false)
      case .arithmetic(let expression): judge(expression)
      }
    }
  }

  private mutating func judge(_ parameter: ShellParameter) {
    let shown = "${\(parameter.isIndirect ? "!" : "")\(parameter.name)}"
    judge(parameter.word)
    if let parts = parameter.subscriptParts { judgeSubscript(parts) }
    if parameter.isIndirect {
      note(shown, .remediate, "expands what a value names, which can run commands")
    }
    switch parameter.operator {
    case "=", ":=": noteAssignment(to: parameter.name)
    case "@":
      let known = ["Q", "U", "u", "L", "a", "A", "K", "k", "E"]
      if case .literal(let letter)? = parameter.word.first, known.contains(letter) { return }
      if case .quoted(let letter)? = parameter.word.first, known.contains(letter) { return }
      note(shown, .remediate, "expands a value as a prompt, which can run commands")
    case ":": judgeSubscript(parameter.word)
    default: break
    }
  }

  /// Judges text that a shell calculates: an index, or where a part of a value begins.
  private mutating func judgeSubscript(_ parts: [ShellWord.Part]) {
    judge(ShellArithmetic(parts: parts))
  }

  /// Judges an expression: the value of a variable in it is calculated too, and can run commands.
  private mutating func judge(_ expression: ShellArithmetic) {
    judge(expression.parts)
    for part in expression.parts {
      let isNumber =
        switch part {
        case .literal(let text), .quoted(let text): text.utf8.allSatisfy { !$0.isShellNameStart }
        case .parameter(let parameter): Self.isNumber(parameter)
        case .arithmetic: true
        case .command, .process, .doubleQuoted: false
        }
      guard !isNumber else { continue }
      return note(
        "$(( ))", .remediate,
        "calculates with a value that is only known when it runs, and that can run commands")
    }
  }

  static func isNumber(_ parameter: ShellParameter) -> Bool {
    parameter.isLength && parameter.subscriptParts == nil
      || parameter.operator == nil && !parameter.isIndirect
        && ["#", "?", "$", "!"].contains(parameter.name)
  }
}
