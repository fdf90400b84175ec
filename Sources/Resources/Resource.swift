/// One typed object out of a manifest, decoded and valid by itself.
package struct Resource: Sendable {
  package let key: ResourceKey
  /// Canonical JSON of `{kind, metadata, spec}` with defaults filled.
  package let content: [UInt8]
  /// SHA-256 of `content`: resources with one digest mean the same.
  package let digest: Digest
  package let location: SourceLocation
  /// What it names, in the order of the manifest.
  package let references: [Reference]
  /// What at most one resource of a repository may claim.
  package let claims: [Claim]
  package let marks: Marks
  /// The manifest as written, where somebody will ask for the place of a field.
  package var node: Node?

  package init(
    key: ResourceKey, content: [UInt8], location: SourceLocation, references: [Reference],
    claims: [Claim], marks: Marks, node: Node?,
  ) {
    self.key = key
    self.content = content
    self.digest = Digest(of: content)
    self.location = location
    self.references = references
    self.claims = claims
    self.marks = marks
    self.node = node
  }
}

/// What the annotations `writ/protect` and `writ/prune` ask for.
package struct Marks: Hashable, Sendable {
  /// Deleting it is blocked; the mark stays in the database when the manifest is gone.
  package var isProtected: Bool
  /// When its manifest is gone it stays in force.
  package var isKept: Bool

  package init(isProtected: Bool = false, isKept: Bool = false) {
    self.isProtected = isProtected
    self.isKept = isKept
  }

  package static let none = Marks()
}

/// One resource naming another.
package struct Reference: Hashable, Sendable {
  package var target: ResourceKey
  /// Where in the resource the name stands.
  package var pointer: JSONPointer
  package var range: SourceRange

  package init(target: ResourceKey, pointer: JSONPointer, range: SourceRange) {
    self.target = target
    self.pointer = pointer
    self.range = range
  }
}

/// A thing of which a repository has at most one, such as being the default route.
package struct Claim: Hashable, Sendable {
  /// A phrase that completes "two resources are …": `the default route`.
  package var name: String
  package var range: SourceRange

  package init(name: String, range: SourceRange) {
    self.name = name
    self.range = range
  }
}

/// The grammar of `metadata.name`.
package enum ResourceName {
  package static let pattern = "^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$"

  /// Why `name` is not a resource name; nil when it is one.
  package static func problem(with name: String) -> String? {
    func isAlphanumeric(_ byte: UInt8) -> Bool {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
    let bytes = name.utf8
    guard let first = bytes.first, let last = bytes.last else { return "it is empty" }
    if bytes.count > 63 { return "it is longer than 63 characters" }
    if let bad = name.unicodeScalars.first(where: {
      !($0.isASCII && isAlphanumeric(UInt8($0.value))) && $0 != "." && $0 != "-"
    }) {
      return "it has \"\(bad)\"; only a-z, 0-9, \".\" and \"-\" are allowed"
    }
    if !isAlphanumeric(first) || !isAlphanumeric(last) {
      return "it must start and end with a letter or a digit"
    }
    return nil
  }
}

extension TextFormat {
  package static let resourceName = TextFormat(
    name: "a resource name", pattern: ResourceName.pattern, example: "db-backup",
  ) { text throws(Problem) in
    if let problem = ResourceName.problem(with: text) { throw Problem(problem) }
    return text
  }
}
