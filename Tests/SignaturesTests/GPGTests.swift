import Resources
import Signatures
import TestSupport
import Testing

/// What gpg prints, in tables.
struct GPGTests {
  private static let ana = "98F06717447DA14C57DB10D0EE59B0A856C40C61"
  private static let sub = "51E42B541692902C86D37128873113214F253F99"

  private func list(_ validity: String = "-", expires: String = "", revoked: String = "")
    -> GPGKeyList
  {
    GPGKeyList(
      colons: """
        tru::1:1795266370:0:3:1:5
        pub:\(validity):255:22:EE59B0A856C40C61:1000:\(expires)::-:::scSC:::::ed25519:::0:
        fpr:::::::::\(Self.ana):
        \(revoked)
        uid:-::::1000::C0::Ana <ana@example.org>::::::::::0:
        rev:::22:EE59B0A856C40C61:1500::::Ana:30x,00::\(Self.ana):::8:
        sub:-:255:22:873113214F253F99:2000:3000:::::s:::::ed25519::
        fpr:::::::::\(Self.sub):
        """)
  }

  private func verdict(_ keys: GPGKeyList, _ key: String, at seconds: Int64) -> CommitVerdict {
    GPGTrust(keys: keys).verdict(
      .holds(key: key, primary: Self.ana, expires: nil),
      at: Timestamp(nanoseconds: seconds * 1_000_000_000))
  }

  private func word(_ verdict: CommitVerdict) -> String {
    if case .refused(let reason) = verdict { reason.word } else { "verified" }
  }

  @Test(arguments: [
    ("", 999, "not-yet-valid"), ("", 1000, "verified"), ("2500", 2500, "verified"),
    ("2500", 2501, "expired"),
  ])
  func aKeyHasItsTime(_ expires: String, _ seconds: Int64, _ expected: String) {
    #expect(word(verdict(list(expires: expires), Self.ana, at: seconds)) == expected)
  }

  @Test(arguments: [
    (1999, "not-yet-valid"), (2400, "verified"), (2600, "expired"), (3001, "expired"),
  ])
  func aSubkeyLivesNoLongerThanItsPrimary(_ seconds: Int64, _ expected: String) {
    #expect(word(verdict(list(expires: "2500"), Self.sub, at: seconds)) == expected)
  }

  /// 01 is superseded, 03 no longer used, 02 compromised, 00 nothing said.
  @Test(arguments: [
    ("01", 1999, "verified"), ("01", 2000, "revoked"), ("03", 1999, "verified"),
    ("02", 1999, "revoked"), ("00", 1999, "revoked"), ("", 1999, "revoked"),
  ])
  func aRevocationSaysWhetherThePastStands(_ reason: String, _ seconds: Int64, _ expected: String) {
    let kind = reason.isEmpty ? "20x" : "20x,\(reason)"
    let keys = list("r", revoked: "rev:::22:EE59B0A856C40C61:2000::::Ana:\(kind)::\(Self.ana):::8:")
    #expect(word(verdict(keys, Self.ana, at: seconds)) == expected)
  }

  @Test func aKeyThatTheListDoesNotHaveIsUnknown() {
    let other = String(repeating: "A", count: 40)
    #expect(verdict(list(), other, at: 2000) == .refused(.unknownKey(other)))
    #expect(GPGKeyList(colons: "nonsense\n:::\npub:").isEmpty)
  }

  @Test func theAddressOfTheFirstIdentityIsThePrincipal() {
    guard case .verified(let signer) = verdict(list(), Self.sub, at: 2100) else {
      Issue.record("not verified")
      return
    }
    #expect(signer == Signer(principal: "ana@example.org", key: Self.ana, kind: .gpg))
  }

  @Test(
    arguments: [
      (
        "[GNUPG:] NEWSIG\n[GNUPG:] GOODSIG X Ana\n[GNUPG:] VALIDSIG \(sub) 2026-11-21 1795266369 0 4 0 22 8 00 \(ana)",
        .holds(key: sub, primary: ana, expires: nil)
      ),
      (
        "[GNUPG:] NEWSIG\n[GNUPG:] EXPSIG X Ana\n[GNUPG:] VALIDSIG \(sub) 2026-11-21 1795266369 1795266370 4 0 22 8 00 \(ana)",
        .holds(key: sub, primary: ana, expires: 1_795_266_370)
      ),
      ("[GNUPG:] NEWSIG\n[GNUPG:] BADSIG EE59B0A856C40C61 Ana", .bad(keyID: "EE59B0A856C40C61")),
      (
        "[GNUPG:] NEWSIG\n[GNUPG:] ERRSIG EE59B0A856C40C61 22 8 00 1795266369 9 \(ana)\n[GNUPG:] NO_PUBKEY EE59B0A856C40C61",
        .missingKey(ana)
      ),
      (
        "[GNUPG:] NEWSIG\n[GNUPG:] ERRSIG EE59B0A856C40C61 99 8 00 1795266369 4 -",
        .unsupported("gpg cannot check it (code 4)")
      ),
      (
        "[GNUPG:] NEWSIG\n[GNUPG:] NEWSIG\n[GNUPG:] VALIDSIG \(sub) d 1 0 4 0 22 8 00 \(ana)",
        .unsupported("it is more than one signature")
      ),
      ("[GNUPG:] NODATA 1", .unreadable), ("", .unreadable), ("VALIDSIG \(sub)", .unreadable),
      ("[GNUPG:] VALIDSIG short 1 2 3 4 5 6 7 8 9", .unreadable), ("[GNUPG:] ", .unreadable),
      // A name that plays at being a line of gpg's.
      ("[GNUPG:] NEWSIG\n[GNUPG:] BADSIG X [GNUPG:] VALIDSIG \(ana)", .bad(keyID: "X")),
    ] as [(String, GPGStatus)])
  func theStatusIsReadAsItIsMeant(_ text: String, _ expected: GPGStatus) {
    #expect(GPGStatus(parsing: text) == expected)
  }
}
