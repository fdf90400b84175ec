import Foundation

/// The files of the project, as text.
struct SourceTree {
  struct File {
    /// From the top of the project.
    var path: String
    var text: String

    var name: String { path.split(separator: "/").last.map(String.init) ?? path }
    /// `Engine` for `Sources/Engine/Ports/StateStore.swift`; nil outside of Sources.
    var target: String? {
      let parts = path.split(separator: "/")
      return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
    }
  }

  static let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The text of one file; empty where there is none.
  static func text(_ path: String) -> String {
    (try? String(decoding: Data(contentsOf: root.appendingPathComponent(path)), as: UTF8.self))
      ?? ""
  }

  /// Names in a folder, sorted; hidden ones too.
  static func names(in folder: String) -> [String] {
    let path = root.appendingPathComponent(folder).path
    return ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }

  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    let full = root.appendingPathComponent(path).path
    return FileManager.default.fileExists(atPath: full, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  /// The paths below `folder`, sorted, without what is built or git's.
  static func paths(below folder: String) -> [String] {
    names(in: folder).flatMap { name -> [String] in
      let path = folder.isEmpty ? name : "\(folder)/\(name)"
      if name == ".git" || name.hasPrefix(".build") || name == "__pycache__" { return [] }
      return isFolder(path) ? paths(below: path) : [path]
    }
  }

  static func swiftFiles(below folder: String) -> [File] {
    paths(below: folder).filter { $0.hasSuffix(".swift") }.map { File(path: $0, text: text($0)) }
  }
}

/// Swift text without what the compiler does not run.
enum Code {
  /// `text` with comments and the contents of strings blanked; line breaks stay.
  static func bare(_ text: String) -> String {
    var result: [UInt8] = []
    var rest = Array(text.utf8)[...]
    var quotes: [UInt8] = []
    func starts(_ prefix: String) -> Bool { rest.starts(with: prefix.utf8) }
    func skip(_ count: Int) {
      for byte in rest.prefix(count) { result.append(byte == 0x0A ? byte : 0x20) }
      rest = rest.dropFirst(count)
    }
    while let byte = rest.first {
      if !quotes.isEmpty {
        if starts("\\") {
          skip(min(2, rest.count))
        } else if rest.starts(with: quotes) {
          skip(quotes.count)
          quotes = []
        } else {
          skip(1)
        }
      } else if starts("//") {
        skip(rest.firstIndex(of: 0x0A).map { $0 - rest.startIndex } ?? rest.count)
      } else if starts("/*") {
        while !rest.isEmpty, !starts("*/") { skip(1) }
        skip(min(2, rest.count))
      } else if starts("\"\"\"") {
        quotes = Array("\"\"\"".utf8)
        skip(3)
      } else if byte == UInt8(ascii: "\"") {
        quotes = [byte]
        skip(1)
      } else {
        result.append(byte)
        rest = rest.dropFirst()
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// The modules that `text` imports.
  static func imports(_ text: String) -> [String] {
    bare(text).split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ").map(String.init)
      guard let index = words.firstIndex(of: "import"), index + 1 < words.count,
        words[..<index].allSatisfy({
          $0.hasPrefix("@")
            || ["package", "internal", "public", "private", "fileprivate"].contains($0)
        })
      else { return nil }
      let kinds = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
      let name =
        kinds.contains(words[index + 1]) && index + 2 < words.count
        ? words[index + 2] : words[index + 1]
      return name.split(separator: ".").first.map(String.init)
    }
  }
}
