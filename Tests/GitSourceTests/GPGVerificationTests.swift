import Engine
import Foundation
import GitSource
import Resources
import Signatures
import TestSupport
import Testing

/// Signatures of real commits, by GPG keys.
@Suite(.serialized) struct GPGVerificationTests {
  private let repository: SignedRepository

  init() throws { repository = try SignedRepository() }

  private func trust(_ keyring: String? = nil) throws -> TrustFiles {
    TrustFiles(mode: .range, gpgKeyring: try keyring ?? repository.exportGPG())
  }

  @Test func aGoodSignatureNamesThePrimaryFingerprint() async throws {
    let fingerprint = try repository.makeGPG("ana")
    let commit = try repository.commit(["a.yaml": "1\n"], by: .gpg(fingerprint))
    var trust = try trust()
    let verification = try await repository.verify(trust)
    #expect(
      verification.signers[commit]
        == Signer(principal: "ana@example.org", key: fingerprint, kind: .gpg))
    trust.gpgPrincipals = [fingerprint: "ana"]
    #expect(try await repository.verify(trust).signers[commit]?.principal == "ana")
    trust.webFlow = [fingerprint]
    #expect(try await repository.verify(trust).findings == ["\(commit) forge-decided"])
    let left = try FileManager.default.contentsOfDirectory(atPath: NSTemporaryDirectory())
    #expect(!left.contains { $0.hasPrefix("writ-gpg-") && Self.isOurs($0, fingerprint) })
  }

  /// Whether a folder that is left holds the key of this test.
  private static func isOurs(_ name: String, _ fingerprint: String) -> Bool {
    let keyring = FileManager.default.contents(atPath: NSTemporaryDirectory() + name + "/keyring")
    return keyring.map { String(decoding: $0, as: UTF8.self).contains(fingerprint) } ?? false
  }

  @Test func whatIsTamperedUnknownOrUnsignedIsNamed() async throws {
    let ana = try repository.makeGPG("ana")
    let keyring = try repository.exportGPG()
    let first = try repository.commit(["a.yaml": "1\n"], by: .gpg(ana))
    let eve = try repository.makeGPG("eve")
    let unknown = try repository.commit(["a.yaml": "2\n"], by: .gpg(eve))
    let unsigned = try repository.commit(["a.yaml": "3\n"], by: .none)
    let raw = try repository.git("cat-file", "commit", first)
    let forged = try repository.write(
      rawCommit: raw.replacing("change ", with: "changed ").replacing(
        "\nauthor", with: "\nparent \(unsigned)\nauthor") + "\n")
    let verification = try await repository.verify(try trust(keyring))
    #expect(
      verification.findings == [
        "\(forged) bad-signature", "\(unsigned) unsigned", "\(unknown) unknown-key",
      ])
    #expect(verification.refusals.last?.reason.words.contains(eve) == true)
  }

  @Test func anExpiredKeyIsJudgedAtTheTimeOfTheCommit() async throws {
    let key = try repository.makeGPG("old", expires: "20200201T000000", at: "20200101T000000")
    let good = try repository.commit(
      ["a.yaml": "1\n"], by: .gpg(key, at: "20200115T000000"), at: 1_579_046_400)
    let verification = try await repository.verify(try trust())
    #expect(verification.isVerified, "\(verification.refusals)")
    #expect(verification.signers[good]?.key == key)
    // The clock of the key's owner is wound back; that of the repository is not.
    let late = try repository.commit(
      ["a.yaml": "2\n"], by: .gpg(key, at: "20200115T000001"), at: 1_581_000_000)
    #expect(try await repository.verify(try trust()).findings == ["\(late) expired"])
  }

  @Test func aRevokedKeyCountsForNothing() async throws {
    let key = try repository.makeGPG("ana")
    let commit = try repository.commit(["a.yaml": "1\n"], by: .gpg(key))
    try repository.revokeGPG(key)
    #expect(try await repository.verify(try trust()).findings == ["\(commit) revoked"])
  }

  @Test func bothKindsLiveSideBySide() async throws {
    let gpg = try repository.makeGPG("ana")
    let ssh = try repository.makeSSH("ben")
    try repository.commit(["a.yaml": "1\n"], by: .gpg(gpg))
    try repository.commit(["a.yaml": "2\n"], by: .ssh("ben"))
    var trust = try trust()
    trust.allowedSigners = try repository.file("ben \(ssh)", named: "allowed")
    let verification = try await repository.verify(trust)
    #expect(verification.isVerified, "\(verification.refusals)")
    #expect(Set(verification.signers.values.map(\.kind)) == [.ssh, .gpg])
    trust.gpgKeyring = nil
    #expect(
      try await repository.verify(trust).refusals.map(\.reason.word) == ["unsupported-signature"])
  }

  @Test(arguments: ["", "no key at all\n"])
  func aKeyringWithoutKeysIsRefusedInWords(_ text: String) async throws {
    let key = try repository.makeGPG("ana")
    try repository.commit(["a.yaml": "1\n"], by: .gpg(key))
    let keyring = try repository.file(text, named: "keyring")
    await #expect(throws: SourceError.self) { try await repository.verify(try trust(keyring)) }
  }

  @Test func aMissingProgramIsNamedWithWhatInstallsIt() async throws {
    let key = try repository.makeGPG("ana")
    try repository.commit(["a.yaml": "1\n"], by: .gpg(key))
    var trust = try trust()
    trust.gpgProgram = "/nowhere/gpg"
    do {
      _ = try await repository.verify(trust)
      Issue.record("it was judged without a program")
    } catch {
      let error = try #require(error as? SourceError)
      #expect(error.message.contains("/nowhere/gpg") && error.hint != nil)
    }
  }
}
