/// What a shell is told to run on its command line.
enum ShellArguments {
  case text(String)
  /// It runs something that is not on the command line, or in a way that is not understood.
  case failure(String)

  private static let names: Set<String> = [
    "errexit", "nounset", "pipefail", "xtrace", "verbose", "noglob", "noclobber", "noexec",
  ]

  /// Reads the arguments after the name of the shell.
  static func read(_ words: [CommandWord]) -> ShellArguments {
    var isText = false
    var index = 0
    while index < words.count {
      guard let text = words[index].known else {
        return .failure("what it runs is only known when it runs")
      }
      guard let sign = text.first, sign == "-" || sign == "+", text.count > 1 else { break }
      index += 1
      if text == "--" { break }
      if ["--noprofile", "--norc", "--posix"].contains(text) { continue }
      for letter in text.dropFirst() {
        switch letter {
        case "c" where sign == "-": isText = true
        case "o":
          guard index < words.count, let name = words[index].known, names.contains(name) else {
            return .failure("has an option that is not known to be harmless")
          }
          index += 1
        case "e", "u", "x", "v", "f", "n", "C", "p": continue
        default: return .failure("has the option \(text), which is not known to be harmless")
        }
      }
    }
    guard isText else { return .failure("runs commands from a file, or from its input") }
    guard index < words.count, let text = words[index].known, text != "-" else {
      return .failure("what it runs is only known when it runs")
    }
    return .text(text)
  }
}
