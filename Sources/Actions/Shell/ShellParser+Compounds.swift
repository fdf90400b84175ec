// Commands that contain commands.
extension ShellParser {
  mutating func parseCompoundCommand() throws(Failure) -> ShellCommand {
    let compound = try parseCompound()
    var redirections: [ShellRedirection] = []
    while true {
      try skipBlanks()
      guard let redirection = try parseRedirection() else { break }
      redirections.append(redirection)
    }
    if let byte = peek(), !byte.isShellDelimiter, !atListEnd() { throw unexpected() }
    if peek() == UInt8(ascii: "(") || atProcessSubstitution() { throw unexpected() }
    return .compound(compound, redirections: redirections)
  }

  mutating func parseCompound() throws(Failure) -> ShellCompound {
    if at("((") {
      guard dialect.hasExtensions else {
        throw failure("'((' means different things to different shells")
      }
      try advance(2)
      return .arithmetic(try parseArithmetic(allowsSemicolon: false))
    }
    if peek() == UInt8(ascii: "(") {
      try advance()
      let script = try parseList(needsOne: true)
      try expectByte(UInt8(ascii: ")"))
      return .subshell(script)
    }
    switch peekPlainWord() {
    case "{":
      try advance()
      let script = try parseList(needsOne: true)
      try expectWord("}")
      return .group(script)
    case "if": return try parseConditional()
    case "while", "until":
      try advance(5)
      let condition = try parseList(needsOne: true)
      return .loop(condition: condition, body: try parseLoopBody())
    case "for": return try parseFor()
    case "select":
      try advance(6)
      return try parseIteration()
    case "case": return try parseCase()
    case "[[": return try parseTest()
    default: throw unexpected()
    }
  }

  mutating func expectByte(_ byte: UInt8) throws(Failure) {
    guard peek() == byte else { throw unexpected() }
    try advance()
  }

  mutating func expectWord(_ word: String) throws(Failure) {
    guard peekPlainWord() == word else { throw unexpected() }
    try advance(word.utf8.count)
  }

  private mutating func parseConditional() throws(Failure) -> ShellCompound {
    try expectWord("if")
    var branches: [ShellCompound.Branch] = []
    while true {
      let condition = try parseList(needsOne: true)
      try expectWord("then")
      branches.append(
        ShellCompound.Branch(condition: condition, body: try parseList(needsOne: true)))
      switch peekPlainWord() {
      case "elif": try expectWord("elif")
      case "else":
        try expectWord("else")
        let otherwise = try parseList(needsOne: true)
        try expectWord("fi")
        return .conditional(branches: branches, otherwise: otherwise)
      default:
        try expectWord("fi")
        return .conditional(branches: branches, otherwise: nil)
      }
    }
  }

  private mutating func parseLoopBody() throws(Failure) -> ShellScript {
    try expectWord("do")
    let body = try parseList(needsOne: true)
    try expectWord("done")
    return body
  }

  private mutating func parseFor() throws(Failure) -> ShellCompound {
    try expectWord("for")
    try skipBlanks()
    guard at("((") else { return try parseIteration() }
    guard dialect.hasExtensions else { throw unexpected() }
    try advance(2)
    let header = try parseArithmetic(allowsSemicolon: true)
    let semicolons = header.parts.reduce(0) { count, part in
      guard case .literal(let text) = part else { return count }
      return count + text.utf8.count { $0 == UInt8(ascii: ";") }
    }
    guard semicolons == 2 else { throw failure("a loop needs three expressions") }
    try skipBlanks()
    if peek() == UInt8(ascii: ";") { try advance() }
    try skipLines()
    return .arithmeticLoop(header, body: try parseLoopBody())
  }

  private mutating func parseIteration() throws(Failure) -> ShellCompound {
    try skipBlanks()
    let variable = try parseName()
    try skipLines()
    var words: [ShellWord]?
    if peekPlainWord() == "in" {
      try advance(2)
      var list: [ShellWord] = []
      while true {
        try skipBlanks()
        guard let byte = peek(), !byte.isShellDelimiter || atProcessSubstitution() else { break }
        list.append(try parseWord())
      }
      guard peek() == UInt8(ascii: ";") || peek() == UInt8(ascii: "\n") else { throw unexpected() }
      words = list
    }
    if peek() == UInt8(ascii: ";") { try advance() }
    try skipLines()
    return .iteration(variable: variable, words: words, body: try parseLoopBody())
  }

  private mutating func parseName() throws(Failure) -> String {
    var index = position
    while index < end, bytes[index].isShellName { index += 1 }
    guard index > position, bytes[position].isShellNameStart,
      index == end || bytes[index].isShellDelimiter
    else { throw unexpected() }
    let name = text(position..<index)
    try advance(index - position)
    return name
  }

  private mutating func parseCase() throws(Failure) -> ShellCompound {
    try expectWord("case")
    try skipBlanks()
    guard let byte = peek(), !byte.isShellDelimiter else { throw unexpected() }
    let subject = try parseWord()
    try skipLines()
    try expectWord("in")
    var clauses: [ShellCompound.Clause] = []
    while true {
      try skipLines()
      if peekPlainWord() == "esac" { break }
      if peek() == UInt8(ascii: "(") { try advance() }
      var patterns: [ShellWord] = []
      repeat {
        if !patterns.isEmpty { try advance() }
        try skipBlanks()
        guard let byte = peek(), !byte.isShellDelimiter else { throw unexpected() }
        patterns.append(try parseWord())
        try skipBlanks()
      } while peek() == UInt8(ascii: "|")
      try expectByte(UInt8(ascii: ")"))
      let body = try parseList()
      clauses.append(ShellCompound.Clause(patterns: patterns, body: body))
      if at(";;") {
        try advance(2)
        guard peek() == UInt8(ascii: "&") else { continue }
        guard dialect.hasExtensions else { throw unexpected() }
        try advance()
      } else if at(";&") {
        guard dialect.hasExtensions else { throw unexpected() }
        try advance(2)
      } else {
        break
      }
    }
    try expectWord("esac")
    return .choice(subject: subject, clauses: clauses)
  }

  // MARK: Functions

  mutating func parseFunctionKeyword() throws(Failure) -> ShellCommand {
    try expectWord("function")
    try skipBlanks()
    guard let byte = peek(), !byte.isShellDelimiter, let name = try parseWord().plainText else {
      throw unexpected()
    }
    try skipBlanks()
    if peek() == UInt8(ascii: "(") { return try parseFunctionParentheses(name: name) }
    return try parseFunctionBody(name: name)
  }

  mutating func parseFunctionParentheses(name: String) throws(Failure) -> ShellCommand {
    try expectByte(UInt8(ascii: "("))
    try skipBlanks()
    try expectByte(UInt8(ascii: ")"))
    return try parseFunctionBody(name: name)
  }

  private mutating func parseFunctionBody(name: String) throws(Failure) -> ShellCommand {
    let isPlain = name.utf8.allSatisfy { $0.isShellName || $0 == UInt8(ascii: "-") || $0 == 46 }
    guard isPlain, name.utf8.first.map({ !$0.isShellDigit }) ?? false else {
      throw failure("'\(name)' is not a plain name of a function")
    }
    try skipLines()
    try enter()
    defer { leave() }
    return .function(name: name, body: try parseCompoundCommand())
  }
}
