package import Resources

/// Diagnostics as a document for programs; docs/PLAN-FORMAT.md says what each key means.
package enum DiagnosticsJSON {
  package static let formatVersion: Int64 = 1

  /// `{formatVersion, summary, diagnostics}`, the diagnostics sorted by place.
  package static func value(_ diagnostics: [Diagnostic]) -> Value {
    let errors = diagnostics.count { $0.severity == .error }
    return [
      "formatVersion": .integer(formatVersion),
      "diagnostics": .array(diagnostics.sorted().map { value($0) }),
      "summary": [
        "errors": .integer(Int64(errors)),
        "warnings": .integer(Int64(diagnostics.count - errors)),
      ],
    ]
  }

  /// One diagnostic; `resource`, `hint` and `related` are left out where there are none.
  package static func value(_ diagnostic: Diagnostic) -> Value {
    var members = diagnostic.location.members
    members.append(.init("severity", .string(diagnostic.severity.rawValue)))
    members.append(.init("code", .string(diagnostic.code)))
    members.append(.init("message", .string(diagnostic.message)))
    if let resource = diagnostic.resource {
      members.append(.init("resource", .string(resource.description)))
    }
    if let hint = diagnostic.hint { members.append(.init("hint", .string(hint))) }
    if let related = diagnostic.related {
      members.append(.init("related", .sorted(related.members)))
    }
    return .sorted(members)
  }
}

extension SourceRange {
  /// `line`, `column`, `endLine` and `endColumn`.
  var members: [Value.Member] {
    [
      .init("line", .integer(Int64(start.line))), .init("column", .integer(Int64(start.column))),
      .init("endLine", .integer(Int64(end.line))),
      .init("endColumn", .integer(Int64(end.column))),
    ]
  }
}

extension SourceLocation {
  /// `file` and the members of the range.
  var members: [Value.Member] { [.init("file", .string(file))] + range.members }
}
