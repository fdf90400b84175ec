/// What a node was found to stand for.
enum CELReference: Sendable {
  /// A variable that the caller binds.
  case input(Int)
  /// The first or second variable that the loop or binding `owner` declares.
  case local(Int, owner: Int, isSecond: Bool)
  /// A value of `cel.block`: where it is kept, and the node that gives it.
  case lazy(Int, node: Int)
  case constant(CELValue, CELType)
  /// Overloads that fit by name and number; with `hasReceiver` the receiver is the first argument.
  case function([CELFunction], hasReceiver: Bool)
  case constructor(CELConstructor)
  /// The node fails whenever it is reached; only in unchecked programs.
  case failure(CELFailure)
}

/// What the names in an expression stand for.
struct CELResolved: Sendable {
  /// Which nodes are part of the tree: some are only names of variables or namespaces.
  var isReached: [Bool]
  /// What names and calls stand for.
  var references: [Int: CELReference] = [:]
  /// The slot of the first variable that a loop, binding or block declares; the others follow.
  var slots: [Int: Int] = [:]
  /// How many slots there are for loop variables and bindings.
  var localCount = 0
}
