internal import CYAML
internal import Resources

/// The only owner of a libyaml parser and of the event that it read last.
///
/// What an event has is told by properties here rather than by a copy of it, for there are some
/// eighty events in a manifest. Each event is deleted before the next is read.
@safe
struct EventParser: ~Copyable {
  enum Kind { case scalar, map, list, alias, documentStart, streamEnd, other }

  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let event: UnsafeMutablePointer<yaml_event_t>
  private let end: TextEnd

  /// Takes a text that passed `TextCheck` and must outlive the parser; `characters` is its length
  /// in Unicode scalars.
  init(_ text: UnsafeBufferPointer<UInt8>, characters: Int) {
    unsafe parser = .allocate(capacity: 1)
    unsafe parser.initialize(to: yaml_parser_t())
    unsafe event = .allocate(capacity: 1)
    unsafe event.initialize(to: yaml_event_t())
    let status = unsafe yaml_parser_initialize(parser)
    precondition(status == 1, "out of memory")
    // libyaml wants an address even where there are no bytes.
    let start = unsafe text.baseAddress ?? UnsafePointer(parser.pointee.buffer.start)
    unsafe writ_yaml_parser_set_text(parser, start, text.count, characters)
    end = unsafe TextEnd(text, characters: characters)
  }

  deinit {
    unsafe yaml_event_delete(event)
    unsafe yaml_parser_delete(parser)
    unsafe event.deallocate()
    unsafe parser.deallocate()
  }

  /// Reads the next event; nil after an error of syntax, which `failure` then tells.
  mutating func next() -> Kind? {
    unsafe yaml_event_delete(event)
    guard unsafe yaml_parser_parse(parser, event) == 1 else { return nil }
    switch unsafe event.pointee.type {
    case YAML_SCALAR_EVENT: return .scalar
    case YAML_MAPPING_START_EVENT: return .map
    case YAML_SEQUENCE_START_EVENT: return .list
    case YAML_ALIAS_EVENT: return .alias
    case YAML_DOCUMENT_START_EVENT: return .documentStart
    case YAML_STREAM_END_EVENT: return .streamEnd
    default: return .other
    }
  }

  /// Why there is no next event.
  var failure: SyntaxFailure {
    let state = unsafe parser.pointee
    return unsafe SyntaxFailure(
      problem: state.problem.map { unsafe String(cString: $0) } ?? "out of memory",
      place: end.position(state.problem_mark),
      context: state.context.map { unsafe String(cString: $0) },
      contextPlace: end.position(state.context_mark))
  }

  var range: SourceRange {
    unsafe SourceRange(
      start: end.position(event.pointee.start_mark), end: end.position(event.pointee.end_mark))
  }
}

/// Where a text ends.
///
/// libyaml ends the last line even where the text does not, and then counts one line more than there
/// is; what it places there ends with the text.
private struct TextEnd {
  private let characters: Int
  /// The column behind the last character; nil where the text ends with a line break, or is empty.
  private let openColumn: Int?

  init(_ text: UnsafeBufferPointer<UInt8>, characters: Int) {
    self.characters = characters
    var column = 1
    var index = text.count
    while index > 0 {
      let byte = unsafe text[index - 1]
      if byte == 0x0A || byte == 0x0D { break }
      if byte & 0xC0 != 0x80 { column += 1 }
      index -= 1
    }
    openColumn = index < text.count ? column : nil
  }

  /// libyaml counts from 0, in Unicode scalars.
  func position(_ mark: yaml_mark_t) -> SourcePosition {
    if mark.column == 0, mark.line > 0, mark.index >= characters, let openColumn {
      return SourcePosition(line: Int(mark.line), column: openColumn)
    }
    return SourcePosition(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
  }
}

// MARK: - Scalars

extension EventParser {
  /// The text of a scalar.
  var text: String { unsafe String(decoding: utf8, as: UTF8.self) }

  /// Whether a scalar is written without quotes, `|` or `>`.
  var isPlain: Bool { unsafe event.pointee.data.scalar.style == YAML_PLAIN_SCALAR_STYLE }

  /// What a scalar means where it is plain.
  var plainScalar: PlainScalar { unsafe PlainScalar(utf8.span) }

  private var utf8: UnsafeBufferPointer<UInt8> {
    unsafe UnsafeBufferPointer(
      start: event.pointee.data.scalar.value, count: event.pointee.data.scalar.length)
  }

  /// The tag of a scalar.
  var scalarTag: Tag? { unsafe Self.tag(event.pointee.data.scalar.tag) }

  /// The name after the `&` of a scalar.
  var scalarAnchor: String? { unsafe Self.name(event.pointee.data.scalar.anchor) }

  private static func tag(_ text: UnsafeMutablePointer<yaml_char_t>?) -> Tag? {
    unsafe name(text).map { Tag($0) }
  }

  private static func name(_ text: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    guard let text = unsafe text else { return nil }
    return unsafe String(cString: text)
  }
}

// MARK: - Other events

extension EventParser {
  /// The tag of a map.
  var mapTag: Tag? { unsafe Self.tag(event.pointee.data.mapping_start.tag) }

  /// The name after the `&` of a map.
  var mapAnchor: String? { unsafe Self.name(event.pointee.data.mapping_start.anchor) }

  /// Whether a map is written with braces.
  var isFlowMap: Bool {
    unsafe event.pointee.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
  }

  /// The tag of a list.
  var listTag: Tag? { unsafe Self.tag(event.pointee.data.sequence_start.tag) }

  /// The name after the `&` of a list.
  var listAnchor: String? { unsafe Self.name(event.pointee.data.sequence_start.anchor) }

  /// Whether a list is written with brackets.
  var isFlowList: Bool {
    unsafe event.pointee.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE
  }

  /// The name after the `*` of an alias.
  var aliasName: String { unsafe Self.name(event.pointee.data.alias.anchor) ?? "" }

  /// The version in the `%YAML` directive of a document.
  var version: (major: Int, minor: Int)? {
    guard let version = unsafe event.pointee.data.document_start.version_directive else {
      return nil
    }
    return unsafe (Int(version.pointee.major), Int(version.pointee.minor))
  }

  /// Whether a document has `%TAG` directives.
  var hasTagDirectives: Bool {
    unsafe event.pointee.data.document_start.tag_directives.start
      != event.pointee.data.document_start.tag_directives.end
  }
}
