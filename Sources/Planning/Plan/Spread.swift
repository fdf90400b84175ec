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

extension Spread {
  /// Does the pieces, and beside them `work`, which is of another kind.
  func map<Result: Sendable, Work: Sendable>(
    _ count: Int, beside work: @Sendable () -> Work,
    _ piece: @Sendable (_ index: Int) -> Result,
  ) -> (results: [Result], work: Work) {
    // The work comes first, because it cannot be divided.
    let parts = map(count + 1) { index -> (result: Result?, work: Work?) in
      index == 0 ? (nil, work()) : (piece(index - 1), nil)
    }
    return (parts.compactMap(\.result), parts[0].work ?? work())
  }
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
