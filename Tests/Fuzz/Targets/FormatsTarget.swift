internal import Kinds
internal import Resources

extension FuzzTarget {
  /// Texts with a grammar, each by all grammars that manifests know.
  static let formats = FuzzTarget(name: "formats") { bytes throws(BrokenPromise) in
    let text = bytes.text
    for format in Formats.all { try check(text, format) }
    let pointer = JSONPointer(parsing: text)
    try require(
      JSONPointer(parsing: pointer.description) == pointer, "a pointer changes when written")
    if let key = ResourceKey(text) {
      try require(key.description == text, "a key changes when written")
    }
    if let digest = Digest(hex: text) {
      try require(digest.description == text.lowercased(), "a digest changes when written")
    }
  }

  private static func check(_ text: String, _ format: TextFormat) throws(BrokenPromise) {
    let normal: String
    do throws(TextFormat.Problem) {
      normal = try format.canonicalize(text)
    } catch {
      return
    }
    let again: String
    do throws(TextFormat.Problem) {
      again = try format.canonicalize(normal)
    } catch {
      throw BrokenPromise("\(format.name) \(text) is \(normal), which is refused: \(error.reason)")
    }
    try require(
      again.utf8.elementsEqual(normal.utf8), "\(format.name) \(text) is \(normal), is \(again)")
  }
}

/// The grammars of texts in the shapes of the standard kinds.
private struct Formats {
  static let all: [TextFormat] = {
    var formats = Formats()
    for kind in KindRegistry.standard.kinds { formats.add(.object(kind.spec)) }
    formats.add(.object(ManifestDecoder.metadata))
    return formats.found
  }()

  private var found: [TextFormat] = []
  private var recursive: Set<String> = []

  private mutating func add(_ format: TextFormat?) {
    guard let format, !found.contains(where: { $0 === format }) else { return }
    found.append(format)
  }

  private mutating func add(_ shape: Shape) {
    switch shape {
    case .text(let rule): add(rule.format)
    case .format(let format): add(format)
    case .list(let item, _): add(item)
    case .map(let item, let keys):
      add(keys.format)
      add(item)
    case .object(let object): for field in object.fields { add(field.shape) }
    case .recursive(let shape):
      guard recursive.insert(shape.name).inserted else { return }
      add(.object(shape.object()))
    case .either(let shapes): for shape in shapes { add(shape) }
    case .boolean, .integer, .number, .choice, .name, .anything: break
    }
  }
}
