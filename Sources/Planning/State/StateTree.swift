package import Resources

/// The Merkle tree over key → content digest whose root names a state.
///
/// A key's place is the first 16 bits of SHA-256 of `Kind/name`: a root of 256 branches of 256
/// buckets. The shape depends on the set of entries only, never on the order of changes. A change
/// costs its bucket (n / 65,536 entries), one branch and the root, at any size that fits a machine.
package struct StateTree: Sendable {
  /// What a bucket holds.
  package struct Entry: Hashable, Sendable {
    package var key: ResourceKey
    package var digest: Digest

    package init(key: ResourceKey, digest: Digest) {
      self.key = key
      self.digest = digest
    }
  }

  /// The identity of a key as a number: the first 63 bits of its SHA-256.
  ///
  /// Its top 16 bits are the bucket.
  package static func identifier(of key: ResourceKey) -> Int64 {
    Digest(of: Array(key.description.utf8)).prefix63
  }

  package static func bucket(of identifier: Int64) -> Int { Int(identifier >> 47) }

  /// The identifiers that fall into `bucket`.
  package static func identifiers(in bucket: Int) -> ClosedRange<Int64> {
    let low = Int64(bucket) << 47
    return low...(low | (1 << 47 - 1))
  }

  /// A node with up to 256 children; absent children are empty.
  package struct Branch: Hashable, Sendable {
    package private(set) var children: [UInt8: Digest] = [:]

    package init() {}

    package subscript(index: UInt8) -> Digest? {
      get { children[index] }
      set { children[index] = newValue }
    }

    package var isEmpty: Bool { children.isEmpty }

    /// One byte for the index and 32 for the digest of each child, by index.
    package var bytes: [UInt8] {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(children.count * 33)
      for index in children.keys.sorted() {
        bytes.append(index)
        children[index]?.append(to: &bytes)
      }
      return bytes
    }

    /// Reads `bytes`; nil where they are not a branch's.
    package init?(bytes: [UInt8]) {
      guard bytes.count.isMultiple(of: 33) else { return nil }
      for start in stride(from: 0, to: bytes.count, by: 33) {
        guard let digest = Digest(bytes: Array(bytes[start + 1..<start + 33])) else { return nil }
        children[bytes[start]] = digest
      }
    }

    func digest(level: UInt8) -> Digest { Digest(of: [level] + bytes) }
  }

  package static let emptyRoot = Branch().digest(level: 2)

  /// The digest of a bucket's entries in any order; nil for none.
  package static func digest(ofBucket entries: [Entry]) -> Digest? {
    if entries.isEmpty { return nil }
    var bytes: [UInt8] = [0]
    let texts = entries.map { (Array($0.key.description.utf8), $0.digest) }
    for (key, digest) in texts.sorted(by: { $0.0.lexicographicallyPrecedes($1.0) }) {
      bytes.append(contentsOf: key)
      bytes.append(0)
      digest.append(to: &bytes)
    }
    return Digest(of: bytes)
  }

  /// The branches, and the buckets that somebody needed; the rest is not loaded.
  package var trunk: Branch
  package var branches: [UInt8: Branch]
  package private(set) var buckets: [Int: [Entry]]

  package init(trunk: Branch, branches: [UInt8: Branch], buckets: [Int: [Entry]]) {
    self.trunk = trunk
    self.branches = branches
    self.buckets = buckets
  }

  package static let empty = StateTree(trunk: Branch(), branches: [:], buckets: [:])

  package var root: Digest { trunk.digest(level: 2) }

  /// A whole tree over `entries`.
  package init(entries: some Sequence<Entry>) {
    self = .empty
    for entry in entries {
      buckets[Self.bucket(of: Self.identifier(of: entry.key)), default: []].append(entry)
    }
    rehash(Set(buckets.keys))
  }

  /// Sets or removes the digest of each key, and the hashes above.
  ///
  /// The buckets of the keys, and their branches, must be loaded or be empty.
  package mutating func update(_ changes: some Sequence<(key: ResourceKey, digest: Digest?)>) {
    var touched: Set<Int> = []
    for change in changes {
      let bucket = Self.bucket(of: Self.identifier(of: change.key))
      touched.insert(bucket)
      buckets[bucket, default: []].removeAll { $0.key == change.key }
      if let digest = change.digest {
        buckets[bucket, default: []].append(Entry(key: change.key, digest: digest))
      }
    }
    rehash(touched)
  }

  /// Takes over what some buckets hold, without hashing anything.
  package mutating func load(_ loaded: [Int: [Entry]]) {
    buckets.merge(loaded) { _, new in new }
  }

  /// Computes the hashes above all loaded buckets from their entries.
  package mutating func rehashLoadedBuckets() { rehash(Set(buckets.keys)) }

  private mutating func rehash(_ touched: Set<Int>) {
    var touchedBranches: Set<UInt8> = []
    for bucket in touched {
      let branch = UInt8(bucket >> 8)
      touchedBranches.insert(branch)
      branches[branch, default: Branch()][UInt8(bucket & 255)] =
        Self.digest(ofBucket: buckets[bucket] ?? [])
    }
    for index in touchedBranches {
      guard let branch = branches[index], !branch.isEmpty else {
        trunk[index] = nil
        continue
      }
      trunk[index] = branch.digest(level: 1)
    }
  }
}
