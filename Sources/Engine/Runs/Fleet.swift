internal import Kinds
package import Resources

/// The probes that there are, as the live Probe resources and the server itself have them.
package struct Fleet: Sendable {
  package struct Probe: Hashable, Sendable {
    package var name: String
    package var labels: Value
    /// Whether the server itself runs its jobs.
    package var isServer: Bool
    package var isSuspended: Bool

    package init(name: String, labels: Value = [:], isServer: Bool, isSuspended: Bool = false) {
      self.name = name
      self.labels = labels
      self.isServer = isServer
      self.isSuspended = isSuspended
    }
  }

  /// The probe in the server, which needs no manifest.
  package static let local = "local"

  private let probes: [String: Probe]

  /// - Parameter live: the canonical contents of the Probe resources, with their names.
  package init(_ live: [(name: String, content: Value)]) {
    var probes = [Self.local: Probe(name: Self.local, isServer: true)]
    for (name, content) in live {
      probes[name] = Probe(
        name: name, labels: content["metadata"]?["labels"] ?? [:],
        isServer: name == Self.local || content["spec"]?["connection"] == "server",
        isSuspended: content["spec"]?["suspend"] == true)
    }
    self.probes = probes
  }

  package subscript(_ name: String) -> Probe? { probes[name] }

  package var servers: [String] { probes.values.filter(\.isServer).map(\.name).sorted() }

  package var names: [String] { probes.keys.sorted() }

  /// The probes that all of `targets` choose, by name.
  ///
  /// A probe that is named needs no resource: it may be one that never came, and then waits.
  package func resolve(_ targets: [Value]) -> [String] {
    var result: Set<String>?
    for target in targets {
      let chosen = choose(target)
      result = result.map { $0.intersection(chosen) } ?? chosen
    }
    return (result ?? []).sorted()
  }

  /// Whether `targets` choose the probe.
  package func contains(_ probe: String, in targets: Value) -> Bool {
    if let names = targets["probes"]?.array { return names.contains(.string(probe)) }
    if let selector = targets["selector"] {
      return Selector.matches(selector, labels: probes[probe]?.labels)
    }
    return targets["all"] == true
  }

  private func choose(_ targets: Value) -> Set<String> {
    if let names = targets["probes"] { return Set(names.strings) }
    return Set(probes.keys.filter { contains($0, in: targets) })
  }
}
