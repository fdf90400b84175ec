/// Where the elements of a list come from; elements may be made when they are asked for.
///
/// A source must not change, and must give the same elements each time.
package protocol CELListSource: AnyObject, Sendable {
  /// How many elements there are.
  var count: Int { get }

  /// The element at `index`, which is in `0..<count`.
  func element(at index: Int) -> CELValue

  /// Writes the elements in brackets, each one level below `depth`, at the cost of writing each.
  func write(to writer: inout CELWriter, _ frame: inout CELFrame, depth: Int) throws(CELFailure)
}

extension CELListSource {
  /// All elements in order.
  package var elements: [CELValue] {
    var result: [CELValue] = []
    let count = count
    result.reserveCapacity(count)
    for index in 0..<count { result.append(element(at: index)) }
    return result
  }
}

/// A list that holds its elements.
package final class CELList: CELListSource {
  private let storage: [CELValue]

  /// Holds `elements`.
  package init(_ elements: [CELValue]) { storage = elements }

  /// How many elements there are.
  package var count: Int { storage.count }

  /// The element at `index`.
  package func element(at index: Int) -> CELValue { storage[index] }

  /// All elements, without a copy.
  package var elements: [CELValue] { storage }
}
