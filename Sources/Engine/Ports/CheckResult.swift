package import Resources

/// What one check of `writ doctor` found.
///
/// A warning is something that will hurt, or that a person should know; a failure is something that
/// does hurt. Both name the command or the edit that helps, where there is one.
package struct CheckResult: Hashable, Sendable {
  package enum Status: String, Hashable, Sendable { case ok, warning, failure }

  /// What was looked at, in a few words.
  package var name: String
  package var status: Status
  package var message: String
  package var hint: String?

  package init(_ name: String, _ status: Status, _ message: String, hint: String? = nil) {
    self.name = name
    self.status = status
    self.message = message
    self.hint = hint
  }

  package var value: Value {
    [
      "hint": hint.map { .string($0) } ?? .null, "message": .string(message),
      "name": .string(name), "status": .string(status.rawValue),
    ]
  }
}
