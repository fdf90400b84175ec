/// Where the entries of a map come from; values may be made when they are asked for.
///
/// A source must not change, must give the same entries each time, and must give `keys` in an order
/// that does not depend on hashing, because loops over the map follow it. `1` and `1u` are the same
/// key, see `CELKey`.
package protocol CELMapSource: AnyObject, Sendable {
  /// How many entries there are.
  var count: Int { get }

  /// The keys in a fixed order.
  var keys: [CELKey] { get }

  /// The keys with their values, in the order of `keys`.
  var entries: [(key: CELKey, value: CELValue)] { get }

  /// The value of the string key `field`, compared code point by code point.
  func value(forField field: String) -> CELValue?

  /// The value of any key.
  func value(forKey key: CELKey) -> CELValue?

  /// Writes the entries in braces, keys and values one level below `depth`, at the cost of writing
  /// each and of 1 for each entry.
  func write(to writer: inout CELWriter, _ frame: inout CELFrame, depth: Int) throws(CELFailure)
}

extension CELMapSource {
  /// Looks up every key.
  package var entries: [(key: CELKey, value: CELValue)] {
    keys.compactMap { key in value(forKey: key).map { (key, $0) } }
  }

  /// Takes maps from strings only: any other key is absent.
  package func value(forKey key: CELKey) -> CELValue? {
    if case .string(let field) = key { return value(forField: field) }
    return nil
  }

  /// The value of the key that equals `key`, or nil for values that cannot be keys.
  package func value(for key: CELValue) -> CELValue? {
    if case .string(let field) = key { return value(forField: field) }
    return CELKey(looking: key).flatMap { value(forKey: $0) }
  }
}

/// A map that holds its entries, in the order in which they were written.
package final class CELMap: CELMapSource {
  /// The keys in the order in which they were written.
  package let keys: [CELKey]
  private let values: [CELValue]
  private let index: [CELKey: Int]

  /// Up to here a walk over the keys is faster than hashing.
  private static let walkLimit = 8

  /// Holds `entries`; of entries with the same key the first is found.
  package init(_ entries: [(CELKey, CELValue)]) {
    keys = entries.map { $0.0 }
    values = entries.map { $0.1 }
    if entries.count > Self.walkLimit {
      var index: [CELKey: Int] = [:]
      index.reserveCapacity(entries.count)
      for (position, entry) in entries.enumerated() where index[entry.0] == nil {
        index[entry.0] = position
      }
      self.index = index
    } else {
      index = [:]
    }
  }

  /// How many entries there are.
  package var count: Int { keys.count }

  /// The value of a string key.
  package func value(forField field: String) -> CELValue? {
    guard keys.count <= Self.walkLimit else { return index[.string(field)].map { values[$0] } }
    for position in keys.indices {
      if case .string(let key) = keys[position], CELText.areEqual(key, field) {
        return values[position]
      }
    }
    return nil
  }

  /// The value of any key.
  package func value(forKey key: CELKey) -> CELValue? {
    guard keys.count <= Self.walkLimit else { return index[key].map { values[$0] } }
    return keys.firstIndex(of: key).map { values[$0] }
  }
}
