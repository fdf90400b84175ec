/// Collects entries of a map; keys must be of the right type, and different.
package struct CELMapBuilder {
  private var entries: [(CELKey, CELValue)] = []
  private var seen: Set<CELKey> = []

  /// Begins with no entries.
  package init() {}

  /// Adds an entry; `offset` is where the key stands in the source.
  package mutating func add(
    _ key: CELValue, _ value: CELValue, at offset: Int? = nil
  ) throws(CELFailure) {
    guard let key = CELKey(key) else {
      throw CELFailure(
        .invalidArgument, "\(key.typeName) cannot be the key of a map", offset: offset)
    }
    guard seen.insert(key).inserted else {
      throw CELFailure(
        .duplicateKey, "the key \(CELRendering.key(key.value)) stands twice in the map",
        offset: offset)
    }
    entries.append((key, value))
  }

  /// The map of all entries.
  package var map: CELValue { .map(CELMap(entries)) }
}
