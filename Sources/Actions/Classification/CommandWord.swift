/// What is known of a word before it is expanded.
struct CommandWord: Hashable, Sendable {
  enum Extent: Hashable, Sendable {
    /// The text is the whole word.
    case whole
    /// It is one word that begins with the text.
    case one
    /// Each of the words begins with the text, which is not empty.
    case many
    /// Any number of any words.
    case anything
  }

  var text: String
  var extent: Extent

  static let anything = CommandWord(text: "", extent: .anything)

  init(text: String, extent: Extent) {
    self.text = text
    self.extent = extent == .many && text.isEmpty ? .anything : extent
  }

  init(_ text: String) { self.init(text: text, extent: .whole) }

  /// The whole word; nil where not all of it is known.
  var known: String? { extent == .whole ? text : nil }

  /// Whether it stays one word.
  var isOneWord: Bool { extent == .whole || extent == .one }

  /// Whether a program may take it for an option.
  var mayBeOption: Bool {
    switch extent {
    case .anything: true
    case .whole: text.hasPrefix("-") && text != "-"
    case .one, .many: text.isEmpty || text.hasPrefix("-")
    }
  }

  /// As a person would recognise it.
  var shown: String {
    let limit = 60
    let start = String(text.unicodeScalars.prefix(limit).map(Self.printable))
    return start + (extent == .whole && start.utf8.count == text.utf8.count ? "" : "…")
  }

  private static func printable(_ scalar: UnicodeScalar) -> Character {
    Character(scalar.value < 0x20 || scalar.value == 0x7F ? "?" : scalar)
  }
}

extension ShellWord {
  /// What is known of the word without running anything.
  var expanded: CommandWord {
    var text = ""
    for (index, part) in parts.enumerated() {
      switch part {
      case .quoted(let plain): text += plain
      case .literal(let plain):
        if index == 0, plain.utf8.first == UInt8(ascii: "~") {
          let isOne = parts.allAreText && plain.firstExpandedIndex == nil
          return CommandWord(text: "~", extent: isOne ? .one : .anything)
        }
        guard let cut = plain.firstExpandedIndex, !(parts.count == 1 && plain.isBraceOnly) else {
          text += plain
          continue
        }
        text += plain[..<cut]
        // Patterns and braces make words that all begin alike, unless something splits them.
        return CommandWord(
          text: text, extent: Self.splits(parts[index...]) ? .anything : .many)
      case .doubleQuoted(let inner):
        for piece in inner {
          guard case .literal(let plain) = piece else {
            let isList = Self.splits(parts[(index + 1)...]) || inner.contains(where: \.isList)
            let isPattern = parts[(index + 1)...].contains(where: \.isPattern)
            return CommandWord(text: text, extent: isList ? .anything : isPattern ? .many : .one)
          }
          text += plain
        }
      case .process:
        return CommandWord(
          text: text + "/dev/fd/", extent: parts.count > 1 ? .anything : .one)
      case .parameter(let parameter) where CommandJudge.isNumber(parameter):
        return CommandWord(text: text, extent: parts.count == index + 1 ? .one : .anything)
      case .arithmetic:
        return CommandWord(text: text, extent: parts.count == index + 1 ? .one : .anything)
      case .parameter, .command: return .anything
      }
    }
    return CommandWord(text)
  }

  /// Whether a value outside of quotes can become several words.
  private static func splits(_ parts: ArraySlice<Part>) -> Bool {
    parts.contains { part in
      switch part {
      case .parameter, .command, .arithmetic: true
      case .doubleQuoted(let inner): inner.contains(where: \.isList)
      case .literal, .quoted, .process: false
      }
    }
  }
}

extension [ShellWord.Part] {
  fileprivate var allAreText: Bool {
    allSatisfy { part in
      switch part {
      case .literal, .quoted: true
      default: false
      }
    }
  }
}

extension ShellWord.Part {
  /// Whether it has a pattern outside of quotes.
  fileprivate var isPattern: Bool {
    guard case .literal(let text) = self else { return false }
    return text.firstExpandedIndex != nil
  }

  /// Whether it becomes several words even between quotes.
  fileprivate var isList: Bool {
    guard case .parameter(let parameter) = self else { return false }
    return parameter.name == "@" || parameter.subscriptParts != nil || parameter.isIndirect
      || parameter.word.contains(where: \.isList)
  }
}

extension String {
  /// Where a shell begins to expand unquoted text: patterns and braces.
  fileprivate var firstExpandedIndex: String.Index? {
    let first = utf8.firstIndex { "*?[{".utf8.contains($0) }
    // No shell expands `{}` at the end of a word.
    guard let first, self[first...] == "{}" else { return first }
    return nil
  }

  /// Whether it is one of the words with a bracket that no shell expands.
  fileprivate var isBraceOnly: Bool { self == "{" || self == "[" }
}
