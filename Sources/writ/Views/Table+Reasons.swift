import Rendering

extension Table {
  /// The lines of the table with one more column, `title`, the reason of each row.
  ///
  /// A reason that has no room beside its row stands below it, whole: what went wrong is not cut.
  func lines(reasons: [String], title: String = "WHY", width: Int, style: Style) -> [String] {
    let columns = lines(width: width, style: .plain).map { TextLayout.width(of: $0) }.max() ?? 0
    let room = width - columns - 2
    let isBeside = reasons.map { TextLayout.width(of: TextLayout.escaped($0)) <= room }
    var table = self
    if zip(reasons, isBeside).contains(where: { !$0.isEmpty && $1 }) {
      table.columns.append(Column(title, isWhole: true))
      table.rows = zip(rows, zip(reasons, isBeside)).map { $0 + [Cell($1.1 ? $1.0 : "")] }
    }
    let lines = table.lines(width: width, style: style)
    return lines.prefix(1)
      + zip(lines.dropFirst(), zip(reasons, isBeside)).flatMap { line, reason in
        reason.1
          ? [line]
          : [line]
            + TextLayout.wrapped(TextLayout.escaped(reason.0), to: max(20, width - 4)).map {
              "    " + $0
            }
      }
  }
}
