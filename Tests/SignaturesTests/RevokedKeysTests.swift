import Resources
import Signatures
import TestSupport
import Testing

/// Keys that count no more.
struct RevokedKeysTests {
  private let message = Array("text".utf8)

  private func verdict(_ revoked: (KeyRing) throws -> String, at time: String) throws
    -> CommitVerdict
  {
    let ring = try KeyRing()
    let allowed = "ana \(try ring.make("ana"))"
    let signature = try ring.sign(message, by: "ana")
    return try SSHTrust.of(allowed, revoked: try revoked(ring)).verdict(
      signature, of: message, at: time)
  }

  private func isRevoked(_ verdict: CommitVerdict) -> Bool {
    if case .refused(.revoked) = verdict { true } else { false }
  }

  @Test func aKeyIsRevokedForEveryTime() throws {
    let verdict = try verdict({ "# stolen\n\(try $0.line("ana"))\n" }, at: "2001-01-01T00:00:00Z")
    #expect(isRevoked(verdict), "\(verdict)")
  }

  @Test func aFingerprintIsEnough() throws {
    let verdict = try verdict(
      { ring in
        let (_, printed) = try ring.sshKeygen(["-lf", ring.directory.path("ana.pub")])
        return String(printed.split(separator: " ")[1])
      }, at: "2026-01-01T00:00:00Z")
    #expect(isRevoked(verdict), "\(verdict)")
  }

  @Test(arguments: [
    ("2026-03-01T00:00:00Z", false), ("2026-03-01T00:00:01Z", true), ("2027-01-01T00:00:00Z", true),
  ])
  func whatWasSignedBeforeADateStands(_ time: String, _ expected: Bool) throws {
    let verdict = try verdict(
      { "revoked-after=\"20260301\" \(try $0.line("ana"))" }, at: time)
    #expect(isRevoked(verdict) == expected, "\(verdict)")
  }

  @Test func theStricterOfTwoLinesHolds() throws {
    let verdict = try verdict(
      { "revoked-after=\"20300101\" \(try $0.line("ana"))\n\(try $0.line("ana"))" },
      at: "2026-01-01T00:00:00Z")
    #expect(isRevoked(verdict), "\(verdict)")
  }

  @Test(arguments: [
    ("ssh-ed25519 AAAA", "bad-key"), ("SHA256:abc", "bad-fingerprint"),
    ("revoked-after=\"x\" \(AllowedSignersTests.key)", "bad-time"),
    ("revoked-after=\"20260101\"", "missing-key"),
    ("ana \(AllowedSignersTests.key)", "unknown-key-type"),
    ("SSHKRL\n\0", "binary-krl"),
  ])
  func refusesAMalformedLine(_ text: String, _ code: String) {
    let read = RevokedKeys.read(Array(text.utf8), file: "revoked")
    #expect(read.diagnostics.first?.code == code, "\(read.diagnostics)")
  }
}
