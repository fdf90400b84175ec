internal import Resources

extension TextFormat {
  /// The name of a signal; its normal form has no `SIG`.
  static let signal = TextFormat(
    name: "a signal", pattern: "^(?:SIG)?(?:\(signals.joined(separator: "|")))$", example: "HUP",
  ) { text throws(Problem) in
    let name = text.hasPrefix("SIG") ? String(text.dropFirst(3)) : text
    guard signals.contains(where: { $0.utf8.elementsEqual(name.utf8) }) else {
      throw Problem(
        "known signals are \(signals.joined(separator: ", "))",
        hint: Suggestion.didYouMean(name, among: signals))
    }
    return name
  }

  private static let signals = [
    "ABRT", "ALRM", "CONT", "HUP", "INT", "KILL", "QUIT", "STOP", "TERM", "USR1", "USR2", "WINCH",
  ]

  private static let unitSuffixes = [
    "service", "socket", "timer", "target", "path", "mount", "automount", "swap", "slice", "scope",
    "device",
  ]

  /// The name of a systemd unit with its suffix.
  static let systemdUnit = TextFormat(
    name: "a systemd unit",
    pattern:
      "^(?=.{1,255}$)[A-Za-z0-9:_][A-Za-z0-9:_.@\\\\-]*\\.(?:\(unitSuffixes.joined(separator: "|")))$",
    example: "nginx.service",
  ) { text throws(Problem) in
    let dot = text.utf8.lastIndex(of: UInt8(ascii: "."))
    guard let dot, unitSuffixes.contains(String(text[text.index(after: dot)...])) else {
      throw Problem("it needs a suffix", hint: "for example \(text.prefix(40)).service")
    }
    let isFine = text.utf8.allSatisfy { isWord($0) || ":_.@\\-".utf8.contains($0) }
    let isStart = text.utf8.first.map {
      isWord($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "_")
    }
    guard isFine, isStart == true, dot > text.startIndex, text.utf8.count <= 255 else {
      throw Problem("letters, digits, \":\", \"_\", \".\", \"@\", \"\\\" and \"-\" are allowed")
    }
    return text
  }

  /// A word of a kubectl command line that cannot be taken for an option.
  static let kubectlWord = TextFormat(
    name: "a word of kubectl", pattern: "^[A-Za-z0-9][A-Za-z0-9._:/-]{0,252}$", example: "pods",
  ) { text throws(Problem) in
    guard let first = text.utf8.first, isWord(first), text.utf8.count <= 253,
      text.utf8.allSatisfy({ isWord($0) || "._:/-".utf8.contains($0) })
    else {
      throw Problem("it must begin with a letter or a digit; options go to args")
    }
    return text
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }
}
