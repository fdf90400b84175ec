package import Planning

/// How roles become colours, or do not.
///
/// Whether a terminal wants colour is the caller's to know; nothing here looks at the environment.
package struct Style: Hashable, Sendable {
  /// What a piece of text is, as far as its colour is concerned.
  package enum Role: Hashable, Sendable, CaseIterable {
    case plain, delete, create, update, move, blocked, dim, heading

    /// An error looks like what blocks, a warning like what changes.
    package static let error = Role.blocked
    package static let warning = Role.update

    /// The parameters of the escape sequence; nil for text as it is.
    fileprivate var code: String? {
      switch self {
      case .plain: nil
      case .delete: "31"
      case .create: "32"
      case .update: "33"
      case .move: "36"
      case .blocked: "1;31"
      case .dim: "2"
      case .heading: "1"
      }
    }
  }

  package let hasColour: Bool

  package init(hasColour: Bool) { self.hasColour = hasColour }

  /// Text alone, without a single escape byte.
  package static let plain = Style(hasColour: false)
  package static let colour = Style(hasColour: true)

  /// `text`, which must be escaped already, in the colour of `role`; unchanged without colour.
  package func painted(_ text: String, _ role: Role) -> String {
    guard hasColour, !text.isEmpty, let code = role.code else { return text }
    return "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }
}

extension Style.Role {
  /// The role of an action's symbol.
  package static func of(_ action: Change.Action) -> Style.Role {
    switch action {
    case .create: .create
    case .update: .update
    case .delete: .delete
    case .move: .move
    }
  }
}
