/// Which shell reads a script: the same text can mean different commands to different shells.
package enum ShellDialect: String, Hashable, Sendable, CaseIterable {
  /// `sh`, `dash` and `ash`: what is not in POSIX is not parsed, because they disagree about it.
  case posix
  case bash
  case ksh
  case zsh

  /// The dialect of a shell by the name of its program; nil for what is none that is understood.
  package init?(program: String) {
    switch program {
    case "sh", "dash", "ash": self = .posix
    case "bash": self = .bash
    case "ksh", "ksh93", "mksh": self = .ksh
    case "zsh": self = .zsh
    default: return nil
    }
  }

  /// Whether `[[ ]]`, `(( ))`, arrays, `function`, `<( )`, `<<<` and `select` are its syntax.
  var hasExtensions: Bool { self != .posix }

  /// Whether `&>` redirects; elsewhere `a &> b c` runs a, and then c.
  var redirectsBothStreams: Bool { self == .bash || self == .zsh }
}
