/// Decodes manifests: a located tree in, a resource or every mistake out.
package struct ManifestDecoder: Sendable {
  package let registry: KindRegistry
  private let metadataShape: Shape

  package static let apiVersion = "writ/v1"

  package init(registry: KindRegistry) {
    self.registry = registry
    metadataShape = .object(Self.metadata)
  }

  /// What became of one document.
  package struct Decoded: Sendable {
    /// Nil where something is wrong.
    package var resource: Resource?
    /// What it would be, as far as that can be told.
    package var key: ResourceKey?
    package var diagnostics: [Diagnostic]
  }

  /// Decodes one document.
  ///
  /// - Parameters:
  ///   - keepsNode: whether the resource keeps the tree, to tell the place of its fields.
  ///   - source: the bytes of the file, asked for where a place within a text has to be told.
  package func decode(
    _ root: Node, file: String, keepsNode: Bool = true, source: (() -> [UInt8])? = nil,
  ) -> Decoded {
    var decoder = ShapeDecoder(file: file)
    guard let kind = header(root, &decoder) else {
      return Decoded(resource: nil, key: nil, diagnostics: decoder.diagnostics)
    }
    let metadata =
      root["metadata"].map { decoder.decode($0, as: metadataShape, under: "metadata") } ?? .null
    let name = metadata["name"]?.string ?? ""
    decoder.resource = name.isEmpty ? nil : ResourceKey(kind: kind.name, name: name)
    let marks = marks(root, &decoder)
    func failed() -> Decoded {
      Decoded(resource: nil, key: decoder.resource, diagnostics: decoder.diagnostics)
    }
    guard let specNode = root["spec"] else { return failed() }
    let spec = decoder.decode(specNode, as: .object(kind.spec), under: "spec")
    let findings = kind.check(SpecCheck(name: name, spec: spec, node: specNode))
    let claims = add(findings, specNode, source, &decoder)
    guard !decoder.diagnostics.containsError, let key = decoder.resource else { return failed() }
    let content = CanonicalJSON.bytes(
      of: .object([
        .init("kind", .string(kind.name)), .init("metadata", metadata), .init("spec", spec),
      ]))
    let resource = Resource(
      key: key, content: content, location: SourceLocation(file: file, range: root.range),
      references: decoder.references, claims: claims, marks: marks,
      node: keepsNode ? root : nil)
    return Decoded(resource: resource, key: key, diagnostics: decoder.diagnostics)
  }

  // MARK: The fields that every kind has

  package static let metadata = ObjectShape([
    .required(
      "name", .format(.resourceName), "The name, unique among the resources of its kind."),
    .defaulted(
      "labels", .map(of: .text(.labelValue), keys: .labelKey), to: [:],
      "Words to select resources by."),
    .defaulted(
      "annotations", .map(of: .text(.document), keys: TextRule(length: 1...253)), to: [:],
      "Notes for people and programs; writ/protect, writ/prune, writ/drift and writ/drift-ignore are known to Writ."
    ),
  ])

  private static let fields = ["apiVersion", "kind", "metadata", "spec"]

  /// Checks `apiVersion`, `kind` and the set of top-level fields; nil when the kind is not known.
  private func header(_ root: Node, _ decoder: inout ShapeDecoder) -> Kind? {
    guard case .map(let entries) = root.content else {
      decoder.report(
        code: "wrong-type", "a manifest must be a map, not \(root.summary)", at: root.range,
        hint: "start it with \"apiVersion: \(Self.apiVersion)\"")
      return nil
    }
    for index in entries.indices where !Self.fields.contains(entries[index].key) {
      let key = entries[index].key
      decoder.report(
        code: "unknown-field", "unknown field \"\(key)\" in a manifest",
        at: entries[index].keyRange,
        hint: Suggestion.didYouMean(key, among: Self.fields)
          ?? "known fields: \(Self.fields.joined(separator: ", "))")
    }
    for name in Self.fields where entries.index(of: name) == nil {
      decoder.report(
        code: "missing-field", "\(name) is missing", at: root.range,
        hint: name == "apiVersion" ? "add \"apiVersion: \(Self.apiVersion)\"" : nil)
    }
    if let version = root["apiVersion"], !Self.isKnown(version) {
      decoder.report(
        code: "unknown-api-version",
        "apiVersion must be \"\(Self.apiVersion)\", not \(version.summary)", at: version.range,
        hint: "if this file is not a manifest of Writ, move it out of the manifest roots (--root)")
    }
    guard let kindNode = root["kind"] else { return nil }
    guard case .string(let name) = kindNode.content, let kind = registry[name] else {
      var word = ""
      if case .string(let text) = kindNode.content { word = text }
      decoder.report(
        code: "unknown-kind", "there is no kind \"\(word)\"", at: kindNode.range,
        hint: Suggestion.didYouMean(word, among: registry.names)
          ?? "known kinds: \(registry.names.joined(separator: ", "))")
      return nil
    }
    return kind
  }

  private static func isKnown(_ version: Node) -> Bool {
    if case .string(let text) = version.content { text == apiVersion } else { false }
  }

  /// The annotations that mean something to Writ, and the words that each may have; none is any.
  static let knownAnnotations: [String: [String]] = [
    "writ/drift": ["enforce", "warn", "off"], "writ/drift-ignore": [],
    "writ/protect": ["true", "false"], "writ/prune": ["true", "false"],
  ]

  private func marks(_ root: Node, _ decoder: inout ShapeDecoder) -> Marks {
    guard case .map(let annotations) = root["metadata"]?["annotations"]?.content else {
      return .none
    }
    guard !annotations.isEmpty else { return .none }
    var marks = Marks.none
    for annotation in annotations where annotation.key.hasPrefix("writ/") {
      guard let words = Self.knownAnnotations[annotation.key] else {
        let known = Self.knownAnnotations.keys.sorted()
        decoder.report(
          code: "unknown-annotation", "unknown annotation \"\(annotation.key)\"",
          at: annotation.keyRange,
          hint: Suggestion.didYouMean(annotation.key, among: known)
            ?? "Writ knows \(known.joined(separator: ", "))")
        continue
      }
      guard case .string(let text) = annotation.value.content else { continue }
      guard words.isEmpty || words.contains(text) else {
        let choice = words.map { "\"\($0)\"" }.joined(separator: " or ")
        decoder.report(
          code: "unknown-value", "\(annotation.key) must be \(choice)",
          at: annotation.value.range)
        continue
      }
      if annotation.key == "writ/protect" { marks.isProtected = text == "true" }
      if annotation.key == "writ/prune" { marks.isKept = text == "false" }
    }
    return marks
  }

  /// The part of a text that a problem is about.
  private static func place(
    of problem: SpecFindings.Problem, in specNode: Node, _ source: (() -> [UInt8])?,
  ) -> SourceRange? {
    guard let part = problem.part, let source, let node = specNode.node(at: problem.pointer),
      case .string(let text) = node.content,
      let scalar = ScalarText(text, at: node.range, in: source())
    else { return nil }
    return scalar.range(offset: part.offset, length: part.length)
  }

  /// Turns a kind's findings, which know pointers, into diagnostics and references with places.
  private func add(
    _ findings: SpecFindings, _ specNode: Node, _ source: (() -> [UInt8])?,
    _ decoder: inout ShapeDecoder,
  ) -> [Claim] {
    // Where a shape was not met already, what follows from that is not said again.
    let places = Set(decoder.diagnostics.map(\.location.range.start))
    for problem in findings.problems {
      let place = specNode.range(at: problem.pointer)
      if places.contains(place.start) { continue }
      decoder.report(
        code: problem.code, problem.message,
        at: Self.place(of: problem, in: specNode, source) ?? place,
        hint: problem.hint, related: problem.related.map { specNode.range(at: $0) })
    }
    for reference in findings.references {
      decoder.refer(
        to: reference.target, from: JSONPointer(["spec"] + reference.pointer.tokens),
        at: specNode.range(at: reference.pointer))
    }
    return findings.claims.map {
      Claim(name: $0.name, range: specNode.range(at: $0.pointer))
    }
  }
}
