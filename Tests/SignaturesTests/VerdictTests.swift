import Resources
import Signatures
import TestSupport
import Testing

/// Verdicts as they are kept, and commits taken apart.
struct VerdictTests {
  private static let time = Timestamp(nanoseconds: 1_700_000_000_000_000_000)

  @Test(
    arguments: [
      .verified(Signer(principal: "ana", key: "SHA256:x", kind: .ssh, names: ["ana", "a@b"])),
      .verified(Signer(principal: "ben", key: "ABCD", kind: .gpg)), .refused(.unsigned),
      .refused(.malformed("m")), .refused(.wrongNamespace("file")), .refused(.unsupported("u")),
      .refused(.badSignature(key: "k")), .refused(.unknownKey("k")),
      .refused(.notYetValid(key: "k", principal: "p", from: time)),
      .refused(.expired(key: "k", principal: "p", since: time)),
      .refused(.revoked(key: "k", since: nil)), .refused(.revoked(key: "k", since: time)),
    ] as [CommitVerdict])
  func areReadAsTheyWereWritten(_ verdict: CommitVerdict) throws {
    let bytes = CanonicalJSON.bytes(of: verdict.value)
    #expect(CommitVerdict(try JSONReader.read(bytes)) == verdict)
  }

  @Test(arguments: [
    "{}", #"{"verdict":"good"}"#, #"{"verdict":"verified"}"#, #"{"verdict":"expired","key":"k"}"#,
    #"{"verdict":"verified","key":"k","kind":"ssh","principal":"p","names":[]}"#, "[]",
  ])
  func whatIsNoVerdictIsNone(_ text: String) throws {
    #expect(CommitVerdict(try JSONReader.read(Array(text.utf8))) == nil)
  }

  // MARK: Commits

  private func taken(_ text: String) -> Result<SignedCommit, SignedCommit.Problem> {
    Result { () throws(SignedCommit.Problem) in try SignedCommit(raw: Array(text.utf8)) }
  }

  @Test func theSignatureIsTakenOutOfTheHeader() throws {
    let commit = try taken(
      "tree 1\nauthor a\ngpgsig -----BEGIN SSH SIGNATURE-----\n AAAA\n -----END\nencoding x\n\nm\n"
    ).get()
    #expect(
      String(decoding: commit.payload, as: UTF8.self) == "tree 1\nauthor a\nencoding x\n\nm\n")
    #expect(
      String(decoding: commit.signature, as: UTF8.self)
        == "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END\n")
    #expect(commit.format == .ssh)
  }

  /// libgit2 1.5 takes a line of the message for a signature.
  @Test func aSignatureInTheMessageIsNone() {
    #expect(taken("tree 1\n\ngpgsig -----BEGIN SSH SIGNATURE-----\n AAAA\n") == .failure(.unsigned))
  }

  /// libgit2 1.5 ends the payload there.
  @Test func whatFollowsOnAZeroByteIsPartOfThePayload() throws {
    let commit = try taken("tree 1\ngpgsig x\n\nm\u{0}evil\n").get()
    #expect(String(decoding: commit.payload, as: UTF8.self) == "tree 1\n\nm\u{0}evil\n")
  }

  @Test func twoSignaturesAreRefused() {
    #expect(
      taken("tree 1\ngpgsig a\ngpgsig b\n\nm\n")
        == .failure(.malformed("the commit has 2 signatures")))
  }

  @Test func aSignatureWithSHA256NamesIsLeftOutAsGitDoes() throws {
    let commit = try taken("tree 1\ngpgsig-sha256 b\n c\ngpgsig a\n b\nmergetag x\n y\n\nm\n").get()
    #expect(String(decoding: commit.payload, as: UTF8.self) == "tree 1\nmergetag x\n y\n\nm\n")
    #expect(String(decoding: commit.signature, as: UTF8.self) == "a\nb\n")
  }

  @Test(arguments: ["", "\n", "tree 1", "tree 1\n\nm", " x\n"])
  func whatHasNoSignatureIsUnsigned(_ text: String) { #expect(taken(text) == .failure(.unsigned)) }
}
