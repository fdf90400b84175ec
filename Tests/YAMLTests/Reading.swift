import Resources
import Testing
import YAML

/// What the tests say about a file, in words that fit a table.
struct Reading {
  var documents: [YAMLDocument]
  var diagnostics: [Diagnostic]

  init(_ text: String, limits: YAMLLimits = .standard) {
    self.init(Array(text.utf8), limits: limits)
  }

  init(_ bytes: [UInt8], limits: YAMLLimits = .standard) {
    let read = YAMLReader.read(bytes, file: "a.yaml", limits: limits)
    (documents, diagnostics) = (read.documents, read.diagnostics)
  }

  /// `line:column code` of each diagnostic.
  var findings: [String] {
    diagnostics.map { "\($0.location.range.start.short) \($0.code)" }
  }

  /// The canonical text of each document.
  var values: [String] { documents.map { CanonicalJSON.text(of: Value($0.root)) } }

  /// The paths and places of all nodes of the first document, in order: `/a 1:4-1:5`.
  var places: [String] {
    var lines: [String] = []
    func visit(_ node: Node, _ path: String) {
      lines.append("\(path.isEmpty ? "." : path) \(node.range.short)")
      switch node.content {
      case .list(let items):
        for (index, item) in items.enumerated() { visit(item, "\(path)/\(index)") }
      case .map(let entries):
        for entry in entries {
          lines.append("\(path)/\(entry.key)= \(entry.keyRange.short)")
          visit(entry.value, "\(path)/\(entry.key)")
        }
      case .null, .bool, .integer, .number, .string: break
      }
    }
    if let document = documents.first { visit(document.root, "") }
    return lines
  }
}

extension Value {
  init(_ node: Node) {
    switch node.content {
    case .null: self = .null
    case .bool(let value): self = .bool(value)
    case .integer(let value): self = .integer(value)
    case .number(let value): self = .number(value)
    case .string(let value): self = .string(value)
    case .list(let items): self = .array(items.map { Value($0) })
    case .map(let entries): self = .sorted(entries.map { Member($0.key, Value($0.value)) })
    }
  }
}

extension SourcePosition {
  var short: String { "\(line):\(column)" }
}

extension SourceRange {
  var short: String { "\(start.short)-\(end.short)" }
}

/// One row of a table: a text and what is expected of it.
struct Row: CustomTestStringConvertible, Sendable {
  var text: String
  var expected: [String]

  init(_ text: String, _ expected: String...) {
    self.text = text
    self.expected = expected
  }

  var testDescription: String { text.debugDescription }
}
