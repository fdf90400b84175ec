package import CEL
package import Resources

/// What the checker of expressions knows of resources, out of the shapes of their kinds.
package struct ShapeTypes: Sendable {
  /// The type of a resource of each kind.
  private let resources: [String: CELType]
  /// The type of a resource of which only `metadata` is known.
  package let anyResource: CELType

  package init(_ registry: KindRegistry) {
    var builder = Builder()
    let metadata = builder.type(of: .object(ManifestDecoder.metadata), named: "metadata")
    func resource(_ name: String, _ spec: CELType) -> CELType {
      .object(
        CELObjectType(
          name: name,
          fields: [
            "apiVersion": .string, "kind": .string, "metadata": metadata, "spec": spec,
          ]))
    }
    var resources: [String: CELType] = [:]
    for kind in registry.kinds {
      let spec = builder.type(of: .object(kind.spec), named: "\(kind.name).spec")
      resources[kind.name] = resource(kind.name, spec)
    }
    self.resources = resources
    anyResource = resource("resource", .dyn)
  }

  /// The types of the standard kinds.
  package static let standard = ShapeTypes(.standard)

  /// The type of a resource that may be of any of `kinds`; of any kind where there are none.
  package func resource(ofKinds kinds: [String]) -> CELType {
    guard kinds.count == 1, let type = resources[kinds[0]] else { return anyResource }
    return type
  }

  /// Every kind's resources as a list, by the name of the kind.
  package var lists: [String: CELType] { resources.mapValues { .list($0) } }

  private struct Builder {
    /// One type for each object shape, so that equal types are one.
    private var known: [ObjectIdentifier: CELType] = [:]

    mutating func type(of shape: Shape, named name: String) -> CELType {
      switch shape {
      case .text(let rule): return rule.format.map(Self.type) ?? .string
      case .boolean: return .bool
      case .integer: return .int
      case .number: return .double
      case .choice, .name: return .string
      case .format(let format): return Self.type(format)
      case .list(let item, _): return .list(type(of: item, named: name + "[]"))
      case .map(let value, _): return .map(.string, type(of: value, named: name + ".*"))
      case .object(let object):
        if let type = known[ObjectIdentifier(object)] { return type }
        var fields: [String: CELType] = [:]
        for field in object.fields {
          fields[field.name] = type(of: field.shape, named: "\(name).\(field.name)")
        }
        let type = CELType.object(CELObjectType(name: name, fields: fields))
        known[ObjectIdentifier(object)] = type
        return type
      case .either(let shapes):
        let types = Set(shapes.map { type(of: $0, named: name) })
        return types.count == 1 ? types.first ?? .dyn : .dyn
      case .recursive, .anything: return .dyn
      }
    }

    private static func type(_ format: TextFormat) -> CELType {
      switch format.meaning {
      case .text: .string
      case .duration: .duration
      case .time: .timestamp
      case .bytes: .int
      }
    }
  }
}
