// What stands between `[[` and `]]`.
extension ShellParser {
  private static let binaryOperators: Set<String> = [
    "=", "==", "!=", "=~", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef",
  ]

  mutating func parseTest() throws(Failure) -> ShellCompound {
    try expectWord("[[")
    var words: [ShellWord] = []
    while true {
      try skipLines()
      guard let byte = peek() else { throw unexpected() }
      if peekPlainWord() == "]]" {
        try checkCondition(words.map { $0.plainText ?? "" })
        try advance(2)
        return .test(words)
      }
      if words.last?.plainText == "=~" {
        words.append(try parseRegularExpression())
      } else if byte.isShellDelimiter {
        let length = at("&&") || at("||") ? 2 : 1
        guard length == 2 || "()<>".utf8.contains(byte), !atProcessSubstitution() else {
          throw unexpected()
        }
        words.append(ShellWord([.literal(text(position..<position + length))]))
        try advance(length)
      } else {
        words.append(try parseWord())
      }
    }
  }

  /// Checks that the words are operands and operators in an order that makes sense; a word that is
  /// quoted or expanded is empty here.
  private func checkCondition(_ words: [String]) throws(Failure) {
    var open = 0
    var index = 0
    while true {
      while index < words.count, words[index] == "!" || words[index] == "(" {
        if words[index] == "(" { open += 1 }
        index += 1
      }
      guard index < words.count, !Self.isConditionSign(words[index]) else { throw unexpected() }
      index += try operandCount(words[index...])
      while index < words.count, words[index] == ")" {
        open -= 1
        index += 1
        guard open >= 0 else { throw unexpected() }
      }
      if index == words.count { break }
      guard words[index] == "&&" || words[index] == "||" else { throw unexpected() }
      index += 1
    }
    guard open == 0 else { throw unexpected() }
  }

  /// How many words the test at the beginning has: a binary one, a unary one, or a single word.
  private func operandCount(_ words: ArraySlice<String>) throws(Failure) -> Int {
    let rest = Array(words.prefix(3))
    let isUnary = rest[0].count == 2 && rest[0].hasPrefix("-")
    if !isUnary, rest.count == 3, Self.binaryOperators.contains(rest[1]),
      !Self.isConditionSign(rest[2])
    {
      return 3
    }
    guard isUnary else { return 1 }
    guard rest.count > 1, !Self.isConditionSign(rest[1]) else { throw unexpected() }
    return 2
  }

  private static func isConditionSign(_ word: String) -> Bool {
    ["&&", "||", "(", ")", "<", ">"].contains(word)
  }
}
