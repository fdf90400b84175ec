/// The values of one field, and how they were written as far as that has a meaning.
package struct CronSet: Hashable, Sendable {
  /// Bit n is set for the value n, and bit 0 for Sunday; without what hashes add.
  package internal(set) var mask: UInt64
  /// Whether the field begins with `*`, so that `vixie` takes it for unrestricted.
  package internal(set) var startsWithStar: Bool
  /// Whether it has `*`, a range or a step, so that `cronos` takes it for an interval.
  package internal(set) var isInterval: Bool
  /// The values that come from a name's hash, as long as no name is known.
  package internal(set) var hashes: [CronHash]

  init(
    mask: UInt64 = 0, startsWithStar: Bool = false, isInterval: Bool = false,
    hashes: [CronHash] = [],
  ) {
    self.mask = mask
    self.startsWithStar = startsWithStar
    self.isInterval = isInterval
    self.hashes = hashes
  }

  static let zero = CronSet(mask: 1)

  package func contains(_ value: Int) -> Bool { mask >> UInt64(value) & 1 == 1 }
}

/// `H`, `H/n`, `H(a-b)` or `H(a-b)/n`: values that differ from name to name but stay the same.
package struct CronHash: Hashable, Sendable {
  package let range: ClosedRange<Int>
  package let step: Int?

  /// The values for a hash of the name.
  func mask(_ hash: UInt64) -> UInt64 {
    guard let step else {
      return 1 << UInt64(range.lowerBound + Int(hash % UInt64(range.count)))
    }
    let first = range.lowerBound + Int(hash % UInt64(min(step, range.count)))
    return stride(from: first, through: range.upperBound, by: step).reduce(0) {
      $0 | 1 << UInt64($1)
    }
  }

  static func precedes(_ a: CronHash, _ b: CronHash) -> Bool {
    (a.range.lowerBound, a.range.upperBound, a.step ?? 0)
      < (b.range.lowerBound, b.range.upperBound, b.step ?? 0)
  }

  /// All values that some name gives.
  var candidates: UInt64 { range.reduce(0) { $0 | 1 << UInt64($1) } }
}
