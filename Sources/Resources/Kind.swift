/// A kind of resource: how its `spec` looks and what holds between its fields.
///
/// Everything generic (decoding, canonical form, references, JSON Schema, storage) comes out of
/// `spec`; the closures say what a shape cannot.
package struct Kind: Sendable {
  package let name: String
  /// One sentence for lists and the reference page.
  package let summary: String
  package let spec: ObjectShape
  /// What canonical form has: `kind`, `metadata` and `spec`.
  package let resource: ObjectShape
  /// Fields whose change deserves a second look, as pointers below the resource: `/spec/action`.
  package let sensitive: [JSONPointer]
  /// A complete manifest that decodes.
  package let example: String
  /// Checks between fields; also where references and claims that no shape knows are added.
  package let check: @Sendable (SpecCheck) -> SpecFindings
  /// Checks a change from one valid spec to another.
  package let checkTransition: @Sendable (_ old: Value, _ new: Value) -> [TransitionProblem]

  package init(
    name: String,
    summary: String,
    spec: ObjectShape,
    sensitive: [JSONPointer] = [],
    example: String,
    check: @escaping @Sendable (SpecCheck) -> SpecFindings = { _ in SpecFindings() },
    checkTransition: @escaping @Sendable (Value, Value) -> [TransitionProblem] = { _, _ in [] },
  ) {
    self.name = name
    self.summary = summary
    self.spec = spec
    resource = ObjectShape([
      .required("kind", .choice([name]), "The kind."),
      .required("metadata", .object(ManifestDecoder.metadata), "What every kind has."),
      .required("spec", .object(spec), "What this kind has."),
    ])
    self.sensitive = sensitive
    self.example = example
    self.check = check
    self.checkTransition = checkTransition
  }
}

/// What a kind's own check is given: a spec that fits its shape.
package struct SpecCheck: Sendable {
  package let name: String
  /// The canonical spec.
  package let spec: Value
  /// The spec as written, for places.
  package let node: Node

  package init(name: String, spec: Value, node: Node) {
    self.name = name
    self.spec = spec
    self.node = node
  }
}

/// What a kind's own check found.
///
/// Pointers are relative to the spec: `["steps", "0", "needs"]`.
package struct SpecFindings: Sendable {
  package struct Problem: Sendable {
    package var code: String
    package var message: String
    package var pointer: JSONPointer
    package var hint: String?
    /// The other place that takes part.
    package var related: JSONPointer?
    /// Which bytes of the text at `pointer` it is about, where it is not all of it.
    package var part: (offset: Int, length: Int)?
  }

  package private(set) var problems: [Problem] = []
  package private(set) var references: [(target: ResourceKey, pointer: JSONPointer)] = []
  package private(set) var claims: [(name: String, pointer: JSONPointer)] = []

  package init() {}

  package mutating func report(
    code: String, _ message: String, at tokens: [String], hint: String? = nil,
    related: [String]? = nil, part: (offset: Int, length: Int)? = nil,
  ) {
    problems.append(
      Problem(
        code: code, message: message, pointer: JSONPointer(tokens), hint: hint,
        related: related.map { JSONPointer($0) }, part: part))
  }

  package mutating func refer(to target: ResourceKey, at tokens: [String]) {
    references.append((target, JSONPointer(tokens)))
  }

  package mutating func claim(_ name: String, at tokens: [String]) {
    claims.append((name, JSONPointer(tokens)))
  }
}

/// Why a change between two valid specs is refused.
package struct TransitionProblem: Sendable {
  package var code: String
  package var message: String
  package var pointer: JSONPointer
  package var hint: String?

  package init(code: String, message: String, pointer: JSONPointer, hint: String? = nil) {
    self.code = code
    self.message = message
    self.pointer = pointer
    self.hint = hint
  }
}
