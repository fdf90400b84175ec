extension TextLayout {
  /// How many marks may sit on one character before the rest is spelled out.
  private static let markLimit = 4

  /// `text` without anything that a terminal would obey rather than show.
  ///
  /// Control characters, the marks that turn the direction of writing, invisible characters and
  /// piles of combining marks are spelled out: `\n`, `\x1b`, `\u{202e}`. The result is one line, and
  /// escaping it again changes nothing.
  package static func escaped(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
    var result = ""
    var marks = 0
    for scalar in text.unicodeScalars {
      let isMark = isMark(scalar)
      marks = isMark ? marks + 1 : 0
      if isUnsafe(scalar) || marks > markLimit {
        result += spelled(scalar)
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    guard scalar.value >= 0x300 else { return false }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return true
    default: return false
    }
  }

  private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20..<0x7F: return false
    // The joiners are parts of words and of emoji.
    case 0x200C, 0x200D: return false
    default: break
    }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: return true
    default: return false
    }
  }

  private static func spelled(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    default: break
    }
    let digits = String(scalar.value, radix: 16)
    return scalar.value < 0x100
      ? "\\x" + (digits.utf8.count < 2 ? "0" : "") + digits : "\\u{\(digits)}"
  }
}
