package import Resources

/// Diagnostics as a person reads them, and as editors follow them: `file:line:column: error: …`.
package struct DiagnosticsText {
  /// Sorted by file and place.
  package let diagnostics: [Diagnostic]
  package let width: Int

  /// Text of `width` columns; less than 40 is taken as 40.
  ///
  /// Where lines go to a program rather than to a person, a large number keeps each message on its
  /// line.
  package init(_ diagnostics: [Diagnostic], width: Int) {
    self.diagnostics = diagnostics.sorted()
    self.width = max(40, width)
  }

  /// All diagnostics, a blank line between files, then the totals; nothing where there are none.
  package func lines(_ style: Style) -> [String] {
    if diagnostics.isEmpty { return [] }
    return (body() + [.empty, totals]).map { $0.text(style) }
  }

  /// `3 errors, 1 warning in 2 files`.
  package var totals: Line {
    let errors = diagnostics.count { $0.severity == .error }
    let warnings = diagnostics.count - errors
    var line = Line()
    if errors > 0 { line.append(Number.text(errors, "error"), .error) }
    if errors > 0, warnings > 0 { line.append(", ") }
    if warnings > 0 { line.append(Number.text(warnings, "warning"), .warning) }
    line.append(" in \(Number.text(Set(diagnostics.map(\.location.file)).count, "file"))")
    return line
  }

  /// All diagnostics without the totals.
  func body() -> [Line] {
    var lines: [Line] = []
    var file: String?
    for diagnostic in diagnostics {
      if let file, file != diagnostic.location.file { lines.append(.empty) }
      file = diagnostic.location.file
      lines += head(diagnostic)
      if let hint = diagnostic.hint { lines += indented("hint: ", hint) }
      if let related = diagnostic.related { lines += place("see: ", related) }
    }
    return lines
  }

  private static let indent = 4

  private func head(_ diagnostic: Diagnostic) -> [Line] {
    let isError = diagnostic.severity == .error
    var line = Line("\(diagnostic.location): ", .heading)
    line.append("\(diagnostic.severity.rawValue): ", isError ? .error : .warning)
    let message = TextLayout.escaped(diagnostic.message)
    if line.width > width { return split(diagnostic, message) }
    let texts = TextLayout.wrapped(message, to: width - Self.indent, first: width - line.width)
    line.append(texts[0])
    return [line] + texts.dropFirst().map { Line(TextLayout.blanks(Self.indent) + $0) }
  }

  /// A place that is too long stands alone.
  private func split(_ diagnostic: Diagnostic, _ message: String) -> [Line] {
    [Line("\(diagnostic.location):", .heading)]
      + TextLayout.wrapped("\(diagnostic.severity.rawValue): \(message)", to: width - Self.indent)
      .map { Line(TextLayout.blanks(Self.indent) + $0) }
  }

  private func indented(_ label: String, _ text: String) -> [Line] {
    let room = width - Self.indent - label.count
    return TextLayout.wrapped(TextLayout.escaped(text), to: room).enumerated().map {
      var line = Line(TextLayout.blanks(Self.indent))
      line.append($0.offset == 0 ? label : TextLayout.blanks(label.count), .dim)
      line.append($0.element)
      return line
    }
  }

  private func place(_ label: String, _ location: SourceLocation) -> [Line] {
    var line = Line(TextLayout.blanks(Self.indent))
    line.append(label, .dim)
    let place = Line(location.description)
    if line.width + place.width > width { return [line, place] }
    line.append(place)
    return [line]
  }
}
