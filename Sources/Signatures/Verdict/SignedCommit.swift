/// A raw commit taken apart into its signature and what was signed.
///
/// As git does it, and unlike libgit2 1.5: only the header is searched, and the payload does not end
/// at a zero byte.
package struct SignedCommit: Hashable, Sendable {
  package enum Format: Hashable, Sendable {
    case ssh, pgp
    /// Another one, by the first line.
    case unknown(String)
  }

  package var signature: [UInt8]
  package var payload: [UInt8]

  /// The largest commit that is judged; honest ones have a few hundred bytes.
  package static let maximumBytes = 1 << 20

  package enum Problem: Error, Hashable, Sendable {
    case unsigned
    case malformed(String)
  }

  /// A signature beside what it is said to be of.
  package init(signature: [UInt8], payload: [UInt8]) {
    self.signature = signature
    self.payload = payload
  }

  /// Takes the bytes of a commit object apart.
  package init(raw: [UInt8]) throws(Problem) {
    let newline = UInt8(ascii: "\n")
    var signature: [UInt8] = []
    var payload: [UInt8] = []
    payload.reserveCapacity(raw.count)
    var count = 0
    var part = Part.header
    var start = 0
    while start < raw.count {
      let end = raw[start...].firstIndex(of: newline).map { $0 + 1 } ?? raw.count
      let line = raw[start..<end]
      if line.first == newline {
        payload += raw[start...]
        break
      }
      if line.first == UInt8(ascii: " "), part != .header {
        if part == .signature { signature += line.dropFirst() }
      } else if line.starts(with: Self.field) {
        count += 1
        part = .signature
        signature += line.dropFirst(Self.field.count)
      } else {
        // A signature with SHA-256 names is of the commit in another form; git leaves it out, too.
        part = line.starts(with: Self.prefix) ? .otherSignature : .header
        if part == .header { payload += line }
      }
      start = end
    }
    guard count > 0 else { throw .unsigned }
    guard count == 1 else { throw .malformed("the commit has \(count) signatures") }
    self.signature = signature
    self.payload = payload
  }

  private enum Part { case header, signature, otherSignature }

  private static let prefix = Array("gpgsig".utf8)
  private static let field = Array("gpgsig ".utf8)

  /// What made the signature.
  package var format: Format {
    let first = signature.prefix { $0 != UInt8(ascii: "\n") }.prefix(64)
    if first.elementsEqual(SSHSignature.begin.utf8) { return .ssh }
    if first.elementsEqual("-----BEGIN PGP SIGNATURE-----".utf8) { return .pgp }
    return .unknown(String(decoding: first, as: UTF8.self))
  }
}
