import Planning
import Resources

/// Lays out changes in columns: symbol, key, what changed, place, commit and author.
///
/// Where the width is short the author goes first, then the commit; then what changed gives way.
/// Key and place are never cut: where they do not fit beside each other, the place gets a line of
/// its own, together with commit and author.
struct ChangeTable {
  private struct Row {
    var group: ChangeGroup
    var label: String
    var summary: ChangeSummary
    var place: String
    var commit: String
    var author: String

    init(_ group: ChangeGroup) {
      self.group = group
      label = TextLayout.escaped(group.label)
      summary = ChangeSummary(group)
      place = group.place
      commit = group.commit
      author = group.author
    }

    func origin(_ detail: Layout.Origin) -> String {
      switch detail {
      case .full: [commit, author].filter { !$0.isEmpty }.joined(separator: " ")
      case .commit: commit
      case .none: ""
      }
    }
  }

  /// The columns of the rows that have one line.
  private struct Layout {
    enum Origin: CaseIterable { case full, commit, none }

    var key: Int
    var summary: Int
    var place: Int
    var origin: Origin
  }

  private static let gap = 2
  /// Columns before a key: two blanks, the symbol, a blank.
  private static let indent = 4
  /// Columns before what is continued on a second line.
  private static let secondIndent = 6

  private let rows: [Row]
  private let width: Int
  private let layout: Layout?
  /// Whether updates are followed by a line for each of their fields.
  private let isVerbose: Bool

  init(_ groups: [ChangeGroup], width: Int, isVerbose: Bool) {
    rows = groups.map { Row($0) }
    self.width = width
    self.isVerbose = isVerbose
    layout = Self.layout(rows, width: width)
  }

  /// Whether the width leaves no room for commit and author beside the rows.
  var hidesOrigins: Bool { layout.map { $0.origin != .full } ?? false }

  /// The lines of each group, in order.
  func lines() -> [[Line]] { rows.map { lines($0) } }

  // MARK: Columns

  /// The columns that suit most rows; nil where most rows need a second line anyway.
  private static func layout(_ rows: [Row], width: Int) -> Layout? {
    let room = width - indent
    // A few very long keys or paths get a second line rather than push everything aside.
    let regular = rows.filter {
      TextLayout.width(of: $0.label) <= room / 2 && TextLayout.width(of: $0.place) <= room * 3 / 5
    }
    guard !regular.isEmpty, regular.count * 4 >= rows.count * 3 else { return nil }
    let key = regular.map { TextLayout.width(of: $0.label) }.max() ?? 0
    let place = regular.map { TextLayout.width(of: $0.place) }.max() ?? 0
    // A wider column would put the places out of sight of the keys.
    let cap = max(32, min(64, width * 2 / 5))
    let natural = regular.map { $0.summary.line(limit: cap).width }.max() ?? 0
    for origin in Layout.Origin.allCases {
      let tail = regular.map { TextLayout.width(of: $0.origin(origin)) }.max() ?? 0
      let rest = room - key - place - gap * 2 - (tail > 0 ? tail + gap : 0)
      let wanted: Int
      switch origin {
      case .full: wanted = 32
      case .commit: wanted = 22
      case .none: wanted = 20
      }
      if rest >= min(natural, wanted) {
        return Layout(key: key, summary: min(natural, rest), place: place, origin: origin)
      }
    }
    return nil
  }

  // MARK: Rows

  private func lines(_ row: Row) -> [Line] {
    (line(row).map { [$0] } ?? wrapped(row)) + (isVerbose ? details(row) : [])
  }

  private func head(_ row: Row) -> Line {
    let action = row.group.first.action
    var line = Line("  ")
    line.append("\(symbol(action)) ", .of(action))
    line.append(row.label, action == .delete ? .delete : .plain)
    return line
  }

  private func symbol(_ action: Change.Action) -> String {
    switch action {
    case .delete: "-"
    case .update: "~"
    case .move: ">"
    case .create: "+"
    }
  }

  /// The row on one line; nil where it does not fit the columns.
  private func line(_ row: Row) -> Line? {
    guard let layout, TextLayout.width(of: row.label) <= layout.key,
      TextLayout.width(of: row.place) <= layout.place
    else { return nil }
    var line = head(row)
    line.move(to: Self.indent + layout.key + Self.gap)
    line.append(row.summary.line(limit: layout.summary))
    line.move(to: Self.indent + layout.key + layout.summary + 2 * Self.gap)
    line.append(row.place)
    let origin = row.origin(layout.origin)
    if !origin.isEmpty {
      line.move(
        to: Self.indent + layout.key + layout.summary + layout.place + 3 * Self.gap
      )
      line.append(origin, .dim)
    }
    return line.width <= width ? line : nil
  }

  /// The row with its place on a second line.
  private func wrapped(_ row: Row) -> [Line] {
    var lines = [head(row)]
    let column = max(lines[0].width, Self.indent + (layout?.key ?? keyColumn)) + Self.gap
    let summary = row.summary.line(limit: width - Self.secondIndent)
    if column + min(summary.width, 24) <= width {
      lines[0].move(to: column)
      lines[0].append(row.summary.line(limit: width - column))
    } else if summary != .empty {
      lines.append(indented(summary))
    }
    return lines + placed(row.place, row.origin(.full), row.origin(.commit))
  }

  /// Where what changed begins in rows of two lines: beside the longest key of ordinary length.
  private var keyColumn: Int {
    rows.map { TextLayout.width(of: $0.label) }.filter { $0 <= width * 2 / 5 }.max() ?? 0
  }

  /// A place on a line of its own, followed by the longest of `tails` that fits; a place that is
  /// too long stands alone, and the tail follows it.
  private func placed(_ place: String, _ tails: String...) -> [Line] {
    var line = indented(Line(place))
    for tail in tails where !tail.isEmpty && line.width + Self.gap + tail.count <= width {
      line.append(TextLayout.blanks(Self.gap))
      line.append(tail, .dim)
      return [line]
    }
    guard line.width > width else { return [line] }
    let tail = tails.first { TextLayout.width(of: $0) + Self.secondIndent <= width } ?? ""
    return tail.isEmpty ? [Line(place)] : [Line(place), indented(Line(tail, .dim))]
  }

  private func indented(_ line: Line) -> Line {
    var result = Line(TextLayout.blanks(Self.secondIndent))
    result.append(line)
    return result
  }

  // MARK: Fields

  /// One line for each field of an update, with the place of its new value.
  private func details(_ row: Row) -> [Line] {
    var change = row.group.first
    change.fields = change.fields.map { FieldText.excerpt($0) }
    guard !row.group.isFolded, change.action == .update, change.fields.count > 0 else { return [] }
    let names = change.fields.map { FieldText.name($0.pointer) }
    let room = width - Self.secondIndent
    let column = names.map { TextLayout.width(of: $0) }.filter { $0 <= room / 3 }.max() ?? 0
    let values = change.fields.map { TextLayout.width(of: FieldText.transition($0, to: room / 2)) }
    let valueColumn = Self.secondIndent + column + Self.gap + (values.max() ?? 0)
    return zip(change.fields, names).flatMap { field, name in
      var line = indented(Line(name))
      line.move(to: Self.secondIndent + column, gap: 0)
      line.append(TextLayout.blanks(Self.gap))
      let place = field.range.map {
        ChangeGroup.place(SourceLocation(file: change.location.file, range: $0))
      }
      let tail = place ?? (field.new == nil ? "" : "default")
      let rest = width - line.width - (tail.isEmpty ? 0 : TextLayout.width(of: tail) + Self.gap)
      let full = FieldText.transition(field, to: .max)
      if rest >= min(TextLayout.width(of: full), 28) {
        line.append(FieldText.transition(field, to: rest))
        if !tail.isEmpty {
          let limit = width - TextLayout.width(of: tail)
          line.move(to: min(limit, valueColumn + Self.gap), gap: Self.gap)
          line.append(tail, .dim)
        }
        return [line]
      }
      var lines = [line.truncated(to: width)]
      if width - line.width >= 12 {
        lines[0].append(FieldText.transition(field, to: width - line.width))
      } else {
        lines.append(indented(Line("  " + FieldText.transition(field, to: room - 2))))
      }
      if !tail.isEmpty { lines.append(indented(Line("  " + tail, .dim))) }
      return lines
    }
  }
}
