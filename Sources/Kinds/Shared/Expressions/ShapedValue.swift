package import CEL
package import Resources

extension CELValue {
  /// A canonical value as expressions see it: durations, times and sizes are what they mean.
  ///
  /// Lists and objects are converted as far as somebody looks at them.
  ///
  /// - Parameter shape: what the value has the form of; nil where nothing is known of it.
  package init(_ value: Value, as shape: Shape? = nil) {
    switch value {
    case .null: self = .null
    case .bool(let value): self = .bool(value)
    case .integer(let value): self = .int(value)
    case .number(let value): self = .double(value)
    case .string(let text): self = Self.text(text, shape)
    case .array(let items):
      self = .list(ShapedList(items, item: Self.item(of: shape)))
    case .object(let members):
      self = .map(ShapedObject(members, as: MemberShapes(of: shape)))
    }
  }

  /// The value at `node` of a tape, as the decoded one would be.
  init(_ tape: CanonicalTape, _ node: Int, as shape: Shape?) {
    switch tape.kind(of: node) {
    case .array: self = .list(TapeList(tape, node, item: Self.item(of: shape)))
    case .object: self = .map(TapeObject(tape, node, as: MemberShapes(of: shape)))
    case .plainText, .escapedText: self = Self.text(tape.text(of: node), shape)
    default: self.init(tape.value(of: node), as: shape)
    }
  }

  /// The shape of the items of a list.
  static func item(of shape: Shape?) -> Shape? {
    if case .list(let item, _) = alternative(of: shape, isList: true) { return item }
    return nil
  }

  /// The shape that a list or an object has, out of several.
  fileprivate static func alternative(of shape: Shape?, isList: Bool) -> Shape? {
    switch shape {
    case .recursive(let recursive): return .object(recursive.object())
    case .either(let shapes):
      return shapes.first { shape in
        switch shape {
        case .list: isList
        case .object, .map, .recursive: !isList
        default: false
        }
      }.flatMap { alternative(of: $0, isList: isList) }
    default: return shape
    }
  }

  private static func text(_ text: String, _ shape: Shape?) -> CELValue {
    format(of: shape).map { Self.text(text, $0) } ?? .string(text)
  }

  /// The format of texts that may mean more than their letters; nil for all others.
  static func format(of shape: Shape?) -> TextFormat? {
    switch shape {
    case .format(let format): return format.meaning == .text ? nil : format
    case .text(let rule): return rule.format.flatMap { $0.meaning == .text ? nil : $0 }
    case .either(let shapes):
      // The first format says what a text is.
      for case .format(let format) in shapes { return format.meaning == .text ? nil : format }
      return nil
    default: return nil
    }
  }

  private static func text(_ text: String, _ format: TextFormat) -> CELValue {
    switch format.meaning {
    case .text: break
    case .duration:
      if let span = try? TimeSpan(parsing: text),
        let duration = CELDuration(
          seconds: span.nanoseconds / 1_000_000_000, nanos: span.nanoseconds % 1_000_000_000)
      {
        return .duration(duration)
      }
    case .time:
      if let time = try? Timestamp(parsing: text), let value = CELTimestamp(time) {
        return .timestamp(value)
      }
    case .bytes:
      if let size = try? ByteSize(parsing: text) { return .int(size.count) }
    }
    return .string(text)
  }
}

extension CELTimestamp {
  /// The same instant.
  package init?(_ time: Timestamp) {
    let (quotient, remainder) = time.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    self.init(
      seconds: remainder < 0 ? quotient - 1 : quotient,
      nanos: Int32(remainder < 0 ? remainder + 1_000_000_000 : remainder))
  }
}

/// What the members of an object have the form of.
enum MemberShapes: Sendable {
  case known(ObjectShape)
  /// The keys are free.
  case each(Shape)
  case unknown

  /// - Parameter shape: that of the object, or several of which one is.
  init(of shape: Shape?) {
    switch CELValue.alternative(of: shape, isList: false) {
    case .object(let object): self = .known(object)
    case .map(let of, _): self = .each(of)
    default: self = .unknown
    }
  }

  subscript(key: String) -> Shape? {
    switch self {
    case .known(let object): object.shape(ofField: key)
    case .each(let shape): shape
    case .unknown: nil
    }
  }
}

/// The members of an object, converted when they are asked for.
private final class ShapedObject: CELMapSource {
  private let members: [Value.Member]
  private let shapes: MemberShapes

  init(_ members: [Value.Member], as shapes: MemberShapes) {
    self.members = members
    self.shapes = shapes
  }

  var count: Int { members.count }
  var keys: [CELKey] { members.map { .string($0.key) } }

  func value(forField field: String) -> CELValue? {
    for member in members where CELText.areEqual(member.key, field) {
      return CELValue(member.value, as: shapes[field])
    }
    return nil
  }
}

/// The items of a list, converted when they are asked for.
private final class ShapedList: CELListSource {
  private let items: [Value]
  private let item: Shape?

  init(_ items: [Value], item: Shape?) {
    self.items = items
    self.item = item
  }

  var count: Int { items.count }
  func element(at index: Int) -> CELValue { CELValue(items[index], as: item) }
}

extension Kind {
  /// A resource of this kind as expressions see it: `apiVersion`, `kind`, `metadata`, `spec`.
  ///
  /// - Parameter content: its canonical form, `{kind, metadata, spec}`.
  package func celValue(of content: Value) -> CELValue { celValue(of: .value(content)) }

  /// The same of a content that need not be decoded.
  package func celValue(of content: CanonicalContent) -> CELValue {
    let shapes = MemberShapes.known(resource)
    let version = ManifestDecoder.apiVersion
    switch content {
    case .value(.object(let members)):
      return .map(
        ShapedObject([Value.Member("apiVersion", .string(version))] + members, as: shapes))
    case .tape(let tape) where tape.kind(of: tape.root) == .object:
      return .map(TapeObject(tape, tape.root, as: shapes, version: version))
    default: return .null
    }
  }
}

extension CELValue {
  /// A resource of no known kind.
  init(_ content: CanonicalContent) {
    switch content {
    case .value(let value): self.init(value)
    case .tape(let tape): self.init(tape, tape.root, as: nil)
    }
  }
}
