/// A set of Unicode scalars, as sorted ranges that neither touch nor overlap.
package struct ScalarSet: Hashable, Sendable {
  /// The ranges, in order.
  package private(set) var ranges: [ClosedRange<UInt32>]
  private var low: UInt64 = 0
  private var high: UInt64 = 0

  /// The largest scalar there is.
  package static let last: UInt32 = 0x10FFFF

  /// Makes a set of ranges in any order.
  package init(_ ranges: [ClosedRange<UInt32>]) {
    self.ranges = Self.merged(ranges)
    for value in UInt32(0)..<128 where Self.find(value, in: self.ranges) {
      if value < 64 { low |= 1 << UInt64(value) } else { high |= 1 << UInt64(value - 64) }
    }
  }

  /// Makes the set that holds one scalar.
  package init(_ scalar: UInt32) { self.init([scalar...scalar]) }

  /// Says whether `scalar` is in the set.
  package func contains(_ scalar: UInt32) -> Bool {
    if scalar < 64 { return low & (1 << UInt64(scalar)) != 0 }
    if scalar < 128 { return high & (1 << UInt64(scalar - 64)) != 0 }
    return Self.find(scalar, in: ranges)
  }

  /// All scalars that are not in the set.
  package var inverted: ScalarSet {
    var gaps: [ClosedRange<UInt32>] = []
    var next: UInt32 = 0
    for range in ranges {
      if range.lowerBound > next { gaps.append(next...(range.lowerBound - 1)) }
      next = range.upperBound + 1
    }
    if next <= Self.last { gaps.append(next...Self.last) }
    return ScalarSet(gaps)
  }

  /// The scalars of both sets.
  package func union(_ other: ScalarSet) -> ScalarSet { ScalarSet(ranges + other.ranges) }

  private static func merged(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
    var result: [ClosedRange<UInt32>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let previous = result.last, range.lowerBound <= previous.upperBound + 1 {
        let upper = max(previous.upperBound, range.upperBound)
        result[result.count - 1] = previous.lowerBound...upper
      } else {
        result.append(range)
      }
    }
    return result
  }

  private static func find(_ scalar: UInt32, in ranges: [ClosedRange<UInt32>]) -> Bool {
    var lower = 0
    var upper = ranges.count
    while lower < upper {
      let middle = (lower + upper) / 2
      if ranges[middle].upperBound < scalar { lower = middle + 1 } else { upper = middle }
    }
    return lower < ranges.count && ranges[lower].lowerBound <= scalar
  }
}
