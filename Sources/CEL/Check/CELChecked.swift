/// What the checker found out about the types of an expression.
struct CELChecked: Sendable {
  /// The type of each node that is part of the tree.
  let types: [CELType]
  /// The overloads of calls whose arguments leave no choice.
  let exact: [Int: CELFunction]

  init(types: [CELType], exact: [Int: CELFunction]) {
    self.types = types
    self.exact = exact
  }

  /// Nothing is known.
  init(unchecked count: Int) {
    types = Array(repeating: .dyn, count: count)
    exact = [:]
  }
}
