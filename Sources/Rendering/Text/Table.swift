/// Rows under headers, for lists of any kind.
///
/// Where the width is short the last columns shrink first; columns that are `isWhole` never do.
package struct Table: Hashable, Sendable {
  package struct Column: Hashable, Sendable {
    package enum Alignment: Hashable, Sendable { case left, right }

    package var title: String
    package var alignment: Alignment
    /// Its cells are keys, places or commands, which are of no use when cut.
    package var isWhole: Bool
    /// The columns below which it does not shrink as long as others can.
    package var minimumWidth: Int

    package init(
      _ title: String,
      alignment: Alignment = .left,
      isWhole: Bool = false,
      minimumWidth: Int = 6,
    ) {
      self.title = title
      self.alignment = alignment
      self.isWhole = isWhole
      self.minimumWidth = minimumWidth
    }
  }

  package struct Cell: Hashable, Sendable, ExpressibleByStringLiteral {
    package var text: String
    package var role: Style.Role

    package init(_ text: String, _ role: Style.Role = .plain) {
      self.text = text
      self.role = role
    }

    package init(stringLiteral value: String) { self.init(value) }
  }

  package var columns: [Column]
  package var rows: [[Cell]]

  package init(_ columns: [Column], rows: [[Cell]] = []) {
    self.columns = columns
    self.rows = rows
  }

  private static let gap = 2

  /// The header and the rows; a missing cell is empty.
  ///
  /// No line is longer than `width`, unless the columns that must not shrink are.
  package func lines(width: Int, style: Style) -> [String] {
    let widths = widths(within: width)
    let header = columns.map { Cell($0.title, .heading) }
    return ([header] + rows).map { line($0, widths).text(style) }
  }

  private func line(_ cells: [Cell], _ widths: [Int]) -> Line {
    var line = Line()
    for (index, column) in columns.enumerated() where widths[index] > 0 {
      let cell = index < cells.count ? cells[index] : ""
      let text = TextLayout.truncated(TextLayout.escaped(cell.text), to: widths[index])
      let blanks = TextLayout.blanks(widths[index] - TextLayout.width(of: text))
      if column.alignment == .right { line.append(blanks) }
      line.append(text, cell.role)
      if column.alignment == .left { line.append(blanks) }
      if index < columns.count - 1 { line.append(TextLayout.blanks(Self.gap)) }
    }
    return line
  }

  private func widths(within width: Int) -> [Int] {
    var widths = columns.map { TextLayout.width(of: TextLayout.escaped($0.title)) }
    for row in rows {
      for (index, cell) in row.prefix(columns.count).enumerated() {
        widths[index] = max(widths[index], TextLayout.width(of: TextLayout.escaped(cell.text)))
      }
    }
    var excess = widths.reduce(0, +) + Self.gap * max(0, columns.count - 1) - width
    // At first down to what reads well, then down to what still shows that something is there.
    for isLastResort in [false, true] {
      for index in columns.indices.reversed() where excess > 0 && !columns[index].isWhole {
        let floor = isLastResort ? 1 : columns[index].minimumWidth
        let cut = min(excess, max(0, widths[index] - floor))
        widths[index] -= cut
        excess -= cut
      }
    }
    return widths
  }
}
