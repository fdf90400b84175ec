/// A number out of words that is the same on every machine and for ever: FNV-1a of 64 bits with a
/// zero between the words, mixed by the finalizer of SplitMix64.
enum StableHash {
  static func hash(_ first: String, _ second: String) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    hash = fold(hash, first)
    hash = hash &* 0x100_0000_01b3
    hash = fold(hash, second)
    hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
    hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
    return hash ^ (hash >> 31)
  }

  private static func fold(_ hash: UInt64, _ text: String) -> UInt64 {
    text.utf8.reduce(hash) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
