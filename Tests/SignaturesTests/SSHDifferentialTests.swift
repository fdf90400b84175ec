import Signatures
import TestSupport
import Testing

/// Our judgement of SSH signatures, beside that of `ssh-keygen`.
struct SSHDifferentialTests {
  private let message = Array("tree 1\nauthor Ana <ana@example.org> 1 +0000\n\nText\n".utf8)

  @Test(arguments: [
    ("ed25519", nil), ("ecdsa", 256), ("ecdsa", 384), ("ecdsa", 521), ("rsa", 2048), ("rsa", 3072),
  ])
  func acceptsWhatSSHKeygenSigns(_ type: String, _ bits: Int?) throws {
    let ring = try KeyRing()
    let allowed = "ana@example.org \(try ring.make("ana", type: type, bits: bits))\n"
    for hash in ["sha256", "sha512"] {
      let signature = try ring.sign(message, by: "ana", options: ["hashalg=\(hash)"])
      #expect(
        try ring.accepts(signature, of: message, principal: "ana@example.org", allowed: allowed))
      let verdict = try SSHTrust.of(allowed).verdict(signature, of: message)
      guard case .verified(let signer) = verdict else {
        Issue.record("\(type) \(hash): \(verdict)")
        continue
      }
      #expect(signer.principal == "ana@example.org")
      #expect(signer.kind == .ssh)
      let (_, printed) = try ring.sshKeygen(["-lf", ring.directory.path("ana.pub")])
      #expect(printed.contains(signer.key), "\(printed)")
      #expect(
        try SSHTrust.of(allowed).verdict(signature, of: message + [10])
          == .refused(.badSignature(key: signer.key)))
    }
  }

  /// One flipped bit anywhere, and neither takes the signature for a good one.
  @Test(arguments: ["ed25519", "ecdsa", "rsa"])
  func refusesEveryFlippedByteThatSSHKeygenRefuses(_ type: String) throws {
    let ring = try KeyRing()
    let allowed = "ana \(try ring.make("ana", type: type, bits: type == "rsa" ? 2048 : nil))\n"
    let trust = try SSHTrust.of(allowed)
    let armoured = try ring.sign(message, by: "ana")
    let blob = try Armour.blob(armoured)
    var generator = SeededGenerator(seed: 4711)
    for index in blob.indices {
      var changed = blob
      changed[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      let verdict = try trust.verdict(Armour.text(changed), of: message)
      if case .verified = verdict {
        Issue.record("byte \(index) of \(type) was flipped (seed 4711)")
      }
    }
    for count in stride(from: 0, to: blob.count, by: 3) {
      let verdict = try trust.verdict(Armour.text(Array(blob.prefix(count))), of: message)
      if case .verified = verdict { Issue.record("\(count) bytes of \(type)") }
    }
    if case .verified = try trust.verdict(Armour.text(blob + [0]), of: message) {
      Issue.record("something follows on the signature of \(type)")
    }
    // A few of them by the oracle, which costs a process each.
    for index in stride(from: 0, to: blob.count, by: max(1, blob.count / 12)) {
      var changed = blob
      changed[index] ^= 0x40
      let theirs = try ring.accepts(
        Armour.text(changed), of: message, principal: "ana", allowed: allowed)
      let ours = try trust.verdict(Armour.text(changed), of: message)
      if case .verified = ours {
        #expect(theirs, "byte \(index)")
      } else {
        #expect(!theirs, "byte \(index)")
      }
    }
  }

  @Test func refusesAnotherNamespace() throws {
    let ring = try KeyRing()
    let allowed = "ana \(try ring.make("ana"))\n"
    let signature = try ring.sign(message, by: "ana", namespace: "file")
    #expect(
      try SSHTrust.of(allowed).verdict(signature, of: message) == .refused(.wrongNamespace("file")))
    #expect(try !ring.accepts(signature, of: message, principal: "ana", allowed: allowed))
  }

  @Test func refusesAnUnknownKey() throws {
    let ring = try KeyRing()
    let allowed = "ana \(try ring.make("ana"))\n"
    _ = try ring.make("eve")
    let signature = try ring.sign(message, by: "eve")
    let verdict = try SSHTrust.of(allowed).verdict(signature, of: message)
    guard case .refused(.unknownKey(let key)) = verdict else {
      Issue.record("\(verdict)")
      return
    }
    #expect(try ring.sshKeygen(["-lf", ring.directory.path("eve.pub")]).1.contains(key))
  }

  /// Options of the file, at moments around them: both say the same.
  @Test func judgesOptionsAsSSHKeygenDoes() throws {
    let ring = try KeyRing()
    let key = try ring.make("ana")
    let signature = try ring.sign(message, by: "ana")
    let options = [
      "", "namespaces=\"git\" ", "namespaces=\"file,git\" ", "namespaces=\"file\" ",
      "namespaces=\"g*\" ", "namespaces=\"*,!git\" ", "valid-after=\"20260101\" ",
      "valid-before=\"20260701Z\" ",
      "valid-after=\"202601010000\",valid-before=\"20260701120000\" ",
      "VALID-AFTER=\"20260101000000Z\",namespaces=\"git\" ",
    ]
    let times = [
      ("20251231235959Z", "2025-12-31T23:59:59Z"), ("20260101000000Z", "2026-01-01T00:00:00Z"),
      ("20260630000000Z", "2026-06-30T00:00:00Z"), ("20260701000000Z", "2026-07-01T00:00:00Z"),
      ("20260701000001Z", "2026-07-01T00:00:01Z"), ("20260701120001Z", "2026-07-01T12:00:01Z"),
    ]
    for option in options {
      let allowed = "ana,ana@example.org \(option)\(key)\n"
      for (theirTime, ourTime) in times {
        let theirs = try ring.accepts(
          signature, of: message, principal: "ana", allowed: allowed,
          options: ["verify-time=\(theirTime)"])
        var ours = false
        if case .verified = try SSHTrust.of(allowed).verdict(signature, of: message, at: ourTime) {
          ours = true
        }
        #expect(ours == theirs, "\(option)at \(ourTime)")
      }
    }
  }
}

/// The text around the bytes of a signature.
enum Armour {
  static func blob(_ armoured: [UInt8]) throws -> [UInt8] {
    let lines = String(decoding: armoured, as: UTF8.self).split(separator: "\n")
      .filter { !$0.hasPrefix("-----") }
    guard let blob = Base64Text.decode(lines.joined()) else { throw FixtureError("no base 64") }
    return blob
  }

  static func text(_ blob: [UInt8]) -> [UInt8] {
    Array(
      "-----BEGIN SSH SIGNATURE-----\n\(Base64Text.encode(blob))\n-----END SSH SIGNATURE-----\n"
        .utf8
    )
  }
}
