/// Values for the variables of an environment.
package struct CELBindings: Sendable {
  /// Values by slot; nil for variables that are not bound.
  var values: [CELValue?]

  /// No variable is bound.
  package init(in environment: CELEnvironment) {
    values = Array(repeating: nil, count: environment.variableNames.count)
  }

  /// The variables of `bound`; names that are not declared are left out.
  package init(_ bound: [String: CELValue], in environment: CELEnvironment) {
    self.init(in: environment)
    for (slot, name) in environment.variableNames.enumerated() { values[slot] = bound[name] }
  }

  /// The value in `slot`, see `CELEnvironment.slot(of:)`.
  package subscript(slot: Int) -> CELValue? {
    get { values[slot] }
    set { values[slot] = newValue }
  }
}
