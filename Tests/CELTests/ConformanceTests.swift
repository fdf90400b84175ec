import CEL
import Foundation
import Testing

/// The official suite, turned into JSON; see ../shared/conformance/README.md.
@Suite struct CELConformanceTests {
  @Test(.enabled(if: ConformanceData.folder != nil, "../shared/conformance/cel is not there"))
  func everyCaseHolds() throws {
    let folder = try #require(ConformanceData.folder)
    var table: [String] = []
    var failures: [String] = []
    for file in try ConformanceData.files(in: folder) {
      let cases = try ConformanceCase.read(file)
      var passed = 0
      for one in cases {
        let mistake = one.mistake()
        if mistake == nil { passed += 1 }
        if let reason = ConformanceCase.exceptions[one.id] {
          #expect(mistake != nil, "\(one.id) holds now: take it off the list (\(reason))")
        } else if let mistake {
          failures.append("\(one.id): \(one.expression): \(mistake)")
        }
      }
      let suite = file.deletingPathExtension().lastPathComponent
      table.append("CEL conformance \(suite): \(passed) / \(cases.count)")
    }
    ConformanceData.show(table + failures)
    #expect(failures.isEmpty, "\(failures.count) cases do not hold")
  }
}

enum ConformanceData {
  /// Where the cases are, if they are there.
  static let folder: URL? = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    var places = [
      root.appending(path: "../shared/conformance/cel"),
      URL(filePath: "/work/shared/conformance/cel"),
    ]
    if let named = ProcessInfo.processInfo.environment["WRIT_CONFORMANCE"] {
      places.insert(URL(filePath: named).appending(path: "cel"), at: 0)
    }
    return places.first { FileManager.default.fileExists(atPath: $0.path) }
  }()

  static func files(in folder: URL) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "json" }
      .sorted { $0.lastPathComponent < $1.lastPathComponent }
  }

  static func show(_ lines: [String]) {
    FileHandle.standardError.write(Data((lines.joined(separator: "\n") + "\n").utf8))
  }
}
