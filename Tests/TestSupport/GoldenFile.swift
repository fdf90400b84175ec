import Foundation

/// A file of expected text beside the tests; `UPDATE_GOLDEN=1` writes it anew.
package struct GoldenFile {
  private let file: URL

  /// The file `Golden/<name>` beside the test file that asks.
  package init(_ name: String, besides testFile: String = #filePath) {
    file = URL(fileURLWithPath: testFile).deletingLastPathComponent()
      .appendingPathComponent("Golden").appendingPathComponent(name)
  }

  /// How `text` differs from the file, in words; nil where it does not.
  package func difference(from text: String) throws -> String? {
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    guard let expected = try? String(decoding: Data(contentsOf: file), as: UTF8.self) else {
      return "there is no \(file.path); write it with UPDATE_GOLDEN=1"
    }
    if expected == text { return nil }
    let old = expected.split(separator: "\n", omittingEmptySubsequences: false)
    let new = text.split(separator: "\n", omittingEmptySubsequences: false)
    let line = zip(old, new).prefix { $0 == $1 }.count
    func show(_ lines: [Substring]) -> String { line < lines.count ? String(lines[line]) : "(end)" }
    return "\(file.lastPathComponent):\(line + 1): expected \(show(old)) but got \(show(new))"
  }
}
