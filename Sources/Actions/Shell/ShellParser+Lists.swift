// Lists, pipelines and simple commands.
extension ShellParser {
  /// The words that end a list, or stand between its parts.
  static let closingWords: Set<String> = [
    "then", "else", "elif", "fi", "do", "done", "esac", "}",
  ]

  static let openingWords: Set<String> = ["if", "while", "until", "for", "case", "{", "!"]

  /// The words that only some shells reserve.
  static let extendedWords: Set<String> = ["[[", "function", "select"]

  /// Reads statements until something that closes the list, which stays.
  mutating func parseList(needsOne: Bool = false) throws(Failure) -> ShellScript {
    var statements: [ShellStatement] = []
    while true {
      try skipLines()
      if atListEnd() { break }
      statements.append(try parseStatement())
      try skipBlanks()
      guard let byte = peek() else { break }
      if byte == UInt8(ascii: "\n") || atListEnd() { continue }
      if byte == UInt8(ascii: ";") {
        try advance()
      } else if byte == UInt8(ascii: "&"), peek(1) != UInt8(ascii: "&") {
        try advance()
        statements[statements.count - 1].isBackground = true
      } else {
        throw unexpected()
      }
    }
    guard !needsOne || !statements.isEmpty else { throw unexpected() }
    return ShellScript(statements: statements)
  }

  func atListEnd() -> Bool {
    guard let byte = peek() else { return true }
    if byte == UInt8(ascii: ")") || at(";;") || at(";&") { return true }
    return peekPlainWord().map(Self.closingWords.contains) ?? false
  }

  /// The next word when it is short and has nothing that is quoted or expanded.
  func peekPlainWord() -> String? {
    var index = position
    while index < end, !bytes[index].isShellDelimiter {
      guard bytes[index] < 0x80, index - position < 9 else { return nil }
      index += 1
    }
    return index == position ? nil : text(position..<index)
  }

  mutating func parseStatement() throws(Failure) -> ShellStatement {
    var statement = ShellStatement(
      pipelines: [try parsePipeline()], connectors: [], isBackground: false)
    while true {
      try skipBlanks()
      if at("&&") {
        statement.connectors.append(.and)
      } else if at("||") {
        statement.connectors.append(.or)
      } else {
        return statement
      }
      try advance(2)
      try skipLines()
      statement.pipelines.append(try parsePipeline())
    }
  }

  mutating func parsePipeline() throws(Failure) -> ShellPipeline {
    var pipeline = ShellPipeline(isNegated: false, commands: [])
    if peekPlainWord() == "!" {
      try advance()
      try skipBlanks()
      pipeline.isNegated = true
    }
    while true {
      pipeline.commands.append(try parseCommand())
      try skipBlanks()
      guard peek() == UInt8(ascii: "|"), peek(1) != UInt8(ascii: "|") else { return pipeline }
      try advance()
      if peek() == UInt8(ascii: "&") {
        guard dialect.hasExtensions else { throw unexpected() }
        try advance()
      }
      try skipLines()
    }
  }

  mutating func parseCommand() throws(Failure) -> ShellCommand {
    try node()
    try enter()
    defer { leave() }
    if peek() == UInt8(ascii: "(") { return try parseCompoundCommand() }
    if let word = peekPlainWord() {
      if Self.closingWords.contains(word) || word == "!" { throw unexpected() }
      if Self.extendedWords.contains(word) {
        guard dialect.hasExtensions else {
          throw failure("'\(word)' means different things to different shells")
        }
        return word == "function" ? try parseFunctionKeyword() : try parseCompoundCommand()
      }
      if Self.openingWords.contains(word) { return try parseCompoundCommand() }
    }
    return try parseSimpleCommand()
  }

  mutating func parseSimpleCommand() throws(Failure) -> ShellCommand {
    var command = ShellSimpleCommand()
    while true {
      try skipBlanks()
      guard let byte = peek() else { break }
      if let redirection = try parseRedirection() {
        command.redirections.append(redirection)
        continue
      }
      if byte == UInt8(ascii: "(") {
        guard command.words.count == 1, command.assignments.isEmpty, command.redirections.isEmpty,
          let name = command.words[0].plainText
        else { throw unexpected() }
        return try parseFunctionParentheses(name: name)
      }
      if byte.isShellDelimiter && !atProcessSubstitution() { break }
      if command.words.isEmpty, let assignment = try parseAssignment() {
        command.assignments.append(assignment)
      } else {
        command.words.append(try parseWord())
      }
    }
    guard
      !command.words.isEmpty || !command.assignments.isEmpty || !command.redirections.isEmpty
    else { throw unexpected() }
    try refuseHiddenReservedWords(command)
    return .simple(command)
  }

  /// Refuses what only looks like a simple command, such as a reserved word cut by a continued line.
  func refuseHiddenReservedWords(_ command: ShellSimpleCommand) throws(Failure) {
    if let first = command.words.first?.plainText {
      let reserved =
        Self.closingWords.contains(first) || Self.openingWords.contains(first)
        || Self.extendedWords.contains(first)
      guard !reserved else { throw failure("'\(first)' is not expected here") }
    }
    guard dialect == .zsh || dialect == .ksh else { return }
    for word in command.words where word.plainText == "{" || word.plainText == "}" {
      throw failure("a brace as an argument can end a group in \(dialect.rawValue)")
    }
  }

  /// Reads `name=value` and its kin, or nothing.
  mutating func parseAssignment() throws(Failure) -> ShellAssignment? {
    var index = position
    guard index < end, bytes[index].isShellNameStart else { return nil }
    while index < end, bytes[index].isShellName { index += 1 }
    try step(index - position)
    let name = text(position..<index)
    var subscriptText: String?
    if index < end, bytes[index] == UInt8(ascii: "[") {
      let start = index + 1
      index = start
      while index < end, bytes[index].isShellName || bytes[index] == UInt8(ascii: "-") {
        index += 1
      }
      guard index < end, bytes[index] == UInt8(ascii: "]") else { return nil }
      subscriptText = text(start..<index)
      index += 1
    }
    let appends = index < end && bytes[index] == UInt8(ascii: "+")
    if appends { index += 1 }
    guard index < end, bytes[index] == UInt8(ascii: "=") else { return nil }
    if (appends || subscriptText != nil) && !dialect.hasExtensions {
      throw failure("only some shells know this kind of assignment")
    }
    position = index + 1
    try node()
    var assignment = ShellAssignment(
      name: name, subscriptText: subscriptText, appends: appends, values: [], isArray: false)
    if peek() == UInt8(ascii: "(") {
      guard dialect.hasExtensions, subscriptText == nil else { throw unexpected() }
      try advance()
      assignment.isArray = true
      assignment.values = try parseArrayElements()
    } else if let byte = peek(), !byte.isShellDelimiter || atProcessSubstitution() {
      assignment.values = [try parseWord()]
    } else {
      assignment.values = [ShellWord([])]
    }
    return assignment
  }

  mutating func parseArrayElements() throws(Failure) -> [ShellWord] {
    var elements: [ShellWord] = []
    let start = position
    while true {
      try skipLines()
      guard let byte = peek() else { throw unexpected() }
      if byte == UInt8(ascii: ")") {
        // Bash 5.2 drops backslashes here, and so runs what `$(a=(\`rm\ x\`))` quotes.
        if substitutions > 0, bytes[start..<position].contains(UInt8(ascii: "\\")) {
          throw failure("some shells lose a backslash in an array within a substitution")
        }
        try advance()
        return elements
      }
      guard !byte.isShellDelimiter || atProcessSubstitution() else { throw unexpected() }
      elements.append(try parseWord())
    }
  }
}

extension ShellWord {
  /// Its text when nothing of it is quoted or expanded, as reserved words must be.
  var plainText: String? {
    guard parts.count == 1, case .literal(let text) = parts[0] else { return nil }
    return text
  }
}
