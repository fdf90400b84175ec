/// How the text of a YAML scalar relates to the file that it stands in.
///
/// It reads the scalar again, the way YAML 1.2 says (sections 7.3 and 8.1), and keeps the place of
/// every byte. That is for messages only, so it may be slow; where it does not get the same text as
/// the YAML reader did, it says nothing.
package struct ScalarText: Sendable {
  /// The place in the file of each byte of the text, and that of its end.
  private let places: [SourcePosition]

  /// Reads the scalar that begins at `range` in `file`; nil where it is not `text`.
  package init?(_ text: String, at range: SourceRange, in file: [UInt8]) {
    var scanner = ScalarScanner(file, range)
    scanner.scan()
    // A block scalar may have blank lines after it that count or not.
    let expected = Array(text.utf8)
    guard scanner.bytes.count >= expected.count, scanner.bytes.starts(with: expected) else {
      return nil
    }
    places = Array(scanner.places.prefix(expected.count)) + [scanner.place(after: expected.count)]
  }

  /// The stretch of the file that is `length` bytes of the text from `offset` on.
  package func range(offset: Int, length: Int) -> SourceRange {
    let start = places[min(max(offset, 0), places.count - 1)]
    let end = places[min(max(offset, 0) + max(length, 1), places.count - 1)]
    return SourceRange(start: start, end: max(start, end))
  }
}

/// Reads one scalar of a YAML file, byte by byte.
private struct ScalarScanner {
  private(set) var bytes: [UInt8] = []
  private(set) var places: [SourcePosition] = []

  private let lines: [[Unicode.Scalar]]
  private let range: SourceRange
  private var line: Int
  private var column: Int

  init(_ file: [UInt8], _ range: SourceRange) {
    let first = Int(range.start.line)
    let last = max(first, Int(range.end.line))
    let all = file.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    lines = (first...last).map { number in
      guard all.indices.contains(number - 1) else { return [] }
      let text = Array(String(decoding: all[number - 1], as: UTF8.self).unicodeScalars)
      return text.last == "\r" ? text.dropLast() : text
    }
    self.range = range
    line = 0
    column = Int(range.start.column) - 1
  }

  func place(after count: Int) -> SourcePosition {
    if count < places.count { return places[count] }
    guard let last = places.last else { return range.start }
    return SourcePosition(line: Int(last.line), column: Int(last.column) + 1)
  }

  private var here: SourcePosition {
    SourcePosition(line: Int(range.start.line) + line, column: column + 1)
  }

  private mutating func add(_ scalar: Unicode.Scalar, at place: SourcePosition) {
    for byte in String(scalar).utf8 {
      bytes.append(byte)
      places.append(place)
    }
  }

  mutating func scan() {
    guard column < lines[0].count else { return }
    switch lines[0][column] {
    case "|": block(folds: false)
    case ">": block(folds: true)
    case "'", "\"": quoted(lines[0][column])
    default: plain()
    }
  }

  // MARK: Flow scalars

  private mutating func plain() {
    let last = Int(range.end.line - range.start.line)
    while true {
      let end = line == last ? min(Int(range.end.column) - 1, lines[line].count) : lines[line].count
      while column < end { take() }
      guard line < last else { return trimBlanks() }
      fold()
    }
  }

  private mutating func quoted(_ mark: Unicode.Scalar) {
    column += 1
    while line < lines.count {
      guard column < lines[line].count else {
        guard line + 1 < lines.count else { return }
        fold()
        continue
      }
      let scalar = lines[line][column]
      if scalar == mark {
        guard mark == "'", column + 1 < lines[line].count, lines[line][column + 1] == mark else {
          return
        }
        add(scalar, at: here)
        column += 2
      } else if scalar == "\\", mark == "\"" {
        guard escape() else { return }
      } else {
        take()
      }
    }
  }

  private mutating func take() {
    add(lines[line][column], at: here)
    column += 1
  }

  /// Takes an escape; false where the line ends in one.
  private mutating func escape() -> Bool {
    let place = here
    guard column + 1 < lines[line].count else {
      // The break is escaped, and the blanks that the next line begins with do not count.
      line += 1
      column = 0
      guard line < lines.count else { return false }
      while column < lines[line].count, isBlank(lines[line][column]) { column += 1 }
      return true
    }
    let letter = lines[line][column + 1]
    column += 2
    let simple: [Unicode.Scalar: Unicode.Scalar] = [
      "0": "\0", "a": "\u{7}", "b": "\u{8}", "t": "\t", "n": "\n", "v": "\u{B}", "f": "\u{C}",
      "r": "\r", "e": "\u{1B}", "N": "\u{85}", "_": "\u{A0}", "L": "\u{2028}", "P": "\u{2029}",
    ]
    let digits = ["x": 2, "u": 4, "U": 8][String(letter)] ?? 0
    if digits > 0 {
      let text = String(
        String.UnicodeScalarView(lines[line][column...].prefix(digits)))
      column += digits
      add(UInt32(text, radix: 16).flatMap(Unicode.Scalar.init) ?? "\u{FFFD}", at: place)
    } else {
      add(simple[letter] ?? letter, at: place)
    }
    return column <= lines[line].count
  }

  /// Goes to the next line that has something: one break is a blank, more are breaks.
  private mutating func fold() {
    trimBlanks()
    let place = SourcePosition(
      line: Int(range.start.line) + line, column: lines[line].count + 1)
    var breaks = 0
    repeat {
      breaks += 1
      line += 1
    } while line < lines.count - 1 && lines[line].allSatisfy(isBlank)
    if breaks == 1 { add(" ", at: place) }
    for _ in 1..<max(breaks, 1) { add("\n", at: place) }
    column = 0
    guard line < lines.count else { return }
    while column < lines[line].count, isBlank(lines[line][column]) { column += 1 }
  }

  private mutating func trimBlanks() {
    while let last = bytes.last, last == 0x20 || last == 0x09 {
      bytes.removeLast()
      places.removeLast()
    }
  }

  private func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" }

  // MARK: Block scalars

  private mutating func block(folds: Bool) {
    let content = lines.dropFirst()
    guard let first = content.first(where: { !$0.allSatisfy(isBlank) }) else { return }
    let indent = first.prefix { $0 == " " }.count
    var pending = 0
    var wasMore = true
    for number in lines.indices.dropFirst() {
      line = number
      let text = lines[number]
      guard text.count > indent, !text.dropFirst(indent).isEmpty,
        text.prefix(indent).allSatisfy({ $0 == " " })
      else {
        pending += 1
        continue
      }
      let isMore = isBlank(text[indent])
      column = indent
      breaks(pending, folds: folds && !isMore && !wasMore, isFirst: bytes.isEmpty && pending == 0)
      pending = 1
      wasMore = isMore
      while column < text.count { take() }
    }
    for _ in 0..<max(pending, 1) { add("\n", at: here) }
  }

  private mutating func breaks(_ count: Int, folds: Bool, isFirst: Bool) {
    if isFirst { return }
    if folds, count == 1 { return add(" ", at: here) }
    for _ in 0..<(folds ? count - 1 : count) { add("\n", at: here) }
  }
}
