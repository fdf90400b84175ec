internal import Resources

/// Turns events into documents and diagnostics.
struct EventReader: ~Copyable {
  private var parser: EventParser
  private let file: String
  private let limits: YAMLLimits
  private(set) var documents: [YAMLDocument] = []
  /// Documents that are whole but have an error of their own.
  private(set) var faulty: [YAMLDocument] = []
  private(set) var diagnostics: [Diagnostic] = []
  /// What ended the reading, where it was an error of syntax.
  private(set) var failure: SyntaxFailure?
  private var nodeCount = 0
  private var documentCount = 0
  /// Where the anchors of this file stand, for the aliases that name them.
  private var anchors: [String: SourceRange] = [:]
  /// After an error of syntax or at a limit.
  private var isStopped = false

  init(_ parser: consuming EventParser, file: String, limits: YAMLLimits) {
    self.parser = parser
    self.file = file
    self.limits = limits
  }

  /// Reads all there is; call it once.
  mutating func readStream() { while readDocument() {} }

  /// Reads one document or a mark of the stream; false when there is nothing more to read.
  private mutating func readDocument() -> Bool {
    switch next() {
    case nil, .streamEnd: return false
    case .documentStart:
      let start = parser.range.start
      let errorCount = diagnostics.count
      checkDocumentStart()
      guard case .node(let root) = nextNode(depth: 1) else { return false }
      // The end of the document: an error after the root shows here.
      guard next() != nil else { return false }
      let isEmpty = root.content == .null && root.range.start == root.range.end
      guard !isEmpty else { return true }
      let document = YAMLDocument(
        root: root, range: SourceRange(start: start, end: root.range.end))
      if diagnostics.count == errorCount {
        documents.append(document)
      } else {
        faulty.append(document)
      }
      return true
    default: return true
    }
  }

  private mutating func checkDocumentStart() {
    documentCount += 1
    let range = parser.range
    if documentCount > limits.maximumDocuments {
      stop(
        code: "too-many-documents",
        "the file has more than \(limits.maximumDocuments) documents", at: range,
        hint: "split it into several files")
    }
    if let (major, minor) = parser.version, (major, minor) != (1, 2) {
      report(
        code: "yaml-version", "the file says that it is YAML \(major).\(minor)", at: range,
        hint: "remove the line with %YAML; files are read as YAML 1.2")
    }
    if parser.hasTagDirectives {
      report(
        code: "tag-directive", "%TAG directives are not allowed", at: range,
        hint: "remove them; tags of one's own are not used here")
    }
  }

  private mutating func next() -> EventParser.Kind? {
    guard !isStopped else { return nil }
    if let kind = parser.next() { return kind }
    isStopped = true
    failure = parser.failure
    return nil
  }
}

// MARK: - Nodes

extension EventReader {
  private enum Step {
    case node(Node)
    case end(SourceRange)
    case stop
  }

  /// Reads one value, or the end of the list or map around it.
  private mutating func nextNode(depth: Int) -> Step {
    guard let kind = next() else { return .stop }
    let range = parser.range
    switch kind {
    case .scalar: return count(range) ? .node(scalar(range)) : .stop
    case .map: return map(range, depth: depth)
    case .list: return list(range, depth: depth)
    case .alias:
      guard count(range) else { return .stop }
      refuseAlias(range)
      return .node(Node(.null, at: range))
    case .documentStart, .streamEnd, .other: return .end(range)
    }
  }

  private mutating func list(_ opening: SourceRange, depth: Int) -> Step {
    guard enter(opening, depth: depth) else { return .stop }
    let isFlow = parser.isFlowList
    if let name = parser.listAnchor { refuseAnchor(name, at: opening) }
    if let tag = parser.listTag, tag != .nonSpecific, tag != .list {
      refuse(tag, at: opening, "a list")
    }
    let start = opening.start
    var items: [Node] = []
    var last = start
    while true {
      switch nextNode(depth: depth + 1) {
      case .node(let item):
        last = item.range.end
        items.append(item)
      case .end(let mark):
        let end = Self.end(last: last, mark: mark, isFlow: isFlow)
        return .node(Node(.list(items), at: SourceRange(start: start, end: end)))
      case .stop: return .stop
      }
    }
  }

  private mutating func map(_ opening: SourceRange, depth: Int) -> Step {
    guard enter(opening, depth: depth) else { return .stop }
    let isFlow = parser.isFlowMap
    if let name = parser.mapAnchor { refuseAnchor(name, at: opening) }
    if let tag = parser.mapTag, tag != .nonSpecific, tag != .map {
      refuse(tag, at: opening, "a map")
    }
    let start = opening.start
    var entries: [Node.Entry] = []
    var seen = SeenKeys()
    var last = start
    while true {
      switch nextKey(depth: depth + 1) {
      case .key(let key, let range):
        guard case .node(let value) = nextNode(depth: depth + 1) else { return .stop }
        last = value.range.end
        if let first = seen.insert(key, into: entries) {
          report(
            code: "duplicate-key", "the key \"\(key)\" is given twice in one map", at: range,
            hint: "remove one of the two, or merge their values", related: first)
        } else {
          entries.append(Node.Entry(key: key, keyRange: range, value: value))
        }
      case .refused:
        guard case .node(let value) = nextNode(depth: depth + 1) else { return .stop }
        last = value.range.end
      case .end(let mark):
        let end = Self.end(last: last, mark: mark, isFlow: isFlow)
        return .node(Node(.map(entries), at: SourceRange(start: start, end: end)))
      case .stop: return .stop
      }
    }
  }

  /// A block collection ends with its last child, for libyaml's mark is that of the next token;
  /// so does the pair in `[a: b]`, which has no bracket of its own.
  private static func end(
    last: SourcePosition, mark: SourceRange, isFlow: Bool,
  ) -> SourcePosition {
    isFlow && mark.start != mark.end ? mark.end : last
  }

  /// Whether there may be a list or a map here; false at a limit.
  private mutating func enter(_ range: SourceRange, depth: Int) -> Bool {
    guard count(range) else { return false }
    if depth <= limits.maximumDepth { return true }
    stop(
      code: "too-deep", "lists and maps nest deeper than \(limits.maximumDepth) levels",
      at: range, hint: "flatten the value, or write it as a string")
    return false
  }

  /// Whether there may be one more node; false at the limit.
  private mutating func count(_ range: SourceRange) -> Bool {
    nodeCount += 1
    if nodeCount <= limits.maximumNodes { return true }
    stop(
      code: "too-many-nodes", "the file has more than \(limits.maximumNodes) values and keys",
      at: range, hint: "split it into several files")
    return false
  }
}

// MARK: - Keys

extension EventReader {
  private enum KeyStep {
    case key(String, SourceRange)
    /// It was reported; its value follows all the same.
    case refused
    case end(SourceRange)
    case stop
  }

  private mutating func nextKey(depth: Int) -> KeyStep {
    guard let kind = next() else { return .stop }
    let range = parser.range
    switch kind {
    case .scalar: return count(range) ? key(range) : .stop
    case .map, .list:
      report(
        code: "key-not-scalar", "a key must be text, not \(kind == .map ? "a map" : "a list")",
        at: range, hint: "put it in quotes if it is text, such as a template: \"{{ name }}\"")
      let step = kind == .map ? map(range, depth: depth) : list(range, depth: depth)
      guard case .node = step else { return .stop }
      return .refused
    case .alias:
      guard count(range) else { return .stop }
      refuseAlias(range)
      return .refused
    case .documentStart, .streamEnd, .other: return .end(range)
    }
  }

  private mutating func key(_ range: SourceRange) -> KeyStep {
    if let name = parser.scalarAnchor { refuseAnchor(name, at: range) }
    if let tag = parser.scalarTag, tag != .nonSpecific, tag != .string {
      refuse(tag, at: range, "a key, which is always text")
    }
    let text = parser.text
    if text.isEmpty, parser.isPlain {
      report(
        code: "empty-key", "the key of this value is missing", at: range,
        hint: "write \"key: value\", or \"\" for a key without a character")
      return .refused
    }
    if text == "<<", parser.isPlain {
      report(
        code: "merge-key", "merge keys (<<) are not allowed", at: range,
        hint: "write the fields out here")
      return .refused
    }
    return .key(text, range)
  }
}

// MARK: - Scalars

extension EventReader {
  private mutating func scalar(_ range: SourceRange) -> Node {
    if let name = parser.scalarAnchor { refuseAnchor(name, at: range) }
    if let tag = parser.scalarTag { return Node(tagged(tag, range), at: range) }
    guard parser.isPlain else { return Node(.string(parser.text), at: range) }
    switch parser.plainScalar {
    case .text: return Node(.string(parser.text), at: range)
    case .null: return Node(.null, at: range)
    case .bool(let value): return Node(.bool(value), at: range)
    case .integer(let value): return Node(.integer(value), at: range)
    case .number(let value): return Node(.number(value), at: range)
    case .refused(let reason):
      let text = parser.text
      refuse(reason, text, at: range)
      return Node(.string(text), at: range)
    }
  }

  /// The value of a scalar that says what it is; where it is something else it stays text.
  private mutating func tagged(_ tag: Tag, _ range: SourceRange) -> Node.Content {
    let text = parser.text
    switch (tag, parser.plainScalar) {
    case (.nonSpecific, _), (.string, _): return .string(text)
    case (.null, .null): return .null
    case (.bool, .bool(let value)): return .bool(value)
    case (.integer, .integer(let value)): return .integer(value)
    case (.float, .integer(let value)): return .number(Double(value))
    case (.float, .number(let value)): return .number(value)
    case (.integer, .refused(let reason)) where reason.isNumber,
      (.float, .refused(let reason)) where reason.isNumber,
      (.bool, .refused(let reason)) where !reason.isNumber:
      refuse(reason, text, at: range)
    default: refuse(tag, at: range, "\"\(text)\"")
    }
    return .string(text)
  }

  private mutating func refuse(
    _ reason: PlainScalar.Refusal, _ text: String, at range: SourceRange,
  ) {
    report(code: reason.code, reason.message(text), at: range, hint: reason.hint(text))
  }

  private mutating func refuse(_ tag: Tag, at range: SourceRange, _ what: String) {
    if case .other(let name) = tag {
      report(
        code: "tag", "the tag \(name) is not allowed", at: range,
        hint: "remove it; only !!str, !!int, !!float, !!bool, !!null, !!map and !!seq are known")
    } else {
      report(
        code: "tag", "the tag \(tag.name) does not fit \(what)", at: range, hint: "remove the tag")
    }
  }
}

// MARK: - Reports

extension EventReader {
  private mutating func refuseAnchor(_ name: String, at range: SourceRange) {
    anchors[name] = range
    report(
      code: "anchor", "anchors (&\(name)) are not allowed", at: range,
      hint: "remove &\(name), and write the value out wherever *\(name) stands")
  }

  private mutating func refuseAlias(_ range: SourceRange) {
    let name = parser.aliasName
    report(
      code: "alias", "aliases (*\(name)) are not allowed", at: range,
      hint: "write the value out here, or put it in quotes if the * belongs to the text",
      related: anchors[name])
  }

  private mutating func report(
    code: String, _ message: String, at range: SourceRange, hint: String,
    related: SourceRange? = nil,
  ) {
    guard !isStopped else { return }
    diagnostics.append(
      Diagnostic(
        code: code, message, at: SourceLocation(file: file, range: range), hint: hint,
        related: related.map { SourceLocation(file: file, range: $0) }))
    guard diagnostics.count >= limits.maximumDiagnostics else { return }
    stop(
      code: "too-many-errors", "after \(limits.maximumDiagnostics) errors the rest is not read",
      at: range, hint: "correct these first")
  }

  /// Reports what ends the reading.
  private mutating func stop(code: String, _ message: String, at range: SourceRange, hint: String) {
    guard !isStopped else { return }
    isStopped = true
    diagnostics.append(
      Diagnostic(
        code: code, message, at: SourceLocation(file: file, range: range), hint: hint))
  }
}
