/// How pieces of work that do not depend on each other are done.
///
/// Planning is pure and knows no threads; whoever has some brings them along. Whatever the spread is,
/// a plan is the same.
package protocol Spread: Sendable {
  /// How many pieces are done at a time.
  var width: Int { get }

  /// Does the pieces from 0 to `count` in any order, and gives the results in theirs.
  func map<Result: Sendable>(
    _ count: Int, _ piece: @Sendable (_ index: Int) -> Result,
  ) -> [Result]
}

/// One piece after the other.
package struct OneByOne: Spread {
  package init() {}

  /// One.
  package var width: Int { 1 }

  /// Does the pieces in their order.
  package func map<Result: Sendable>(
    _ count: Int, _ piece: @Sendable (_ index: Int) -> Result,
  ) -> [Result] {
    (0..<count).map(piece)
  }
}
