internal import Engine
internal import Git
internal import Planning
internal import Resources
internal import YAML

/// Reads versions of manifest files, each once as long as it is in use.
struct VersionReader {
  /// What one blob says.
  struct Version {
    var contents: [ResourceKey: Value] = [:]
    /// Something in it cannot be read, and may be the resource that is looked for.
    var isBroken = false

    /// Whether nobody can tell what it says of `key`.
    func hides(_ key: ResourceKey) -> Bool { isBroken && contents[key] == nil }
  }

  /// How many versions are kept at hand.
  private static let roomLimit = 256

  let reader: ManifestReader
  /// How many blobs were decoded.
  private(set) var count = 0
  private var versions: [ObjectID: Version] = [:]

  init(reader: ManifestReader) { self.reader = reader }

  mutating func version(
    _ blob: ObjectID, _ path: String, in repository: borrowing Repository,
  ) throws -> Version {
    if let known = versions[blob] { return known }
    count += 1
    var version = Version()
    guard repository.contains(blob) else {
      // A partial clone has the present, and may lack the past.
      version.isBroken = true
      versions[blob] = version
      return version
    }
    let read = try reader.read(
      [ManifestFiles.File(path: path, blob: blob)], from: repository, at: "", keepsNodes: false,
      isParallel: false)
    version.isBroken = read.diagnostics.containsError
    for resource in read.resources {
      version.contents[resource.key] = Value(canonical: resource.content)
    }
    if versions.count >= Self.roomLimit { versions.removeAll(keepingCapacity: true) }
    versions[blob] = version
    return version
  }

  /// Whether a blob surely has `key`, by a look at its text: one document of this kind with this
  /// name in a line.
  func plainlyHas(
    _ key: ResourceKey, _ blob: ObjectID, in repository: borrowing Repository,
  ) -> Bool {
    let text = try? repository.readBlob(blob, maximumBytes: reader.limits.maximumBytes) { bytes in
      bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
    guard let text else { return false }
    var hasKind = false
    var hasName = false
    var isFirst = true
    for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
      if line.starts(with: "---".utf8), !isFirst { return false }
      if !line.starts(with: "#".utf8) { isFirst = false }
      if line.elementsEqual("kind: \(key.kind)".utf8) { hasKind = true }
      if line.elementsEqual("  name: \(key.name)".utf8) { hasName = true }
    }
    return hasKind && hasName
  }
}
