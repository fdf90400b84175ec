/// What is wrong with something that a person wrote: where, why, and what would be right.
///
/// Diagnostics are collected, never thrown one by one; an input gets all of its errors at once.
package struct Diagnostic: Hashable, Sendable {
  package enum Severity: String, Hashable, Sendable { case error, warning }

  package var severity: Severity
  /// A stable word in kebab case, for scripts.
  package var code: String
  package var message: String
  package var location: SourceLocation
  package var resource: ResourceKey?
  /// The edit or the command that helps.
  package var hint: String?
  /// The other place that takes part, such as the first definition of a duplicate.
  package var related: SourceLocation?

  package init(
    _ severity: Severity = .error,
    code: String,
    _ message: String,
    at location: SourceLocation,
    resource: ResourceKey? = nil,
    hint: String? = nil,
    related: SourceLocation? = nil,
  ) {
    self.severity = severity
    self.code = code
    self.message = message
    self.location = location
    self.resource = resource
    self.hint = hint
    self.related = related
  }
}

extension Diagnostic: Comparable {
  package static func < (a: Diagnostic, b: Diagnostic) -> Bool {
    if a.location != b.location { return a.location < b.location }
    if a.code != b.code { return a.code < b.code }
    return a.message < b.message
  }
}

extension Diagnostic: CustomStringConvertible {
  /// `file:line:column: error: message`, then the hint on a line of its own.
  package var description: String {
    var text = "\(location): \(severity.rawValue): \(message)"
    if let related { text += " (the other place: \(related))" }
    if let hint { text += "\n    \(hint)" }
    return text
  }
}

extension Sequence where Element == Diagnostic {
  package var containsError: Bool { contains { $0.severity == .error } }
}
