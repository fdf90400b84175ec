/// How much a command may do on a host: each level may do what those before it may.
package enum CommandLevel: Int, Hashable, Sendable, Comparable, CaseIterable {
  /// Only looks.
  case observe
  /// Looks closely, with tools that load a host or talk to the network.
  case diagnose
  /// Changes something; also all that is not understood.
  case remediate

  package var name: String {
    switch self {
    case .observe: "observe"
    case .diagnose: "diagnose"
    case .remediate: "remediate"
    }
  }

  package static func < (a: CommandLevel, b: CommandLevel) -> Bool { a.rawValue < b.rawValue }
}

/// What a host lets be done on it.
package struct CommandPolicy: Hashable, Sendable {
  /// The resource that says so, for messages.
  package var name: String
  package var level: CommandLevel
  /// Where there are any, each command must begin with the words of one of them.
  package var allowed: [String]
  /// No command may begin with the words of one of them.
  package var blocked: [String]
  /// Where there are any, files may be read and written only in these directories, or at these
  /// paths; absolute, links resolved.
  package var paths: [String]

  package init(
    name: String, level: CommandLevel, allowed: [String] = [], blocked: [String] = [],
    paths: [String] = [],
  ) {
    self.name = name
    self.level = level
    self.allowed = allowed
    self.blocked = blocked
    self.paths = paths
  }
}
