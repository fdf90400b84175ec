/// A parsed expression: nodes in one array, children before their parents.
///
/// A flat array needs no recursion to be freed, however deep the tree.
package struct CELSyntax: Sendable {
  /// All nodes.
  package internal(set) var nodes: [CELNode] = []
  /// The index of the outermost node.
  package internal(set) var root = 0

  /// The node at `index`.
  package subscript(index: Int) -> CELNode { nodes[index] }

  /// The dotted name that `node` is, if it is one.
  func path(_ node: Int) -> (name: String, isRooted: Bool, root: Int)? {
    var fields: [String] = []
    var node = node
    while true {
      switch nodes[node].form {
      case .identifier(let name, let isRooted):
        return (([name] + fields.reversed()).joined(separator: "."), isRooted, node)
      case .select(let operand, let field, false):
        fields.append(field)
        node = operand
      default: return nil
      }
    }
  }
}

/// A node of a parsed expression.
package struct CELNode: Sendable {
  /// What it is.
  package let form: CELForm
  /// Where the word stands that says what it is: the operator, the name, the bracket.
  package let offset: Int
  /// How many bytes that word has.
  package let length: Int
  /// How many levels the tree below has.
  let depth: Int
}

/// What a node is; the numbers are indexes of nodes.
package enum CELForm: Sendable {
  case literal(CELValue)
  /// A name; rooted names begin with a dot and ignore the container and loop variables.
  case identifier(String, isRooted: Bool)
  case select(Int, field: String, isOptional: Bool)
  case has(Int, field: String, isOptional: Bool)
  case index(Int, key: Int, isOptional: Bool)
  case call(String, receiver: Int?, arguments: [Int])
  case unary(CELOperator, Int)
  case binary(CELOperator, Int, Int)
  case and([Int])
  case or([Int])
  case conditional(Int, then: Int, else: Int)
  case list([CELElement])
  case map([CELEntry])
  case construct(String, isRooted: Bool, [CELField])
  case loop(CELLoop)
  case bind(String, value: Int, body: Int)
  /// `optMap` and, when flat, `optFlatMap`.
  case bindOptional(String, value: Int, body: Int, isFlat: Bool)
  case block([Int], body: Int)
  case blockIndex(Int)
}

/// An element of a list literal; an optional one is left out if it is none.
package struct CELElement: Sendable {
  package let node: Int
  package let isOptional: Bool
}

/// An entry of a map literal; an optional one is left out if it is none.
package struct CELEntry: Sendable {
  package let key: Int
  package let value: Int
  package let isOptional: Bool
}

/// A field of `Name{field: value}`.
package struct CELField: Sendable {
  package let name: String
  package let value: Int
  package let offset: Int
  package let isOptional: Bool
}

/// A macro that goes through a list or a map.
package struct CELLoop: Sendable {
  package enum Kind: String, Sendable {
    case all, exists, existsOne = "exists_one", map, filter
    case transformMap, transformMapEntry
  }

  package let kind: Kind
  /// The list or map.
  package let range: Int
  /// The element of a list or key of a map; with two variables, the index or key.
  package let first: String
  /// With two variables, the element or value.
  package let second: String?
  /// Which elements are taken.
  package let filter: Int?
  /// What is done with each element.
  package let body: Int
}

/// Operators with one or two operands that need all of them.
package enum CELOperator: String, Sendable, CaseIterable {
  case add = "+", subtract = "-", multiply = "*", divide = "/", modulo = "%"
  case equal = "==", notEqual = "!=", less = "<", lessEqual = "<=", greater = ">"
  case greaterEqual = ">=", isIn = "in", not = "!", negate = "-_"

  /// The operator as written.
  package var text: String { self == .negate ? "-" : rawValue }
}
