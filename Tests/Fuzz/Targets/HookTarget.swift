internal import ControlPlane
internal import Crypto
internal import HTTPTypes
internal import Resources

extension FuzzTarget {
  /// A hook: lines of headers, an empty line, the body; and the same bytes as `server.json`.
  static let hook = FuzzTarget(name: "hook") { bytes throws(BrokenPromise) in
    let bytes = bytes.array
    if let file = ServerFile(reading: bytes) {
      try require(file.processID > 0, "a server without a process")
    }
    guard let secret = HookSecret("It's a Secret to Everybody") else {
      throw BrokenPromise("there is no secret")
    }
    let (fields, body) = request(bytes)
    let mac = HMAC<SHA256>.authenticationCode(
      for: body, using: SymmetricKey(data: Array("It's a Secret to Everybody".utf8)))
    let right = mac.withUnsafeBytes { Hex.text(of: $0) }
    if let proof = HookProof(fields), proof.holds(for: body, with: secret) {
      let shown = fields.map(\.value).joined(separator: "\n").lowercased()
      try require(
        shown.contains(right) || shown.contains("it's a secret to everybody"),
        "a hook is believed without a proof")
    }
    var signed = fields
    if let name = HTTPField.Name("X-Hub-Signature-256") { signed[name] = "sha256=" + right }
    try require(
      HookProof(signed)?.holds(for: body, with: secret) == true, "a signed hook is refused")
    // Secrets out of files are bytes of any kind.
    if let other = HookSecret(bytes) {
      try require("\(other)" == "[secret]", "a secret is shown")
      // HMAC fills a key up with zeros, so those at its end make no other key.
      let last = bytes.lastIndex { ![0, 0x0A, 0x0D].contains($0) } ?? 0
      try require(
        HookProof(signed)?.holds(for: body, with: other) != true
          || HookSecret(Array(bytes[...last])) == secret, "any secret will do")
    }
  }

  private static func request(_ bytes: [UInt8]) -> (HTTPFields, [UInt8]) {
    var fields = HTTPFields()
    var rest = bytes[...]
    while let end = rest.firstIndex(of: 0x0A), end > rest.startIndex, fields.count < 8 {
      let line = String(decoding: rest[..<end], as: UTF8.self)
      rest = rest[(end + 1)...]
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let name = HTTPField.Name(String(parts[0])) else { continue }
      fields.append(HTTPField(name: name, value: String(parts[1].drop { $0 == " " })))
    }
    return (fields, Array(rest.first == 0x0A ? rest.dropFirst() : rest))
  }
}
