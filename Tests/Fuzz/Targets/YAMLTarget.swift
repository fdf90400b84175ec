internal import Rendering
internal import Resources
internal import YAML

extension FuzzTarget {
  /// Files of a manifest root, as text with places.
  static let yaml = FuzzTarget(name: "yaml") { bytes throws(BrokenPromise) in
    let read = YAMLReader.read(bytes, file: "a.yaml")
    let lines = Lines(bytes)
    try check(read.diagnostics, in: lines)
    for document in read.documents + read.faulty { try check(document.root, in: lines) }
    try require(
      !read.documents.isEmpty || !read.faulty.isEmpty || read.diagnostics.containsError
        || !bytes.array.contains { $0 > 0x20 && $0 != 0x23 } || isBlank(bytes),
      "a file with something in it gives nothing")

    let again = YAMLReader.read(bytes, file: "a.yaml")
    try require(
      again.documents == read.documents && again.faulty == read.faulty
        && again.diagnostics == read.diagnostics, "reading twice differs")

    // A text that fits goes into libyaml's buffer at once, a longer one through its reader.
    if bytes.array.starts(with: longMark) {
      let comment = Array("#\(String(repeating: "x", count: 49_200))\n".utf8)
      let short = YAMLReader.read(Array("#\n".utf8) + bytes.array, file: "a.yaml")
      let long = YAMLReader.read(comment + bytes.array, file: "a.yaml")
      try require(
        short.documents == long.documents && short.diagnostics == long.diagnostics,
        "a long text is read otherwise than a short one")
    }
  }

  /// A text that begins so is also read behind a long comment.
  private static let longMark = Array("#long\n".utf8)

  /// Whether there are only comments, marks of documents and directives.
  ///
  /// By scalars: as characters, `#` and a combining mark after it are one that is not `#`.
  private static func isBlank(_ bytes: Span<UInt8>) -> Bool {
    let breaks: [Unicode.Scalar] = ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"]
    return bytes.text.unicodeScalars.split { breaks.contains($0) }.allSatisfy { line in
      let text = line.drop { $0 == " " || $0 == "\t" || $0 == "\u{FEFF}" }
      return text.isEmpty
        || ["#", "---", "...", "%"].contains { text.starts(with: $0.unicodeScalars) }
    }
  }

  /// Whether each place lies in the text, and a terminal can show the messages.
  static func check(
    _ diagnostics: [Diagnostic], in lines: Lines,
  ) throws(BrokenPromise) {
    try require(diagnostics == diagnostics.sorted(), "diagnostics are not sorted")
    for diagnostic in diagnostics {
      try lines.check(diagnostic.location.range, "\(diagnostic.code): \(diagnostic.message)")
      if let related = diagnostic.related {
        try lines.check(related.range, "the other place of \(diagnostic.code)")
      }
    }
    try checkShown(DiagnosticsText(diagnostics, width: 80).lines(.plain))
    _ = CanonicalJSON.bytes(of: DiagnosticsJSON.value(diagnostics))
  }

  /// A node must hold its children, in order.
  private static func check(_ node: Node, in lines: Lines) throws(BrokenPromise) {
    try lines.check(node.range, "a node")
    var children: [(SourceRange, Node?)] = []
    switch node.content {
    case .list(let items): children = items.map { ($0.range, $0) }
    case .map(let entries):
      for entry in entries {
        children += [(entry.keyRange, nil), (entry.value.range, entry.value)]
      }
    case .null, .bool, .integer, .number, .string: break
    }
    var last = node.range.start
    for (range, child) in children {
      try require(last <= range.start, "a node begins before the end of the one before it")
      try require(range.end <= node.range.end, "a node ends after the one around it")
      last = range.end
      if let child { try check(child, in: lines) }
    }
  }

  /// Whether lines for a terminal hold nothing that it would obey.
  static func checkShown(_ lines: [String]) throws(BrokenPromise) {
    for line in lines {
      try require(
        !line.unicodeScalars.contains {
          switch $0.properties.generalCategory {
          case .control, .lineSeparator, .paragraphSeparator, .surrogate: true
          case .format: $0.value != 0x200C && $0.value != 0x200D
          default: false
          }
        }, "a terminal would obey \(line.debugDescription)")
    }
  }
}

/// How long the lines of a text are, as an editor counts.
struct Lines {
  /// In Unicode scalars.
  private var lengths: [Int] = [0]

  init(_ bytes: Span<UInt8>) {
    var bytes = bytes.array[...]
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
    var previous: UInt8 = 0
    for byte in bytes {
      defer { previous = byte }
      if byte == 0x0A, previous == 0x0D { continue }
      if byte == 0x0A || byte == 0x0D {
        lengths.append(0)
      } else if byte & 0xC0 != 0x80 {
        lengths[lengths.count - 1] += 1
      }
    }
  }

  func check(_ range: SourceRange, _ what: String) throws(BrokenPromise) {
    try require(range.start <= range.end, "\(what) ends before it begins: \(range)")
    for place in [range.start, range.end] {
      let line = Int(place.line)
      try require(
        line >= 1 && line <= lengths.count && place.column >= 1
          && Int(place.column) <= lengths[line - 1] + 1,
        "\(what) lies outside of the text: \(place)")
    }
  }
}
