/// Measures and fits text for terminals, where a character takes no, one or two columns.
package enum TextLayout {
  /// The columns that `text` takes.
  package static func width(of text: String) -> Int {
    if isPlain(text) { return text.utf8.count }
    return text.reduce(0) { $0 + width(of: $1) }
  }

  /// `text` in at most `limit` columns, with `…` in place of what is cut off its end.
  package static func truncated(_ text: String, to limit: Int) -> String {
    if width(of: text) <= limit { return text }
    if limit <= 0 { return "" }
    var result = ""
    var used = 1
    for character in text {
      used += width(of: character)
      if used > limit { break }
      result.append(character)
    }
    while result.last == " " { result.removeLast() }
    return result + "…"
  }

  /// `text` in at most `limit` columns, with `…` in place of what is cut off its beginning.
  package static func truncatedHead(_ text: String, to limit: Int) -> String {
    if width(of: text) <= limit { return text }
    if limit <= 0 { return "" }
    var kept: [Character] = []
    var used = 1
    for character in text.reversed() {
      used += width(of: character)
      if used > limit { break }
      kept.append(character)
    }
    return "…" + String(kept.reversed())
  }

  /// `text` followed by blanks up to `width` columns.
  package static func padded(_ text: String, to width: Int) -> String {
    text + blanks(width - self.width(of: text))
  }

  /// `text` preceded by blanks up to `width` columns.
  package static func paddedHead(_ text: String, to width: Int) -> String {
    blanks(width - self.width(of: text)) + text
  }

  package static func blanks(_ count: Int) -> String {
    String(repeating: " ", count: max(0, count))
  }

  /// `text` broken at its blanks into lines of at most `width` columns; at least one line.
  ///
  /// A word that is longer than a line is broken inside, unless `keepsWords` is set; then it stands
  /// alone on a line that is too long. `first` is the room of the first line, where that begins
  /// further right.
  package static func wrapped(
    _ text: String,
    to width: Int,
    first: Int? = nil,
    keepsWords: Bool = false,
  ) -> [String] {
    var lines: [String] = []
    var line = ""
    var used = 0
    var room: Int { max(1, lines.isEmpty ? first ?? width : width) }
    for word in text.split(separator: " ") {
      var word = String(word)
      var length = self.width(of: word)
      if !line.isEmpty, used + 1 + length <= room {
        line += " " + word
        used += 1 + length
        continue
      }
      if !line.isEmpty || (lines.isEmpty && length > room && length <= width) {
        lines.append(line)
      }
      while length > room, !keepsWords {
        let head = self.head(of: word, columns: room)
        lines.append(head)
        word.removeFirst(head.count)
        length = self.width(of: word)
      }
      line = word
      used = length
    }
    if !line.isEmpty || lines.isEmpty { lines.append(line) }
    return lines
  }

  /// As many characters as fit in `columns`, and at least one.
  private static func head(of text: String, columns: Int) -> String {
    var used = 0
    let head = text.prefix { character in
      used += width(of: character)
      return used <= columns
    }
    return head.isEmpty ? String(text.prefix(1)) : String(head)
  }

  // MARK: Columns

  private static func isPlain(_ text: String) -> Bool {
    text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
  }

  /// A character of several scalars is as wide as its widest one: marks sit on top of their base, and
  /// joined emoji are drawn as one.
  package static func width(of character: Character) -> Int {
    var widest = 0
    for scalar in character.unicodeScalars {
      if scalar == "\u{FE0F}" { return 2 }
      widest = max(widest, width(of: scalar))
    }
    return widest
  }

  private static func width(of scalar: Unicode.Scalar) -> Int {
    if scalar.value >= 0x20, scalar.value < 0x7F { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    if scalar.value < 0x1100 { return 1 }
    if scalar.properties.isEmojiPresentation { return 2 }
    return isWide(scalar.value) ? 2 : 1
  }

  /// Wide and fullwidth of Unicode's East Asian Width, in whole blocks.
  private static func isWide(_ value: UInt32) -> Bool {
    switch value {
    case 0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF,
      0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F,
      0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F2FF,
      0x20000...0x3FFFD:
      true
    default: false
    }
  }
}
