/// Simple case folding: which single scalars count as the same letter.
package enum CaseFolding {
  /// `set` with every scalar that differs from one of its own only in case.
  package static func closure(of set: ScalarSet) -> ScalarSet {
    var more: [ClosedRange<UInt32>] = []
    let size = set.ranges.reduce(0) { $0 + $1.count }
    guard size > 64 else {
      for scalar in set.ranges.joined() {
        if let orbit = byMember[scalar] { more += orbits[orbit].map { $0...$0 } }
      }
      return more.isEmpty ? set : ScalarSet(set.ranges + more)
    }
    for orbit in orbits where orbit.contains(where: set.contains) {
      more += orbit.map { $0...$0 }
    }
    return more.isEmpty ? set : ScalarSet(set.ranges + more)
  }

  /// The scalars that fold together with `scalar`, itself among them.
  package static func closure(of scalar: UInt32) -> ScalarSet {
    guard let orbit = byMember[scalar] else { return ScalarSet(scalar) }
    return ScalarSet(orbits[orbit].map { $0...$0 })
  }

  /// Groups of two or more scalars that fold together, in order.
  private static let orbits: [[UInt32]] = {
    var groups: [UInt32: [UInt32]] = [:]
    // Cased letters end with Adlam, U+1E943.
    for value in UInt32(0x41)...0x1E943 {
      guard let scalar = Unicode.Scalar(value), let key = key(of: scalar) else { continue }
      groups[key, default: []].append(value)
    }
    return groups.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
  }()

  private static let byMember: [UInt32: Int] = {
    var result: [UInt32: Int] = [:]
    for (index, orbit) in orbits.enumerated() {
      for member in orbit { result[member] = index }
    }
    return result
  }()

  /// What all forms of one letter share; nil for what has no case.
  ///
  /// The dotless i has the upper case `I`, but only Turkish folds them, so it stays alone.
  private static func key(of scalar: Unicode.Scalar) -> UInt32? {
    guard scalar.properties.isCased || scalar.value == 0x345, scalar.value != 0x131 else {
      return nil
    }
    let upper = single(scalar.properties.uppercaseMapping) ?? scalar
    let lower = single(upper.properties.lowercaseMapping) ?? upper
    return lower.value
  }

  private static func single(_ text: String) -> Unicode.Scalar? {
    let scalars = text.unicodeScalars
    return scalars.count == 1 ? scalars.first : nil
  }
}
