import Rendering

extension Table {
  /// The lines of the table with one more column, `title`, the reason of each row.
  ///
  /// A reason that has no room beside its row stands below it, whole: what went wrong is not cut.
  func lines(reasons: [String], title: String = "WHY", width: Int, style: Style) -> [String] {
    let plain = lines(width: width, style: Style(hasColour: false))
    let columns = plain.map { TextLayout.width(of: $0) }.max() ?? 0
    let room = width - columns - 2
    let shown = reasons.map { TextLayout.escaped($0) }
    if shown.allSatisfy(\.isEmpty) { return lines(width: width, style: style) }
    if shown.allSatisfy({ TextLayout.width(of: $0) <= room }) {
      var table = self
      table.columns.append(Column(title, isWhole: true))
      table.rows = zip(rows, reasons).map { $0 + [Cell($1)] }
      return table.lines(width: width, style: style)
    }
    let lines = lines(width: width, style: style)
    return lines.prefix(1)
      + zip(lines.dropFirst(), shown).flatMap { line, reason in
        reason.isEmpty
          ? [line]
          : [line] + TextLayout.wrapped(reason, to: max(20, width - 4)).map { "    " + $0 }
      }
  }
}
