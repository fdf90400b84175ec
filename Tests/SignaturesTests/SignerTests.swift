import Resources
import Signatures
import Testing

/// The form in which the journal names signers.
struct SignerTests {
  @Test func isWrittenByCommitInOrder() {
    let ana = Signer(principal: "ana@example.org", key: "SHA256:abc", kind: .ssh)
    let ben = Signer(principal: "ben", key: "0123456789ABCDEF", kind: .gpg)
    let text = CanonicalJSON.text(of: Signer.value(of: ["b": ben, "a": ana]))
    #expect(
      text == #"{"a":{"key":"SHA256:abc","kind":"ssh","principal":"ana@example.org"},"#
        + #""b":{"key":"0123456789ABCDEF","kind":"gpg","principal":"ben"}}"#)
  }

  @Test func onlyThePrincipalMakesAForge() {
    #expect(Signer(principal: "web-flow", key: "k", kind: .gpg).isWebFlow)
    #expect(!Signer(principal: "ana", key: "k", kind: .ssh, names: ["ana", "web-flow"]).isWebFlow)
  }
}
