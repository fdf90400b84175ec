/// The first words of commands, as a policy lists them.
struct CommandPrefix: Sendable {
  /// As it was written.
  let text: String
  private let words: [String]

  /// Reads the words as a shell would; what it cannot read is cut at blanks.
  init(_ text: String) {
    self.text = text
    if case .script(let script) = ShellParser.parse(text), script.statements.count == 1,
      script.statements[0].pipelines.count == 1,
      case .simple(let command)? = script.statements[0].pipelines[0].commands.first,
      script.statements[0].pipelines[0].commands.count == 1, command.assignments.isEmpty,
      command.redirections.isEmpty
    {
      let known = command.words.compactMap(\.expanded.known)
      if known.count == command.words.count {
        words = known
        return
      }
    }
    words = text.split { $0.isWhitespace }.map(String.init)
  }

  /// Whether the command certainly begins with these words.
  ///
  /// A bare name stands for the program in any of the usual directories, a path only for itself.
  func matches(_ command: [CommandWord]) -> Bool {
    guard let first = words.first, command.count >= words.count,
      let program = command[0].known
    else { return false }
    guard program == first || CommandJudge.trustedName(of: program) == first else { return false }
    return zip(words, command).dropFirst().allSatisfy { $0 == $1.known }
  }

  /// Whether the command begins with these words, or may do so when it runs.
  ///
  /// Here a name and a path stand for each other. A last word with `=` is the beginning of a word,
  /// such as `of=/dev/sd`.
  func mayMatch(_ command: [CommandWord]) -> Bool {
    guard let first = words.first, let program = command.first else { return false }
    if let name = program.known {
      let isSame = Self.baseName(name) == Self.baseName(first)
      let areBothPaths = name.contains("/") && first.contains("/")
      guard isSame, !areBothPaths || name == first else { return false }
    }
    for (index, word) in words.enumerated().dropFirst() {
      guard index < command.count else { return false }
      let other = command[index]
      let isOpen = index == words.count - 1 && word.contains("=")
      switch other.extent {
      case .whole:
        guard other.text == word || isOpen && other.text.hasPrefix(word) else { return false }
      case .one:
        guard word.hasPrefix(other.text) || isOpen && other.text.hasPrefix(word) else {
          return false
        }
      case .many:
        return word.hasPrefix(other.text) || isOpen && other.text.hasPrefix(word)
      case .anything: return true
      }
    }
    return true
  }

  private static func baseName(_ path: String) -> Substring {
    path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path[path.utf8.index(after: $0)...] }
      ?? path[...]
  }
}
