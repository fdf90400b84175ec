import Resources

/// Writes a value as YAML that reads back as the same value.
enum YAMLText {
  static func text(of value: Value) -> String {
    var text = ""
    write(value, indent: 0, into: &text)
    return text
  }

  private static func write(_ value: Value, indent: Int, into text: inout String) {
    let padding = String(repeating: "  ", count: indent)
    switch value {
    case .object(let members) where !members.isEmpty:
      for member in members {
        text += "\(padding)\(scalar(.string(member.key))):"
        writeChild(member.value, indent: indent, into: &text)
      }
    case .array(let items) where !items.isEmpty:
      for item in items {
        text += "\(padding)-"
        if case .object(let members) = item, !members.isEmpty {
          // The first member stands beside the dash.
          var inner = ""
          write(item, indent: indent + 1, into: &inner)
          text += " " + inner.dropFirst((indent + 1) * 2)
        } else {
          writeChild(item, indent: indent, into: &text)
        }
      }
    default: text += padding + scalar(value) + "\n"
    }
  }

  private static func writeChild(_ value: Value, indent: Int, into text: inout String) {
    switch value {
    case .object(let members) where !members.isEmpty:
      text += "\n"
      write(value, indent: indent + 1, into: &text)
    case .array(let items) where !items.isEmpty:
      text += "\n"
      write(value, indent: indent + 1, into: &text)
    case .string(let string) where isBlock(string):
      text += string.hasSuffix("\n") ? " |\n" : " |-\n"
      let lines = string.split(separator: "\n", omittingEmptySubsequences: false)
      for line in string.hasSuffix("\n") ? lines.dropLast() : lines[...] {
        text += line.isEmpty ? "\n" : String(repeating: "  ", count: indent + 1) + line + "\n"
      }
    default: text += " \(scalar(value))\n"
    }
  }

  /// Whether a block scalar says exactly this text.
  private static func isBlock(_ text: String) -> Bool {
    text.contains("\n") && !text.hasPrefix(" ") && !text.hasPrefix("\n")
      && !text.hasSuffix("\n\n") && text != "\n"
      && text.unicodeScalars.allSatisfy {
        $0 == "\n" || ($0.value >= 0x20 && $0.value < 0x7F) || $0.value > 0xA0
      }
  }

  private static func scalar(_ value: Value) -> String {
    guard case .string(let text) = value, isPlain(text) else {
      return CanonicalJSON.text(of: value)
    }
    return text
  }

  /// Whether `text` means itself without quotes; errs on the side of quotes.
  private static func isPlain(_ text: String) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= 120 else { return false }
    let isLetter = (first | 0x20) >= 0x61 && (first | 0x20) <= 0x7A
    guard isLetter || first == 0x2F else { return false }
    let reserved: Set<String> = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
    guard !reserved.contains(text.lowercased()) else { return false }
    return text.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x2F, 0x5F, 0x40: true
      default: false
      }
    }
  }
}
