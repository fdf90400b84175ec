/// Tells whether a program for awk only reads and prints.
enum AwkProgram {
  typealias Verdict = CommandRule.Verdict

  static func judge(_ words: [CommandWord]) -> Verdict? {
    let grammar = OptionGrammar(
      valued: "Fv", long: ["field-separator=", "assign="], stopsAtOperand: true)
    guard let reading = try? grammar.read(words) else {
      return .remediate("has an option that is not known to be harmless")
    }
    guard let program = reading.operands.first?.known else {
      return .remediate("its program is only known when it runs")
    }
    return danger(of: program).map { .remediate($0) }
  }

  /// Why the program does more than read and print.
  ///
  /// It is not parsed: each sign that can run a command or open a file counts, also in a text.
  static func danger(of program: String) -> String? {
    for word in ["system", "getline", "close", "fflush", "extension", "SYMTAB", "ENVIRON"]
    where program.contains(word) { return "its program has '\(word)'" }
    if program.contains("@") || program.contains("\\\n") { return "its program is not understood" }
    let bytes = Array(program.utf8)
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "|") {
        guard index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "|") else {
          return "its program may run a command with '|'"
        }
        index += 1
        if index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "|") {
          return "its program may run a command with '|'"
        }
      }
      index += 1
    }
    // Only a print can write to a file; before the first one, `>` compares.
    var text = program[...]
    if let print = program.firstRange(of: "print") {
      text = program[print.lowerBound...]
    } else {
      text = ""
    }
    return text.contains(">") ? "its program may write a file with '>'" : nil
  }
}

extension String {
  /// Where `other` stands first.
  fileprivate func firstRange(of other: String) -> Range<String.Index>? {
    var index = startIndex
    while index < endIndex {
      if self[index...].hasPrefix(other) { return index..<endIndex }
      formIndex(after: &index)
    }
    return nil
  }
}
