import Planning
import Resources

/// A review as workflow commands of GitHub Actions: `-o github`.
///
/// Each finding becomes an annotation on the line of its field. Every command stands on one line, and
/// nothing from the repository can begin another.
package enum ReviewGitHub {
  /// The commands, each without a line end.
  package static func lines(_ review: Review) -> [String] {
    var lines = review.findings.map(line)
    let title = property("writ plan: \(review.word)")
    lines.append("::notice title=\(title)::\(message(review.totals))")
    for section in review.screen?.impact.sections ?? [] {
      guard let summary = section.summary else { continue }
      lines.append(
        "::notice title=\(property("writ impact: \(section.area)"))::\(message(summary))")
    }
    return lines
  }

  private static func line(_ finding: ReviewFinding) -> String {
    let command = finding.level == .note ? "notice" : finding.level.rawValue
    var properties: [String] = []
    if let location = finding.location { properties = place(location, finding.isField) }
    properties.append("title=\(property(finding.title))")
    var text = finding.message
    if let suppression = finding.suppression { text += " (\(suppression.justification))" }
    if let help = finding.help, finding.suppression == nil { text += " — \(help)" }
    return "::\(command) \(properties.joined(separator: ","))::\(message(text))"
  }

  /// Columns count only where a finding begins and ends on one line; of a whole resource only its
  /// first line is marked.
  private static func place(_ location: SourceLocation, _ isField: Bool) -> [String] {
    let range = location.range
    let file = "file=\(property(location.file))"
    let line = "line=\(range.start.line)"
    if range.start.line == range.end.line {
      let end = max(range.start.column, range.end.column)
      return [
        file, line, "endLine=\(range.end.line)", "col=\(range.start.column)", "endColumn=\(end)",
      ]
    }
    if !isField { return [file, line, "endLine=\(range.start.line)"] }
    // A range that ends before the first column of a line does not touch that line.
    let last = range.end.column > 1 ? range.end.line : range.end.line - 1
    return [file, line, "endLine=\(max(range.start.line, last))"]
  }

  /// A message: `%` and line ends are what the runner would take for its own.
  private static func message(_ text: String) -> String { escaped(text, colons: false) }

  /// A property, which commas and colons would end.
  private static func property(_ text: String) -> String { escaped(text, colons: true) }

  private static func escaped(_ text: String, colons: Bool) -> String {
    var result = ""
    for scalar in TextLayout.escaped(text).unicodeScalars {
      switch scalar {
      case "%": result += "%25"
      case "\r": result += "%0D"
      case "\n": result += "%0A"
      case ":" where colons: result += "%3A"
      case "," where colons: result += "%2C"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
