internal import Resources

/// The keys of one map that were read so far.
struct SeenKeys {
  /// Up to this many keys, comparing with each is faster than hashing.
  private static let linearLimit = 16
  /// Empty until the map is large.
  private var keys: Set<String> = []

  /// The place of `key` in `entries`; nil where it is not there, and is now about to be added.
  mutating func insert(_ key: String, into entries: [Node.Entry]) -> SourceRange? {
    if entries.count < Self.linearLimit {
      for entry in entries where entry.key == key { return entry.keyRange }
      return nil
    }
    if keys.isEmpty { for entry in entries { keys.insert(entry.key) } }
    guard !keys.insert(key).inserted else { return nil }
    return entries.first { $0.key == key }?.keyRange
  }
}
