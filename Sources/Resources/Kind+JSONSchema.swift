extension Kind {
  /// The JSON Schema 2020-12 of one manifest of this kind.
  package var jsonSchema: Value {
    var definitions = SchemaDefinitions()
    let manifest = manifestSchema(&definitions)
    return .sorted(
      (definitions.added(to: manifest).members ?? []) + [
        .init("$schema", "https://json-schema.org/draft/2020-12/schema"),
        .init("$id", .string("https://writ.invalid/schema/v1/\(name).json")),
      ])
  }

  fileprivate func manifestSchema(_ definitions: inout SchemaDefinitions) -> Value {
    [
      "title": .string(name), "description": .string(summary), "type": "object",
      "additionalProperties": false,
      "required": ["apiVersion", "kind", "metadata", "spec"],
      "properties": [
        "apiVersion": ["const": .string(ManifestDecoder.apiVersion)],
        "kind": ["const": .string(name)],
        "metadata": metadataSchema(&definitions),
        "spec": spec.jsonSchema(&definitions),
      ],
    ]
  }

  private func metadataSchema(_ definitions: inout SchemaDefinitions) -> Value {
    guard case .object(var members) = ManifestDecoder.metadata.jsonSchema(&definitions),
      let index = members.firstIndex(where: { $0.key == "properties" }),
      case .object(var properties) = members[index].value,
      let annotations = properties.firstIndex(where: { $0.key == "annotations" })
    else { return [:] }
    let known = ManifestDecoder.knownAnnotations.sorted { $0.key < $1.key }
    properties[annotations].value = [
      "type": "object", "maxProperties": 1024,
      "description":
        "Notes for people and programs; those under writ/ mean something to Writ.",
      "properties": .object(
        known.filter { !$0.value.isEmpty }.map { name, words in
          .init(name, ["enum": .array(words.map { .string($0) })])
        }),
      "propertyNames": [
        "minLength": 1, "maxLength": 253,
        "anyOf": [
          ["not": ["pattern": "^writ/"]], ["enum": .array(known.map { .string($0.key) })],
        ],
      ],
      "additionalProperties": ["type": "string", "maxLength": 1_048_576],
    ]
    members[index].value = .sorted(properties)
    return .sorted(members)
  }
}

extension KindRegistry {
  /// One schema for a manifest of any kind, for editors that take one schema per folder.
  package var jsonSchema: Value {
    var definitions = SchemaDefinitions()
    let alternatives = kinds.map { kind -> Value in
      [
        "if": ["properties": ["kind": ["const": .string(kind.name)]]],
        "then": kind.manifestSchema(&definitions),
      ]
    }
    return definitions.added(to: [
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "$id": "https://writ.invalid/schema/v1/manifest.json",
      "title": "Writ manifest",
      "type": "object",
      "required": ["kind"],
      "properties": ["kind": ["enum": .array(names.map { .string($0) })]],
      "allOf": .array(alternatives),
    ])
  }
}
