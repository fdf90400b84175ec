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
      var item: Shape?
      if case .list(let of, _) = Self.alternative(of: shape, for: value) { item = of }
      self = .list(ShapedList(items, item: item))
    case .object(let members):
      self = .map(ShapedObject(members, as: Self.alternative(of: shape, for: value)))
    }
  }

  /// The shape that a list or an object has, out of several.
  private static func alternative(of shape: Shape?, for value: Value) -> Shape? {
    switch shape {
    case .recursive(let recursive): return .object(recursive.object())
    case .either(let shapes):
      return shapes.first { shape in
        switch (shape, value) {
        case (.list, .array), (.object, .object), (.map, .object), (.recursive, .object): true
        default: false
        }
      }.flatMap { alternative(of: $0, for: value) }
    default: return shape
    }
  }

  private static func text(_ text: String, _ shape: Shape?) -> CELValue {
    switch shape {
    case .format(let format): return Self.text(text, format)
    case .text(let rule): return rule.format.map { Self.text(text, $0) } ?? .string(text)
    case .either(let shapes):
      for case .format(let format) in shapes { return Self.text(text, format) }
      return .string(text)
    default: return .string(text)
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

/// The members of an object, converted when they are asked for.
private final class ShapedObject: CELMapSource {
  private let members: [Value.Member]
  private let object: ObjectShape?
  /// The shape of all members, where the keys are free.
  private let value: Shape?

  init(_ members: [Value.Member], as shape: Shape?) {
    self.members = members
    switch shape {
    case .object(let object): (self.object, value) = (object, nil)
    case .map(let of, _): (object, value) = (nil, of)
    default: (object, value) = (nil, nil)
    }
  }

  var count: Int { members.count }
  var keys: [CELKey] { members.map { .string($0.key) } }

  func value(forField field: String) -> CELValue? {
    for member in members where CELText.areEqual(member.key, field) {
      return CELValue(member.value, as: value ?? object?.field(named: field)?.shape)
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
  package func celValue(of content: Value) -> CELValue {
    guard case .object(let members) = content else { return .null }
    let version = Value.Member("apiVersion", .string(ManifestDecoder.apiVersion))
    return .map(ShapedObject([version] + members, as: .object(resource)))
  }
}
