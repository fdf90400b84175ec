internal import Actions

/// The environment of a process: only what is declared, never that of the probe.
struct ProcessEnvironment: Hashable, Sendable {
  private let values: [String: String]
  /// Of the variables, sorted.
  private let names: [String]

  /// What a host gives to all, then what the request has, then the action's own, then secrets.
  init(
    base: [String: String], request: ActionRequest, own: [String: String],
    secrets: [String: String], probe: String,
  ) throws(ProbeError) {
    var values = base
    for more in [request.environment, own, secrets] {
      values.merge(more) { _, new in new }
    }
    // Nobody else sets these: they mark all that the run starts.
    values[RunMark.runVariable] = request.run
    values[RunMark.probeVariable] = probe
    self.values = values
    names = values.keys.sorted()
    for name in names {
      guard Self.isName(name) else {
        throw .unstartable(
          "the environment has a variable \(name.debugDescription), whose name is not made of "
            + "letters, digits and '_', or begins with a digit")
      }
      // The value is not shown: it may be a secret.
      guard values[name]?.utf8.contains(0) != true else {
        throw .unstartable("the environment variable \(name) has a NUL byte in its value")
      }
    }
  }

  subscript(name: String) -> String? { values[name] }

  /// `NAME=VALUE` each, by name.
  var entries: [String] { names.map { "\($0)=\(values[$0] ?? "")" } }

  private static func isName(_ name: String) -> Bool {
    guard let first = name.utf8.first, name.utf8.count <= 256 else { return false }
    return !(48...57).contains(first)
      && name.utf8.allSatisfy { byte in
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
          || byte == UInt8(ascii: "_")
      }
  }
}
