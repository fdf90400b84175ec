package import Planning
import Resources

/// Fields that differ, as a unified diff shows lines: the path and its place, then what went and
/// what came.
package struct FieldDiffText {
  /// Longer texts are not compared line by line.
  package static let lineLimit = 2000
  /// Equal lines that are shown around differing ones.
  package static let contextLines = 2

  package let fields: [FieldChange]
  /// The file of the new values; nil where there is none to name.
  package let file: String?
  package let width: Int

  package init(_ fields: [FieldChange], file: String?, width: Int) {
    self.fields = fields
    self.file = file
    self.width = max(40, width)
  }

  /// The diff, line by line; nothing is cut, only broken where the width ends.
  package func lines(_ style: Style) -> [String] {
    fields.flatMap { lines($0) }.map { $0.text(style) }
  }

  private func lines(_ field: FieldChange) -> [Line] {
    header(field)
      + Self.difference(Self.lines(of: field.old), Self.lines(of: field.new)).flatMap {
        wrapped($0.text, $0.mark)
      }
  }

  private func header(_ field: FieldChange) -> [Line] {
    let name = Line("@ " + FieldText.name(field.pointer), .heading)
    guard let file, let range = field.range else { return [name.truncated(to: width)] }
    let place = Line("\(file):\(range.start.line)", .dim)
    if name.width + 2 + place.width > width { return [name.truncated(to: width), place] }
    var line = name
    line.append("  ")
    line.append(place)
    return [line]
  }

  private enum Mark: String { case old = "-", new = "+", same = " " }

  private func wrapped(_ text: String, _ mark: Mark) -> [Line] {
    let role: Style.Role = mark == .old ? .delete : mark == .new ? .create : .plain
    var pieces: [String] = []
    var rest = TextLayout.escaped(text)
    // Blanks mean something here, so this breaks at columns rather than at words.
    while TextLayout.width(of: rest) > width - 2 {
      var used = 0
      let piece = rest.prefix {
        used += TextLayout.width(of: $0)
        return used <= width - 2
      }
      pieces.append(String(piece))
      rest.removeFirst(piece.count)
    }
    pieces.append(rest)
    return pieces.enumerated().map {
      Line(($0.offset == 0 ? mark.rawValue : " ") + " " + $0.element, role)
    }
  }

  // MARK: Lines of values

  /// A text of several lines as they are; a list item by item; anything else on one line.
  private static func lines(of value: Value?) -> [String] {
    switch value {
    case nil: []
    case .string(let text) where text.utf8.contains(UInt8(ascii: "\n")):
      text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    case .array(let items) where !items.isEmpty:
      items.flatMap { item in
        zip(lines(of: item), 0...).map { ($1 == 0 ? "- " : "  ") + $0 }
      }
    case .object(let members) where !members.isEmpty:
      members.flatMap { member -> [String] in
        let inner = lines(of: member.value)
        if inner.count == 1, !isNested(member.value) { return ["\(member.key): \(inner[0])"] }
        return ["\(member.key):"] + inner.map { "  " + $0 }
      }
    case let value: [FieldText.value(value)]
    }
  }

  private static func isNested(_ value: Value) -> Bool {
    switch value {
    case .array(let items): !items.isEmpty
    case .object(let members): !members.isEmpty
    default: false
    }
  }

  /// What went, what came, and the equal lines around it; `…` stands for equal lines left out.
  private static func difference(
    _ old: [String],
    _ new: [String],
  ) -> [(mark: Mark, text: String)] {
    guard old.count <= lineLimit, new.count <= lineLimit else {
      return [
        (.old, Number.text(old.count, "line")), (.new, Number.text(new.count, "line")),
      ]
    }
    var removed: Set<Int> = []
    var inserted: Set<Int> = []
    for change in new.difference(from: old) {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): inserted.insert(offset)
      }
    }
    var all: [(mark: Mark, text: String)] = []
    var i = 0
    var j = 0
    while i < old.count || j < new.count {
      if removed.contains(i) {
        all.append((.old, old[i]))
        i += 1
      } else if inserted.contains(j) {
        all.append((.new, new[j]))
        j += 1
      } else {
        all.append((.same, new[j]))
        i += 1
        j += 1
      }
    }
    return withoutDistantLines(all)
  }

  private static func withoutDistantLines(
    _ lines: [(mark: Mark, text: String)],
  ) -> [(mark: Mark, text: String)] {
    var isNear = [Bool](repeating: false, count: lines.count)
    for (index, line) in lines.enumerated() where line.mark != .same {
      for near in max(0, index - contextLines)...min(lines.count - 1, index + contextLines) {
        isNear[near] = true
      }
    }
    var result: [(mark: Mark, text: String)] = []
    var isSkipping = false
    for (index, line) in lines.enumerated() {
      if isNear[index] {
        result.append(line)
      } else if !isSkipping {
        result.append((.same, "…"))
      }
      isSkipping = !isNear[index]
    }
    return result
  }
}
