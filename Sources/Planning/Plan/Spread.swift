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

  /// Begins with the pieces beside what the caller does next, as far as there are processors for it.
  func begin<Result: Sendable>(
    _ count: Int, _ piece: @escaping @Sendable (_ index: Int) -> Result,
  ) -> any Begun<Result>
}

/// Pieces of work that somebody began with.
///
/// What nobody has begun with when this goes is never done.
package protocol Begun<Result>: AnyObject, Sendable {
  associatedtype Result: Sendable

  /// Does what nobody has begun with, waits for the rest, and gives the results in the order of the
  /// pieces.
  func finish() -> [Result]
}

extension Spread {
  package func begin<Result: Sendable>(
    _ count: Int, _ piece: @escaping @Sendable (_ index: Int) -> Result,
  ) -> any Begun<Result> { NotBegun(self, count, piece) }

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

/// Pieces that are done when their results are asked for.
private final class NotBegun<Result: Sendable>: Begun {
  private let spread: any Spread
  private let count: Int
  private let piece: @Sendable (_ index: Int) -> Result

  init(
    _ spread: any Spread, _ count: Int, _ piece: @escaping @Sendable (_ index: Int) -> Result,
  ) {
    self.spread = spread
    self.count = count
    self.piece = piece
  }

  func finish() -> [Result] { spread.map(count, piece) }
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
