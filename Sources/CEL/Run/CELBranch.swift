/// A place where an expression goes one way or the other.
package struct CELBranch: Sendable, Hashable {
  /// What decides: the condition of `?:`, or an operand of `&&` or `||`.
  package enum Kind: String, Sendable {
    case condition = "?:", and = "&&", or = "||"
  }

  /// What decides.
  package let kind: Kind
  /// Where the deciding operand stands, as a UTF-8 offset.
  package let offset: Int
  /// How many bytes the word there has.
  package let length: Int

  /// The branches of a tree in the order of the source, and the number of each by its operand.
  static func all(
    in syntax: CELSyntax, _ isReached: [Bool]
  ) -> (branches: [CELBranch], numbers: [Int: Int]) {
    var found: [(node: Int, kind: Kind)] = []
    for node in syntax.nodes.indices where isReached[node] {
      switch syntax[node].form {
      case .conditional(let condition, _, _): found.append((condition, .condition))
      case .and(let operands): found += operands.map { ($0, .and) }
      case .or(let operands): found += operands.map { ($0, .or) }
      default: break
      }
    }
    found.sort { (syntax[$0.node].offset, $0.node) < (syntax[$1.node].offset, $1.node) }
    var numbers: [Int: Int] = [:]
    for (number, branch) in found.enumerated() { numbers[branch.node] = number }
    let branches = found.map {
      CELBranch(kind: $0.kind, offset: syntax[$0.node].offset, length: syntax[$0.node].length)
    }
    return (branches, numbers)
  }
}
