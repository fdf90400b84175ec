/// What a value of a manifest may look like.
///
/// A shape is the one description of a field: the decoder, the canonical form, the JSON Schema that
/// `writ schema` prints and the reference pages all come out of it, so they cannot disagree.
package indirect enum Shape: Sendable {
  /// Free text within limits.
  case text(TextRule)
  case boolean
  case integer(ClosedRange<Int64>)
  case number(ClosedRange<Double>)
  /// One of these words.
  case choice([String])
  /// Text with a grammar and a normal form, such as a duration.
  case format(TextFormat)
  /// The name of a resource of another kind; decoding records the reference.
  case name(ofKind: String)
  case list(of: Shape, ListRule)
  /// An object whose keys the user chooses.
  case map(of: Shape, keys: TextRule)
  case object(ObjectShape)
  /// An object that may contain itself, such as a route with routes in it.
  case recursive(RecursiveShape)
  /// The first alternative that takes the value's YAML type.
  case either([Shape])
  /// Any JSON value, kept as it is.
  case anything
}

/// Limits of free text, whose lengths count Unicode scalars.
package struct TextRule: Sendable {
  package var length: ClosedRange<Int>
  /// A grammar in words of the domain, where the text has one.
  package var format: TextFormat?

  package init(length: ClosedRange<Int> = 1...65_536, format: TextFormat? = nil) {
    self.length = length
    self.format = format
  }

  package static let line = TextRule(length: 1...1024)
  package static let document = TextRule(length: 0...1_048_576)
}

/// How the items of a list relate.
package struct ListRule: Sendable {
  package enum Order: Sendable {
    /// The order means something and is kept.
    case kept
    /// The list is a set: canonical form sorts it, and an item twice is an error.
    case set
    /// The order means something, and the value of this field is unique among the items.
    case unique(by: String)
  }

  package var count: ClosedRange<Int>
  package var order: Order
  /// Whether one item may stand for the list of it, as in `days: mon-fri`.
  package var acceptsSingle: Bool

  package init(
    count: ClosedRange<Int> = 0...1024, order: Order = .kept, acceptsSingle: Bool = false,
  ) {
    self.count = count
    self.order = order
    self.acceptsSingle = acceptsSingle
  }
}

extension Shape {
  /// Whether a text of this shape, or one within, may mean more than its letters.
  fileprivate var mayMeanMore: Bool {
    switch self {
    case .format(let format): format.meaning != .text
    case .text(let rule): rule.format.map { $0.meaning != .text } ?? false
    case .list(let shape, _), .map(let shape, _): shape.mayMeanMore
    case .object(let object): !object.meaningful.isEmpty
    case .either(let shapes): shapes.contains(where: \.mayMeanMore)
    // Its fields are not known yet where it is mentioned.
    case .recursive: true
    default: false
    }
  }
}

/// An object with known fields; every other field is an error.
///
/// It is a class because decoding passes it around: a reference is cheaper to copy than its fields.
package final class ObjectShape: Sendable {
  /// Sorted by name.
  package let fields: [Field]
  /// Groups of fields of which exactly one must be there.
  package let exactlyOne: [[String]]
  /// Groups of fields of which at least one must be there.
  package let atLeastOne: [[String]]
  /// Pairs that cannot stand together.
  package let exclusive: [[String]]
  /// A field and the fields that it needs.
  package let requires: [String: [String]]
  /// What the word in a field asks of the others.
  package let conditions: [Condition]
  /// Whether anything is said about how fields go together.
  let hasRules: Bool
  /// The fields in whose values a text may mean more than its letters, by name.
  package let meaningful: [(name: String, shape: Shape)]

  package init(
    _ fields: [Field],
    exactlyOne: [[String]] = [],
    atLeastOne: [[String]] = [],
    exclusive: [[String]] = [],
    requires: [String: [String]] = [:],
    conditions: [Condition] = [],
  ) {
    // Sorted once here, so that decoding writes members in canonical order without sorting again.
    self.fields = fields.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    self.exactlyOne = exactlyOne
    self.atLeastOne = atLeastOne
    self.exclusive = exclusive
    self.requires = requires
    self.conditions = conditions
    meaningful = self.fields.filter(\.shape.mayMeanMore).map { ($0.name, $0.shape) }
    hasRules =
      !exactlyOne.isEmpty || !atLeastOne.isEmpty || !exclusive.isEmpty || !requires.isEmpty
      || !conditions.isEmpty
  }

  package func field(named name: String) -> Field? { fields.first { $0.name == name } }

  /// The shape of the field `name`, without a copy of all that is said of it.
  package func shape(ofField name: String) -> Shape? {
    for index in fields.indices where fields[index].name == name { return fields[index].shape }
    return nil
  }

  /// What decoding an empty map gives, where that is allowed: every default.
  package var defaults: Value {
    .object(
      fields.compactMap { field in
        guard case .defaulted(let value) = field.presence else { return nil }
        return Value.Member(field.name, value)
      })
  }
}

/// An object shape with a name, made when it is asked for, so that it may mention itself.
package struct RecursiveShape: Sendable {
  /// What JSON Schema calls it.
  package let name: String
  package let object: @Sendable () -> ObjectShape

  package init(_ name: String, _ object: @escaping @Sendable () -> ObjectShape) {
    self.name = name
    self.object = object
  }
}

/// What other fields must or must not be there when a field has one of some words.
///
/// A field that is missing counts with its default. A field that is forbidden, or that needs a
/// field which is missing (`ObjectShape.requires`), does not take its own default.
package struct Condition: Sendable {
  package var field: String
  package var words: [String]
  package var needs: [String]
  package var forbids: [String]

  package static func when(
    _ field: String, in words: [String], needs: [String] = [], forbids: [String] = [],
  ) -> Condition {
    Condition(field: field, words: words, needs: needs, forbids: forbids)
  }
}

/// One field of an object.
package struct Field: Sendable {
  package enum Presence: Sendable {
    case required
    /// May be missing, and is missing from the canonical form then.
    case optional
    /// May be missing; canonical form has this value then.
    case defaulted(Value)
  }

  package var name: String
  package var shape: Shape
  package var presence: Presence
  /// One sentence for the reference page and for editors.
  package var summary: String

  package init(_ name: String, _ shape: Shape, _ presence: Presence, _ summary: String) {
    self.name = name
    self.shape = shape
    self.presence = presence
    self.summary = summary
  }

  package static func required(_ name: String, _ shape: Shape, _ summary: String) -> Field {
    Field(name, shape, .required, summary)
  }

  package static func optional(_ name: String, _ shape: Shape, _ summary: String) -> Field {
    Field(name, shape, .optional, summary)
  }

  package static func defaulted(
    _ name: String, _ shape: Shape, to value: Value, _ summary: String,
  ) -> Field {
    Field(name, shape, .defaulted(value), summary)
  }

  /// An object that may be missing, and then stands with the defaults of its fields.
  package static func defaulted(
    _ name: String, _ shape: ObjectShape, _ summary: String,
  ) -> Field {
    Field(name, .object(shape), .defaulted(shape.defaults), summary)
  }
}
