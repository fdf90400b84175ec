import Testing

/// Words that have a better way here.
struct BannedTokenTests {
  struct Token {
    var text: String
    /// Targets in which it is the right word.
    var isFine: Set<String> = []
    /// Whether it is looked for in comments too.
    var countsInComments = false
  }

  static let tokens = [
    Token(text: "try!"), Token(text: "as!"), Token(text: "fatalError"),
    Token(text: "@unchecked Sendable"), Token(text: "nonisolated(unsafe)"),
    Token(text: "DateFormatter"), Token(text: "NumberFormatter"), Token(text: "String(format"),
    Token(text: "JSONSerialization"), Token(text: "NSRegularExpression"),
    Token(text: "Task.detached"), Token(text: "Task {", isFine: ["App"]),
    Token(text: "print(", isFine: ["writ"]), Token(text: "@testable"),
  ]

  /// An exception, and why it is none of the harm that the token is banned for.
  struct Exception {
    var path: String
    var token: String
    var reason: String
  }

  static let exceptions = [
    Exception(
      path: "Sources/ControlPlane/Patience.swift", token: "Task {",
      reason: """
        A task group would wait for an operation that does not end on cancellation; this one ends \
        with the pass, or when the loop stops.
        """),
    Exception(
      path: "Sources/Engine/Runs/Dispatcher.swift", token: "Task {",
      reason: """
        When the service is cancelled, processes still have to be waited for; in the cancelled task \
        every sleep would return at once. It is awaited.
        """),
  ]

  static func findings(
    _ files: [SourceTree.File], exceptions: [Exception] = [],
  ) -> [String] {
    var used: Set<Int> = []
    var result: [String] = []
    for file in files {
      let code = Code.bare(file.text).split(separator: "\n", omittingEmptySubsequences: false)
      for (number, line) in code.enumerated() {
        for token in tokens where contains(line, token.text) {
          if let target = file.target, token.isFine.contains(target) { continue }
          let index = exceptions.firstIndex { $0.path == file.path && $0.token == token.text }
          if let index {
            used.insert(index)
            continue
          }
          result.append("\(file.path):\(number + 1): \(token.text)")
        }
      }
      let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
      for (number, line) in lines.enumerated() where isOwnerless(line) {
        result.append("\(file.path):\(number + 1): a TODO without an owner; write TODO(name)")
      }
    }
    for (index, exception) in exceptions.enumerated() {
      if exception.reason.count < 20 {
        result.append("the exception for \(exception.path) does not justify itself")
      }
      if !used.contains(index) {
        result.append("the exception for \(exception.token) in \(exception.path) is not needed")
      }
    }
    return result
  }

  /// Whether `token` stands in `line`, not as the end of a longer word.
  private static func contains(_ line: Substring, _ token: String) -> Bool {
    var rest = line
    while let range = rest.firstRange(of: token) {
      let before =
        range.lowerBound > line.startIndex ? line[line.index(before: range.lowerBound)] : " "
      let isWord = before.isLetter || before.isNumber || before == "_" || before == "."
      if !isWord || token.hasPrefix("@") { return true }
      rest = rest[range.upperBound...]
    }
    return false
  }

  private static func isOwnerless(_ line: Substring) -> Bool {
    for word in ["TODO", "FIXME"] {
      guard let range = line.firstRange(of: word) else { continue }
      if !line[range.upperBound...].hasPrefix("(") { return true }
    }
    return false
  }

  @Test func nobodyUsesThem() {
    #expect(
      Self.findings(SourceTree.swiftFiles(below: "Sources"), exceptions: Self.exceptions) == [])
  }

  // MARK: The check finds what it is for

  @Test(arguments: [
    "let a = try! b()", "let a = b as! C", "fatalError()", "final class A: @unchecked Sendable {}",
    "nonisolated(unsafe) var a = 1", "let f = DateFormatter()", "String(format: \"\", 1)",
    "Task.detached { }", "Task { await a() }", "print(1)", "  print(a, b)", "// TODO: later",
    "let a = 1 // FIXME later", "@testable import Engine",
  ])
  func findsABannedToken(_ text: String) {
    #expect(Self.findings([.init(path: "Sources/Engine/X.swift", text: text)]).count == 1)
  }

  @Test(arguments: [
    "// never try! this", "let a = \"try! print(\"", "blueprint(1)", "logger.print(1)",
    "/* fatalError */ let a = 1", "group.addTask { }", "// TODO(ana): later",
    "let a = \"\"\"\n  try! fatalError()\n  \"\"\"",
  ])
  func leavesHarmlessTextAlone(_ text: String) {
    #expect(Self.findings([.init(path: "Sources/Engine/X.swift", text: text)]) == [])
  }

  @Test func programsMayPrint() {
    #expect(Self.findings([.init(path: "Sources/writ/X.swift", text: "print(1)")]) == [])
    #expect(Self.findings([.init(path: "Sources/App/X.swift", text: "Task { }")]) == [])
  }

  @Test func anExceptionMustBeNeededAndJustified() {
    let file = SourceTree.File(path: "Sources/Engine/X.swift", text: "fatalError()")
    func findings(_ exception: Exception) -> [String] {
      Self.findings([file], exceptions: [exception])
    }
    let reason = "A long and honest justification."
    #expect(findings(Exception(path: file.path, token: "fatalError", reason: reason)) == [])
    #expect(findings(Exception(path: file.path, token: "fatalError", reason: "because")).count == 1)
    #expect(findings(Exception(path: file.path, token: "try!", reason: reason)).count == 2)
  }
}
