import Foundation
import Testing

/// A page of documentation whose blocks can be run, by the convention that README.md explains.
struct Page: Sendable {
  struct Command: Sendable, Equatable {
    var line: Int
    var text: String
    /// What it prints, as the page says.
    var output: String
  }

  enum Block: Sendable, Equatable {
    case commands([Command], exitCode: Int32?)
    case file(path: String, text: String)
  }

  private(set) var blocks: [Block] = []

  init(parsing text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var directive = ""
    var index = 0
    while index < lines.count {
      let line = lines[index]
      index += 1
      if let words = Self.directive(line) {
        directive = words
        continue
      }
      guard line.hasPrefix("```") else {
        if !line.trimmingCharacters(in: .whitespaces).isEmpty { directive = "" }
        continue
      }
      let first = index
      while index < lines.count, lines[index] != "```" { index += 1 }
      add(line, Array(lines[first..<index]), at: first + 1, directive)
      index += 1
      directive = ""
    }
  }

  /// The words of `<!-- test: words -->`.
  private static func directive(_ line: String) -> String? {
    guard line.hasPrefix("<!-- test: "), line.hasSuffix(" -->") else { return nil }
    return String(line.dropFirst(11).dropLast(4))
  }

  private mutating func add(
    _ fence: String, _ lines: [String], at first: Int, _ directive: String,
  ) {
    let words = directive.split(separator: " ").map(String.init)
    switch words.first {
    case "skip": return
    case "file" where words.count == 2:
      blocks.append(.file(path: words[1], text: lines.map { $0 + "\n" }.joined()))
    default:
      guard fence == "```console" else { return }
      let code = words.first == "exit" ? words.last.flatMap { Int32($0) } : nil
      blocks.append(.commands(Self.commands(lines, first), exitCode: code))
    }
  }

  private static func commands(_ lines: [String], _ first: Int) -> [Command] {
    var commands: [Command] = []
    var continues = false
    for (offset, line) in lines.enumerated() {
      if line.hasPrefix("$ ") {
        commands.append(Command(line: first + offset, text: String(line.dropFirst(2)), output: ""))
        continues = line.hasSuffix("\\")
      } else if !commands.isEmpty {
        if continues {
          commands[commands.count - 1].text += "\n" + line
          continues = line.hasSuffix("\\")
        } else {
          commands[commands.count - 1].output += line + "\n"
        }
      }
    }
    return commands
  }

  // MARK: Running

  struct Difference: Sendable, CustomStringConvertible {
    var command: Command
    var expected: String
    var found: String

    var description: String {
      "line \(command.line): $ \(command.text)\n--- the page says\n\(expected)\n--- it prints\n\(found)"
    }
  }

  /// Runs all blocks in one session of bash.
  func differences(_ box: Sandbox) async throws -> [Difference] {
    try await box.shell("mkdir session bin; ln -s '\(Program.writ)' bin/writ")
    try box.write(script, to: "session.sh")
    let path = box.environment["PATH"] ?? ""
    let outcome = try await box.run(
      ["bash", box.path + "/session.sh"],
      environment: [
        "PATH": "\(box.path)/bin:\(path)", "WRIT_DATA_DIR": box.path + "/data", "COLUMNS": "80",
        "GIT_AUTHOR_NAME": "ana", "GIT_COMMITTER_NAME": "ana",
      ], directory: box.path + "/session")
    let answers = outcome.output.components(separatedBy: Self.start).dropFirst()
      .map { $0.components(separatedBy: Self.end) }
    let commands = blocks.flatMap { block -> [(Command, Int32?)] in
      guard case .commands(let commands, let code) = block else { return [] }
      return commands.enumerated().map { ($1, $0 == commands.count - 1 ? code : nil) }
    }
    var differences: [Difference] = []
    for (index, (command, code)) in commands.enumerated() {
      guard answers.indices.contains(answers.startIndex + index),
        answers[answers.startIndex + index].count == 2
      else {
        differences.append(
          Difference(command: command, expected: "", found: "nothing: \(outcome)"))
        break
      }
      let answer = answers[answers.startIndex + index]
      let found = Self.comparable(answer[0])
      let expected = Self.comparable(command.output)
      let status = answer[1].trimmingCharacters(in: .whitespacesAndNewlines)
      if found != expected {
        differences.append(Difference(command: command, expected: expected, found: found))
      } else if let code, status != "\(code)" {
        differences.append(
          Difference(command: command, expected: "exit \(code)", found: "exit \(status)"))
      }
    }
    return differences
  }

  private static let start = "\u{1E}start\n"
  private static let end = "\u{1E}end "

  private var script: String {
    var script = "exec 2>&1 </dev/null\n"
    for block in blocks {
      switch block {
      case .file(let path, let text):
        script += "mkdir -p \"$(dirname '\(path)')\"\n"
        script += "cat > '\(path)' <<'END-OF-THE-FILE'\n\(text)END-OF-THE-FILE\n"
      case .commands(let commands, _):
        for command in commands {
          script += "printf '\\036start\\n'\n\(command.text)\nprintf '\\036end %s\\n' \"$?\"\n"
        }
      }
    }
    return script
  }

  /// `text` without what differs from run to run.
  static func comparable(_ text: String) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      String(line)
        .replacing(#/\b[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z/#, with: "TIME")
        .replacing(#/\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b/#, with: "DAY")
        .replacing(#/at once|[0-9]+ (s|min) later/#, with: "LATER")
        .replacing(#/\b[0-9a-f]{7,}\b/#, with: "HEX")
        .replacing(#/\b[0-9.]+ ms\b/#, with: "MS")
        .replacing(#/just now|[0-9]+ (s|min) ago/#, with: "AGO")
        .replacing(#/cli:[A-Za-z0-9_.…-]+/#, with: "cli:USER")
        .replacing(#/[ \t]+/#, with: " ")
        .trimmingCharacters(in: .whitespaces)
    }
    return lines.joined(separator: "\n").trimmingCharacters(in: .newlines)
  }
}
