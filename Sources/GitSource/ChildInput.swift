internal import Glibc

/// What a child reads from its standard input, all there before the child starts.
///
/// Nobody writes while it runs, so a child that dies early takes nobody along: neither by SIGPIPE
/// nor by swift-subprocess 1.0, which traps when it cannot write.
enum ChildInput {
  /// The reading end of a socket pair that holds `bytes`; nil where they are more than it takes.
  static func descriptor(holding bytes: [UInt8]) -> Int32? {
    var ends: [Int32] = [-1, -1]
    // A pipe cannot be made without a moment in which other children inherit it.
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { return nil }
    defer { close(ends[1]) }
    if send(ends[1], bytes, bytes.count, Int32(MSG_DONTWAIT)) == bytes.count {
      return ends[0]
    }
    close(ends[0])
    return nil
  }
}
