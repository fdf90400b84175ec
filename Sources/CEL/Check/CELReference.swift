/// What the checker found a node to stand for.
enum CELReference: Sendable {
  /// A variable that the caller binds.
  case input(Int)
  /// A loop variable or binding.
  case local(Int)
  case constant(CELValue)
  /// Overloads that fit by name and number; with `hasReceiver` the receiver is the first argument.
  case function([CELFunction], hasReceiver: Bool)
  case constructor(CELConstructor)
  /// The node fails whenever it is reached; only in unchecked programs.
  case failure(CELFailure)
}

/// What the checker found out about an expression.
struct CELChecked: Sendable {
  /// The type of each node that is part of the tree.
  var types: [CELType]
  /// What names and calls stand for.
  var references: [Int: CELReference] = [:]
  /// The slot of the first variable that a loop or binding declares; the second follows.
  var slots: [Int: Int] = [:]
  /// How many slots there are for loop variables and bindings.
  var localCount = 0
}
