internal import CGit2

extension ObjectID {
  /// Copies a name out of libgit2.
  init(_ raw: git_oid) {
    self = unsafe withUnsafeBytes(of: raw) { bytes in
      unsafe ObjectID(
        high: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
        middle: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
        low: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self))
      )
    }
  }

  /// Copies a name out of libgit2, where libgit2 may have none.
  init?(_ raw: UnsafePointer<git_oid>?) {
    guard let raw = unsafe raw else { return nil }
    unsafe self.init(raw.pointee)
  }

  /// The name as libgit2 wants it.
  var raw: git_oid {
    var result = git_oid()
    unsafe withUnsafeMutableBytes(of: &result) { bytes in
      unsafe bytes.storeBytes(of: high.bigEndian, toByteOffset: 0, as: UInt64.self)
      unsafe bytes.storeBytes(of: middle.bigEndian, toByteOffset: 8, as: UInt64.self)
      unsafe bytes.storeBytes(of: low.bigEndian, toByteOffset: 16, as: UInt32.self)
    }
    return result
  }
}
