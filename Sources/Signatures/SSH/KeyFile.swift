import Resources

/// A text file with one key on a line.
enum KeyFile {
  /// The most bytes that a file may have.
  static let maximumBytes = 4 << 20
  static let maximumLines = 50_000

  /// Calls `body` with each line that says something; the answer is what was wrong, by place.
  static func read(
    _ bytes: [UInt8], file: String, _ body: (inout KeyFileLine) -> Void,
  ) -> [Diagnostic] {
    var diagnostics: [Diagnostic] = []
    func refuse(_ code: String, _ message: String, line: Int, hint: String? = nil) {
      let start = SourcePosition(line: line, column: 1)
      diagnostics.append(
        Diagnostic(
          code: code, message,
          at: SourceLocation(file: file, range: SourceRange(start: start, end: start)), hint: hint))
    }
    guard bytes.count <= maximumBytes else {
      refuse("file-too-large", "the file has more than \(maximumBytes) bytes", line: 1)
      return diagnostics
    }
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    guard lines.count <= maximumLines else {
      refuse("file-too-large", "the file has more than \(maximumLines) lines", line: 1)
      return diagnostics
    }
    for (index, content) in lines.enumerated() {
      let content = content.last == UInt8(ascii: "\r") ? content.dropLast() : content
      guard String(validating: content, as: UTF8.self) != nil, !content.contains(0) else {
        refuse("not-text", "the line is not UTF-8 text", line: index + 1)
        continue
      }
      var line = KeyFileLine(content, number: index + 1, file: file)
      if line.isEmpty { continue }
      body(&line)
      diagnostics += line.diagnostics
    }
    return diagnostics
  }
}
