internal import Resources
internal import Signatures

extension FuzzTarget {
  /// Signatures, commits that carry them, files of keys, and what gpg says.
  static let signatures = FuzzTarget(name: "signatures") { bytes throws(BrokenPromise) in
    let bytes = bytes.array
    if let signature = try? SSHSignature(armoured: bytes) {
      try require(!signature.holds(for: bytes), "a signature holds for itself")
    }
    if let commit = try? SignedCommit(raw: bytes) {
      try require(
        commit.payload.count + commit.signature.count <= bytes.count,
        "a commit has more than its bytes")
    }
    let signers = AllowedSigners.read(bytes, file: "keys")
    try check(signers.diagnostics, count: bytes.count)
    try require(
      !signers.signers.isEmpty || signers.diagnostics.containsError || isBlank(bytes),
      "a file with something in it gives neither keys nor errors")
    try check(RevokedKeys.read(bytes, file: "keys").diagnostics, count: bytes.count)
    let text = String(decoding: bytes, as: UTF8.self)
    _ = GPGStatus(parsing: text)
    _ = GPGKeyList(colons: text)
    if let line = text.firstIndex(of: "\n"), let glob = PathGlob(String(text[..<line])) {
      _ = glob.matches(String(text[text.index(after: line)...]))
    }
  }

  private static func check(
    _ diagnostics: [Diagnostic], count: Int,
  ) throws(BrokenPromise) {
    for diagnostic in diagnostics {
      let start = diagnostic.location.range.start
      try require(
        start.line >= 1 && start.line <= count + 1 && start.column >= 1
          && start.column <= count + 1, "a mistake is told outside of the file")
    }
  }

  /// Whether there are only comments, blanks and empty lines.
  private static func isBlank(_ bytes: [UInt8]) -> Bool {
    bytes.split { $0 == 0x0A || $0 == 0x0D }.allSatisfy { line in
      let first = line.first { $0 != 0x20 && $0 != 0x09 }
      return first == nil || first == 0x23
    }
  }
}
