package import TimeZones
internal import Foundation

/// The zones of this machine, for tests.
package enum SystemZones {
  package static let folder =
    ProcessInfo.processInfo.environment["TZDIR"] ?? "/usr/share/zoneinfo"

  package static func bytes(_ name: String) -> [UInt8]? {
    FileManager.default.contents(atPath: "\(folder)/\(name)").map { [UInt8]($0) }
  }

  package static func zone(_ name: String) throws -> Zone {
    guard let bytes = bytes(name) else { throw Missing(name: name) }
    return try Zone(name: name, tzif: bytes)
  }

  package struct Missing: Error { package let name: String }

  /// The names of all files below the folder that are compiled zones, sorted.
  package static let allNames: [String] = {
    guard let files = FileManager.default.enumerator(atPath: folder) else { return [] }
    return files.compactMap { $0 as? String }.filter {
      bytes($0)?.starts(with: "TZif".utf8) ?? false
    }.sorted()
  }()

  /// One name for each zone that differs from all others; without those that count leap seconds.
  package static let distinctNames: [String] = {
    var seen: Set<[UInt8]> = []
    let names = allNames.filter { !$0.hasPrefix("right/") && !$0.hasPrefix("posix/") }
    return names.filter { bytes($0).map { seen.insert($0).inserted } ?? false }
  }()

  package static let distinct: [Zone] = distinctNames.compactMap { try? zone($0) }
}

/// A small generator with a seed, so that a failure can be repeated.
package struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}

/// Python as an oracle.
package enum Python {
  /// What `script` prints when it is given `lines`; nil where there is no Python, or it fails.
  package static func run(_ script: String, lines: [String]) throws -> [Substring]? {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "writ-oracle-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let input = folder.appending(path: "input")
    let output = folder.appending(path: "output")
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: input)
    try Data().write(to: output)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script]
    process.standardInput = try FileHandle(forReadingFrom: input)
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
    return text.split(separator: "\n")
  }
}
