/// A pattern for paths of a repository.
///
/// `*` and `?` stand for what is in one name, `**` as a whole name for any folders. A pattern whose
/// last name is plain stands for that file, or for everything in that folder. Matching takes time
/// in the product of both lengths, whatever the pattern.
package struct PathGlob: Hashable, Sendable {
  private enum Token: Hashable, Sendable {
    case scalar(Unicode.Scalar)
    /// One character of a name.
    case one
    /// Any part of a name.
    case star
    /// Any number of folders, each with its slash.
    case folders
    /// The end, or a slash and everything below it.
    case below
    /// Everything, of one character at least.
    case everything
  }

  package let text: String
  private let tokens: [Token]

  /// The longest pattern.
  package static let maximumLength = 1024

  /// Reads a pattern; nil for one that can match no path.
  package init?(_ text: String) {
    var rest = Substring(text)
    if rest.hasPrefix("/") { rest = rest.dropFirst() }
    if rest.hasSuffix("/") { rest = rest.dropLast() }
    let names = rest.split(separator: "/", omittingEmptySubsequences: false)
    guard !rest.isEmpty, text.utf8.count <= Self.maximumLength,
      names.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }),
      names.allSatisfy({ $0 == "**" || !$0.contains("**") })
    else { return nil }
    var tokens: [Token] = []
    for (index, name) in names.enumerated() {
      let isLast = index == names.count - 1
      if name == "**" {
        tokens.append(isLast ? .everything : .folders)
        continue
      }
      for scalar in name.unicodeScalars {
        tokens.append(scalar == "*" ? .star : scalar == "?" ? .one : .scalar(scalar))
      }
      if !isLast {
        tokens.append(.scalar("/"))
      } else if !name.contains(where: { $0 == "*" || $0 == "?" }) {
        tokens.append(.below)
      }
    }
    self.text = text
    self.tokens = tokens
  }

  /// Whether `path`, from the root of the repository, fits.
  package func matches(_ path: String) -> Bool {
    var states = States(count: tokens.count + 1)
    states.enter(0, tokens)
    for scalar in path.unicodeScalars {
      var next = States(count: tokens.count + 1)
      for index in states.active.indices where states.active[index] && index < tokens.count {
        switch tokens[index] {
        case .scalar(let expected): if scalar == expected { next.enter(index + 1, tokens) }
        case .one: if scalar != "/" { next.enter(index + 1, tokens) }
        case .star: if scalar != "/" { next.enter(index, tokens) }
        case .folders: next.stay(index, endsFolder: scalar == "/", tokens)
        case .below: if scalar == "/" || states.isInside { next.stayBelow(index) }
        case .everything: next.enterEverything(index)
        }
      }
      states = next
    }
    return states.accepts(tokens)
  }

  /// Which tokens may come next.
  private struct States {
    var active: [Bool]
    /// Whether a slash was seen at the end of a plain pattern.
    var isInside = false
    private var hasEverything = false

    init(count: Int) { active = Array(repeating: false, count: count) }

    mutating func enter(_ index: Int, _ tokens: [Token]) {
      active[index] = true
      guard index < tokens.count else { return }
      switch tokens[index] {
      case .star, .folders: enter(index + 1, tokens)
      case .scalar, .one, .below, .everything: break
      }
    }

    mutating func stay(_ index: Int, endsFolder: Bool, _ tokens: [Token]) {
      if endsFolder { enter(index, tokens) } else { active[index] = true }
    }

    mutating func stayBelow(_ index: Int) {
      active[index] = true
      isInside = true
    }

    mutating func enterEverything(_ index: Int) {
      active[index] = true
      hasEverything = true
    }

    func accepts(_ tokens: [Token]) -> Bool {
      if active[tokens.count] || hasEverything { return true }
      guard tokens.last == .below else { return false }
      return active[tokens.count - 1]
    }
  }
}
