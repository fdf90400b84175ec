/// Text from a repository inside Markdown, where it can be nothing but text.
enum MarkdownText {
  /// Characters that mean nothing to Markdown or HTML, wherever they stand.
  private static let plain = Set(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ,;?%-./=+'".unicodeScalars)

  /// A sentence: every mark of Markdown and HTML is a character reference, and nobody is mentioned.
  ///
  /// A forge looks for `@name`, `#12` and `!12` once the references are characters again; a character
  /// of no width behind the sign keeps it from finding one.
  static func sentence(_ text: String, limit: Int = 800) -> String {
    var result = ""
    for scalar in shown(text, limit).unicodeScalars {
      result += reference(scalar)
      if "@#!~$&".unicodeScalars.contains(scalar) { result += "&#8203;" }
    }
    return result
  }

  /// A name, a path or a value in a fixed font, where no forge looks for mentions or links.
  static func code(_ text: String, limit: Int = 300) -> String {
    "<code>" + shown(text, limit).unicodeScalars.map(reference).joined() + "</code>"
  }

  /// `path:line`, as people and editors read it.
  static func place(_ file: String, line: Int) -> String {
    code(file).dropLast("</code>".count) + ":\(line)</code>"
  }

  private static func reference(_ scalar: Unicode.Scalar) -> String {
    if plain.contains(scalar) || !scalar.isASCII { return String(scalar) }
    return "&#\(scalar.value);"
  }

  /// `text` without what is not text; it is cut first, because spelling it out costs more.
  private static func shown(_ text: String, _ limit: Int) -> String {
    cut(TextLayout.escaped(cut(text, to: limit)), to: limit)
  }

  /// `text` in at most `limit` scalars, with `…` in place of what is cut off.
  private static func cut(_ text: String, to limit: Int) -> String {
    let head = text.unicodeScalars.prefix(limit)
    if head.endIndex == text.unicodeScalars.endIndex { return text }
    return String(String.UnicodeScalarView(head)) + "…"
  }

  /// Lines in a fence of `language` that none of them can close; `<!--` is broken, so that no line
  /// can be taken for the marker of the comment.
  static func fence(_ lines: [String], language: String) -> [String] {
    let safe = lines.map { line in
      var result = ""
      var rest = line[...]
      while let range = rest.firstRange(of: "<!--") {
        result += rest[..<range.lowerBound] + "<! --"
        rest = rest[range.upperBound...]
      }
      return result + rest
    }
    var longest = 2
    for line in safe {
      var run = 0
      for byte in line.utf8 {
        run = byte == UInt8(ascii: "`") ? run + 1 : 0
        longest = max(longest, run)
      }
    }
    let fence = String(repeating: "`", count: longest + 1)
    return [fence + language] + safe + [fence]
  }
}

/// Lines that together stay below a number of bytes, with a count of what did not fit.
struct MarkdownSection {
  private(set) var lines: [String] = []
  private(set) var bytes = 0
  /// How many items were left out.
  private(set) var omitted = 0
  private let limit: Int
  private var isFull = false

  init(limit: Int) { self.limit = limit }

  /// Adds lines that must be there.
  mutating func add(_ lines: [String]) {
    self.lines += lines
    bytes += Self.size(lines)
  }

  /// Adds the lines of an item, or counts it where they do not fit; then nothing after it fits.
  ///
  /// What does not count any more is not even made.
  mutating func add(item make: @autoclosure () -> [String]) {
    if isFull {
      omitted += 1
      return
    }
    let lines = make()
    let size = Self.size(lines)
    if bytes + size > limit {
      isFull = true
      omitted += 1
      return
    }
    add(lines)
  }

  static func size(_ lines: [String]) -> Int { lines.reduce(0) { $0 + $1.utf8.count + 1 } }
}
