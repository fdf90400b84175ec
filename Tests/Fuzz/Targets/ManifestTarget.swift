internal import Kinds
internal import Resources
internal import YAML

extension FuzzTarget {
  /// Files of a manifest root, down to resources.
  static let manifest = FuzzTarget(name: "manifest") { bytes throws(BrokenPromise) in
    let read = YAMLReader.read(bytes, file: "a.yaml")
    let lines = Lines(bytes)
    for document in read.documents + read.faulty {
      let decoded = decoder.decode(document.root, file: "a.yaml")
      try check(decoded.diagnostics.sorted(), in: lines)
      try require(
        decoded.resource != nil || decoded.diagnostics.containsError, "nothing, without a reason")
      guard let resource = decoded.resource else { continue }
      try require(decoded.key == resource.key, "two keys")
      try check(resource)
      for place in resource.references.map(\.range) + resource.claims.map(\.range) {
        try lines.check(place, "a reference")
      }
    }
  }

  private static let decoder = ManifestDecoder(registry: .standard)

  /// Whether what is stored of a resource gives the resource again.
  private static func check(_ resource: Resource) throws(BrokenPromise) {
    try require(ResourceKey(resource.key.description) == resource.key, "a key cannot be read")
    guard let value = Value(stored: resource.content) else {
      throw BrokenPromise("the content cannot be read from the database")
    }
    try require(CanonicalJSON.bytes(of: value) == resource.content, "the content is not canonical")
    guard case .object(var members) = value else { throw BrokenPromise("no object") }
    members.append(.init("apiVersion", .string(ManifestDecoder.apiVersion)))
    let again = decoder.decode(Node(value: .sorted(members)), file: "a.yaml")
    guard let second = again.resource else {
      throw BrokenPromise("the canonical form is refused: \(again.diagnostics)")
    }
    try require(second.content == resource.content, "the canonical form has a canonical form")
    try require(second.digest == resource.digest, "the canonical form has another digest")
    try require(second.marks == resource.marks, "the canonical form has other marks")
    try require(
      Set(second.references.map(\.target)) == Set(resource.references.map(\.target)),
      "the canonical form names others")
    try require(
      Set(second.claims.map(\.name)) == Set(resource.claims.map(\.name)),
      "the canonical form claims otherwise")
  }
}

extension Value {
  /// As Persistence reads a row.
  init?(stored bytes: [UInt8]) {
    guard let value = try? JSONReader.read(bytes) else { return nil }
    self = value
  }
}

extension Node {
  init(value: Value) {
    let content: Content
    switch value {
    case .null: content = .null
    case .bool(let flag): content = .bool(flag)
    case .integer(let number): content = .integer(number)
    case .number(let number): content = .number(number)
    case .string(let text): content = .string(text)
    case .array(let items): content = .list(items.map { Node(value: $0) })
    case .object(let members):
      content = .map(
        members.map { Entry(key: $0.key, keyRange: .start, value: Node(value: $0.value)) })
    }
    self.init(content, at: .start)
  }
}
