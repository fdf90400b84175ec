/// The scalars sorted into classes that no set of a program tells apart.
struct PatternAlphabet: Sendable {
  /// The number of classes; the end of the text counts as one more, after the last.
  let count: Int
  /// A scalar of each class.
  let representatives: [UInt32]
  /// The class of each ASCII scalar.
  let ascii: [UInt16]
  private let starts: [UInt32]
  private let classes: [UInt16]

  /// Sorts the scalars by `sets`.
  init(sets: [ScalarSet]) {
    var bounds: Set<UInt32> = [0]
    for range in sets.lazy.flatMap(\.ranges) {
      bounds.insert(range.lowerBound)
      if range.upperBound < ScalarSet.last { bounds.insert(range.upperBound + 1) }
    }
    let starts = bounds.sorted()
    var split = [Int](repeating: 0, count: starts.count)
    var next = 1
    for set in sets { Self.split(&split, next: &next, starts: starts, by: set) }

    // Splitting can empty a class, so the rest is numbered anew.
    var numbers: [Int: UInt16] = [:]
    var representatives: [UInt32] = []
    var classes: [UInt16] = []
    for (index, old) in split.enumerated() {
      if let known = numbers[old] {
        classes.append(known)
      } else {
        let number = UInt16(representatives.count)
        numbers[old] = number
        representatives.append(starts[index])
        classes.append(number)
      }
    }
    self.starts = starts
    self.classes = classes
    self.representatives = representatives
    count = representatives.count
    ascii = (0..<128).map { Self.find($0, starts: starts, classes: classes) }
  }

  /// Gives the part of each class that is in `set` a number of its own.
  private static func split(
    _ classes: inout [Int], next: inout Int, starts: [UInt32], by set: ScalarSet
  ) {
    var inside: [Int: Int] = [:]
    var index = 0
    for range in set.ranges {
      while index < starts.count, starts[index] < range.lowerBound { index += 1 }
      while index < starts.count, starts[index] <= range.upperBound {
        let old = classes[index]
        if inside[old] == nil {
          inside[old] = next
          next += 1
        }
        classes[index] = inside[old] ?? 0
        index += 1
      }
    }
  }

  /// The class of `scalar`.
  func index(of scalar: UInt32) -> Int {
    scalar < 128
      ? Int(ascii[Int(scalar)])
      : Int(Self.find(scalar, starts: starts, classes: classes))
  }

  private static func find(_ scalar: UInt32, starts: [UInt32], classes: [UInt16]) -> UInt16 {
    var lower = 0
    var upper = starts.count
    while lower < upper {
      let middle = (lower + upper) / 2
      if starts[middle] <= scalar { lower = middle + 1 } else { upper = middle }
    }
    return classes[lower - 1]
  }
}
