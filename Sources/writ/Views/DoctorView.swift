import Engine
import Rendering
import Resources

/// Checks as a table and as JSON.
struct DoctorView {
  let results: [CheckResult]

  var hasFailure: Bool { results.contains { $0.status == .failure } }

  var value: Value {
    [
      "checks": .array(results.map(\.value)), "formatVersion": 1,
      "failures": .integer(count(.failure)), "warnings": .integer(count(.warning)),
    ]
  }

  /// - Parameter isQuiet: leaves out what is fine.
  func lines(width: Int, style: Style, isQuiet: Bool) -> [String] {
    let shown = results.filter { !isQuiet || $0.status != .ok }
    let nameWidth = shown.map { TextLayout.width(of: $0.name) }.max() ?? 0
    let indent = nameWidth + 11
    var lines: [String] = []
    for result in shown {
      let role: Style.Role =
        result.status == .failure ? .error : result.status == .warning ? .warning : .plain
      let status = result.status.rawValue
      let name = result.name + TextLayout.blanks(nameWidth - TextLayout.width(of: result.name))
      let head =
        style.painted(status, role) + TextLayout.blanks(9 - status.utf8.count) + name + "  "
      var words = TextLayout.wrapped(
        TextLayout.escaped(result.message), to: max(20, width - indent))
      if let hint = result.hint {
        words += TextLayout.wrapped(
          "help: " + TextLayout.escaped(hint), to: max(20, width - indent))
      }
      lines.append(head + (words.first ?? ""))
      lines += words.dropFirst().map { TextLayout.blanks(indent) + $0 }
    }
    return lines + [summary]
  }

  private var summary: String {
    let failures = Int(count(.failure))
    let warnings = Int(count(.warning))
    if failures + warnings == 0 { return "all is well" }
    return [
      failures > 0 ? Number.text(failures, "failure") : nil,
      warnings > 0 ? Number.text(warnings, "warning") : nil,
    ].compactMap(\.self).joined(separator: ", ")
  }

  private func count(_ status: CheckResult.Status) -> Int64 {
    Int64(results.count { $0.status == status })
  }
}
