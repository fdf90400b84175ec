/// The parts of a JSON Schema that are said once per document, under `$defs`.
struct SchemaDefinitions {
  private(set) var members: [Value.Member] = []

  /// A reference to the definition `name`, which `make` makes the first time.
  mutating func reference(
    _ name: String, _ make: (inout SchemaDefinitions) -> Value,
  ) -> Value {
    if !members.contains(where: { $0.key == name }) {
      // Entered before it is made, so that a shape that mentions itself comes to an end.
      members.append(.init(name, .null))
      let schema = make(&self)
      if let index = members.firstIndex(where: { $0.key == name }) {
        members[index].value = schema
      }
    }
    return ["$ref": .string("#/$defs/\(name)")]
  }

  /// `schema` with the definitions in it, where there are any.
  func added(to schema: Value) -> Value {
    guard !members.isEmpty, case .object(let own) = schema else { return schema }
    return .sorted(own + [.init("$defs", .sorted(members))])
  }
}

extension Shape {
  /// This shape in JSON Schema 2020-12.
  package var jsonSchema: Value {
    var definitions = SchemaDefinitions()
    let schema = jsonSchema(&definitions)
    return definitions.added(to: schema)
  }

  func jsonSchema(_ definitions: inout SchemaDefinitions) -> Value {
    switch self {
    case .text(let rule): return rule.jsonSchema
    case .boolean: return ["type": "boolean"]
    case .integer(let range):
      return [
        "type": "integer", "minimum": .integer(range.lowerBound),
        "maximum": .integer(range.upperBound),
      ]
    case .number(let range):
      return [
        "type": "number", "minimum": .number(range.lowerBound),
        "maximum": .number(range.upperBound),
      ]
    case .choice(let words): return ["enum": .array(words.map { .string($0) })]
    case .format(let format): return format.jsonSchema(&definitions)
    case .name: return TextFormat.resourceName.jsonSchema(&definitions)
    case .list(let item, let rule): return rule.jsonSchema(of: item.jsonSchema(&definitions))
    case .map(let item, let keys):
      return [
        "type": "object", "propertyNames": keys.jsonSchema,
        "additionalProperties": item.jsonSchema(&definitions), "maxProperties": 1024,
      ]
    case .object(let object): return object.jsonSchema(&definitions)
    case .recursive(let shape):
      return definitions.reference(shape.name) { shape.object().jsonSchema(&$0) }
    case .either(let shapes):
      return ["anyOf": .array(shapes.map { $0.jsonSchema(&definitions) })]
    case .anything: return [:]
    }
  }
}

extension ListRule {
  func jsonSchema(of item: Value) -> Value {
    var members: [Value.Member] = [
      .init("type", "array"), .init("items", item),
      .init("minItems", .integer(Int64(count.lowerBound))),
      .init("maxItems", .integer(Int64(count.upperBound))),
    ]
    if case .set = order { members.append(.init("uniqueItems", true)) }
    let list = Value.sorted(members)
    return acceptsSingle ? ["anyOf": [list, item]] : list
  }
}

extension TextRule {
  var jsonSchema: Value {
    var schema: [Value.Member] = [
      .init("type", "string"), .init("minLength", .integer(Int64(length.lowerBound))),
      .init("maxLength", .integer(Int64(length.upperBound))),
    ]
    if let pattern = format?.pattern { schema.append(.init("pattern", .string(pattern))) }
    return .sorted(schema)
  }
}

extension TextFormat {
  func jsonSchema(_ definitions: inout SchemaDefinitions) -> Value {
    if !words.isEmpty {
      let title = name.split(separator: " ").dropFirst().map(\.capitalizedFirst).joined()
      return definitions.reference(title) { _ in
        ["type": "string", "enum": .array(words.map { .string($0) })]
      }
    }
    var schema: [Value.Member] = [
      .init("type", acceptsInteger ? ["string", "integer"] : "string"),
      .init("examples", .array([.string(example)])),
    ]
    if let pattern { schema.append(.init("pattern", .string(pattern))) }
    if !integers.isEmpty {
      // Bounds say nothing about strings, so a string passes each alternative.
      let bounds = integers.map { range -> Value in
        ["minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound)]
      }
      schema.append(.init("anyOf", .array(bounds)))
    }
    return .sorted(schema)
  }
}

extension Substring {
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}

extension ObjectShape {
  package var jsonSchema: Value {
    var definitions = SchemaDefinitions()
    let schema = jsonSchema(&definitions)
    return definitions.added(to: schema)
  }

  func jsonSchema(_ definitions: inout SchemaDefinitions) -> Value {
    var properties: [Value.Member] = []
    var required: [Value] = []
    for field in fields {
      var schema = field.shape.jsonSchema(&definitions).members ?? []
      schema.append(.init("description", .string(field.summary)))
      switch field.presence {
      case .required: required.append(.string(field.name))
      case .optional: break
      case .defaulted(let value): schema.append(.init("default", value))
      }
      properties.append(.init(field.name, .sorted(schema)))
    }
    var schema: [Value.Member] = [
      .init("type", "object"), .init("properties", .sorted(properties)),
      .init("additionalProperties", false),
    ]
    if !required.isEmpty { schema.append(.init("required", .array(required))) }
    if !requires.isEmpty {
      schema.append(
        .init(
          "dependentRequired",
          .sorted(requires.map { .init($0.key, .array($0.value.map { .string($0) })) })))
    }
    let groups =
      exactlyOne.map { group -> Value in ["oneOf": .array(group.map { Self.requiring([$0]) })] }
      + atLeastOne.map { group -> Value in ["anyOf": .array(group.map { Self.requiring([$0]) })] }
      + exclusive.flatMap(Self.pairs).map { pair -> Value in ["not": Self.requiring(pair)] }
      + conditions.map(conditional)
    if !groups.isEmpty { schema.append(.init("allOf", .array(groups))) }
    return .sorted(schema)
  }

  private static func requiring(_ names: [String]) -> Value {
    ["required": .array(names.map { .string($0) })]
  }

  private static func pairs(of names: [String]) -> [[String]] {
    names.indices.flatMap { index in
      names[(index + 1)...].map { [names[index], $0] }
    }
  }

  private func conditional(_ condition: Condition) -> Value {
    let words: Value = ["enum": .array(condition.words.map { .string($0) })]
    var premise: [Value.Member] = [
      .init("properties", .sorted([.init(condition.field, words)]))
    ]
    var isInForceWhenMissing = false
    if case .defaulted(let value) = field(named: condition.field)?.presence,
      let word = value.string
    {
      isInForceWhenMissing = condition.words.contains(word)
    }
    if !isInForceWhenMissing {
      premise.append(.init("required", [.string(condition.field)]))
    }
    var conclusion: [Value.Member] = []
    if !condition.needs.isEmpty {
      conclusion.append(.init("required", .array(condition.needs.map { .string($0) })))
    }
    if !condition.forbids.isEmpty {
      conclusion.append(
        .init("properties", .sorted(condition.forbids.map { .init($0, .bool(false)) })))
    }
    return ["if": .sorted(premise), "then": .sorted(conclusion)]
  }
}
