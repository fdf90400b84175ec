import Foundation
import Testing

/// Files of expected text; `UPDATE_GOLDEN=1` writes them anew.
enum Golden {
  static let isUpdating = ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1"
  static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Golden")
  static let document = directory.appendingPathComponent("../../../docs/PLAN-FORMAT.md")
    .standardized

  static func check(_ lines: [String], _ name: String) throws {
    let text = lines.map { $0 + "\n" }.joined()
    let file = directory.appendingPathComponent(name)
    if isUpdating { try Data(text.utf8).write(to: file) }
    #expect(try String(decoding: Data(contentsOf: file), as: UTF8.self) == text, "\(name)")
  }
}
