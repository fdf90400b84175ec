import Actions
import Foundation
import Testing

/// Compares what is parsed with what the shells of this host accept.
struct ShellParserOracleTests {
  struct Shell: Sendable, CustomTestStringConvertible {
    var path: String
    var dialect: ShellDialect
    var testDescription: String { path }
  }

  private static let shells = [
    Shell(path: "/bin/bash", dialect: .bash), Shell(path: "/bin/dash", dialect: .posix),
  ].filter { FileManager.default.isExecutableFile(atPath: $0.path) }

  /// Whether the shell accepts each of the scripts; one process asks for all of them.
  private func verdicts(of shell: Shell, on scripts: [String]) throws -> [Bool] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    let loop =
      "while IFS= read -r -d '' s; do \(shell.path) -n -c \"$s\" 2>&1 | { read -r x && echo 0 || echo 1; }; done"
    process.arguments = ["-c", loop]
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(
      "writ-\(UUID().uuidString)")
    try Data(scripts.joined(separator: "\0").utf8 + [0]).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    process.standardInput = try FileHandle(forReadingFrom: file)
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map { $0 == "1" }
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/bin/bash")), arguments: shells)
  func whatIsParsedIsAccepted(shell: Shell) throws {
    let seed = UInt64.random(in: 0...(.max))
    print("seed \(seed)")
    var grammar = ScriptGrammar(generator: SeededGenerator(seed: seed), dialect: shell.dialect)
    let scripts = (0..<700).map { _ in grammar.script() }
    let verdicts = try verdicts(of: shell, on: scripts)
    #expect(verdicts.count == scripts.count)
    var parsed = 0
    for (text, isAccepted) in zip(scripts, verdicts) {
      guard case .script = ShellParser.parse(text, dialect: shell.dialect) else { continue }
      parsed += 1
      #expect(isAccepted, "seed \(seed): parsed, but \(shell.path) refuses: \(text)")
    }
    print(
      "\(shell.path): \(verdicts.filter(\.self).count) accepted, \(parsed) parsed of \(scripts.count)"
    )
    // Scripts that are mostly well-formed must mostly be read, or the comparison says nothing.
    #expect(parsed > scripts.count / 4)
  }
}

/// Makes scripts that are well-formed for the most part.
struct ScriptGrammar {
  var generator: SeededGenerator
  var dialect: ShellDialect
  private var budget = 0

  init(generator: SeededGenerator, dialect: ShellDialect) {
    self.generator = generator
    self.dialect = dialect
  }

  mutating func script() -> String {
    budget = 25
    var text = list()
    // One in three is damaged, so that there is something to refuse.
    if Int.random(in: 0..<3, using: &generator) == 0 {
      let place = text.index(
        text.startIndex, offsetBy: Int.random(in: 0..<max(1, text.count), using: &generator))
      if Bool.random(using: &generator), !text.isEmpty {
        text.remove(at: place)
      } else {
        text.insert(pick("'\"`$(){};&|<>\\ ".map { $0 }), at: place)
      }
    }
    return text
  }

  private mutating func pick<T>(_ values: [T]) -> T {
    values[Int.random(in: 0..<values.count, using: &generator)]
  }

  /// Fills in lists for `%L`, words for `%W` and simple commands for `%S`.
  private mutating func fill(_ template: String) -> String {
    var result = ""
    for (index, piece) in template.split(separator: "%", omittingEmptySubsequences: false)
      .enumerated()
    {
      guard index > 0, let kind = piece.first, "LWS".contains(kind) else {
        result += index > 0 ? "%" + piece : piece
        continue
      }
      result += (kind == "L" ? list() : kind == "W" ? word() : simple()) + piece.dropFirst()
    }
    return result
  }

  private mutating func list() -> String {
    (0..<Int.random(in: 1...3, using: &generator)).map { _ in statement() }.joined(
      separator: pick(["; ", "\n", "\n\n", " && ", " || ", " | ", "; # c\n", " & "]))
  }

  private mutating func statement() -> String {
    budget -= 1
    guard budget > 0 else { return "ls" }
    var templates: [String] = [
      "%S", "%S", "%S", "( %L )", "{ %L; }", "! %S",
      "if %L; then %L; fi", "if %L\nthen %L\nelif ls; then ps; else %L\nfi",
      "while %L\ndo %L\ndone", "for x in %W b; do %L\ndone",
      "case %W in a|%W) %L;; (*) ls\nesac", "f() { %L\n}", "for x\ndo ls; done >x",
      "cat <<E\na %W b\nE\n", "cat <<'E' | wc\n$( ' \nE\nls", "cat <<-E\n\tx\n\tE\n",
      "until ls; do ps; done <x &",
    ]
    if dialect == .bash {
      templates += [
        "[[ %W == %W ]]", "[[ -f x && ( ! -d y || a =~ ^(b|c)+$ ) ]]", "function g { %L\n}",
        "a=(%W %W)", "((1 + 2))", "for ((i = 0; i < 3; i++)); do %L\ndone", "diff <(%L) x",
        "ls &>x", "cat <<<%W", "case x in a) ls;& b) ps;;& esac", "ls |& cat",
        "select x in a b; do ls; done",
      ]
    }
    return fill(pick(templates))
  }

  private mutating func simple() -> String {
    let parts = (0..<Int.random(in: 0...3, using: &generator)).map { _ in word() }
    return pick(["", "", "x=1 ", "x=\(word()) "]) + "ls " + parts.joined(separator: " ")
      + pick(["", "", " >x", " 2>&1", " <y", " >>\(word())"])
  }

  private mutating func word() -> String {
    budget -= 1
    guard budget > 0 else { return "w" }
    var templates: [String] = [
      "a", "'q ;'", "\"d $x\"", "\\;", "$x", "${x}", "${#x}", "${x:-%W}",
      "\"${x:-a}\"%W", "$(%L)", "$(%L\n)", "\"$(%S)\"", "`ls a`", "\"`ls`\"",
      "$((1 + 2 * (3)))", "${x%%.*}", "*.c", "a\\\nb", "~/x", "$?", "a#b", "{a,b}",
      "$((1+%W))",
    ]
    if dialect == .bash {
      templates += ["$'a\\'b'", "${x//a/b}", "${x[@]}", "${x^^}", "${!x}", "<(ls)"]
    }
    return fill(pick(templates))
  }
}
