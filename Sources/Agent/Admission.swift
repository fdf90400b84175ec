package import Actions

/// Who decides what a probe may do, where a request names a policy.
package struct Admission: Sendable {
  /// Why the policy refuses an action, in words; nil where it allows it.
  package var refusal: @Sendable (Action, CommandPolicy) -> String?
  /// Whether files at this path, absolute and without links, may be read and written.
  package var permitsPath: @Sendable (String, CommandPolicy) -> Bool

  package init(
    refusal: @escaping @Sendable (Action, CommandPolicy) -> String?,
    permitsPath: @escaping @Sendable (String, CommandPolicy) -> Bool,
  ) {
    self.refusal = refusal
    self.permitsPath = permitsPath
  }

  func refusal(of request: ActionRequest) -> String? {
    request.policies.lazy.compactMap { refusal(request.action, $0) }.first
  }

  func permits(_ path: String, for request: ActionRequest) -> Bool {
    request.policies.allSatisfy { permitsPath(path, $0) }
  }
}
