import Engine
import Git
import GitSource
import Resources
import Signatures
import Synchronization
import TestSupport
import Testing

/// Signatures of real commits, by SSH keys.
struct CommitVerifierTests {
  private let repository: SignedRepository
  private let first: String
  private var trust: TrustFiles

  init() throws {
    repository = try SignedRepository()
    let ana = try repository.makeSSH("ana")
    let ben = try repository.makeSSH("ben")
    trust = TrustFiles(
      mode: .range,
      allowedSigners: try repository.file(
        "ana \(ana)\nben@pay.example \(ben)\n", named: "allowed"))
    first = try repository.commit(["a.yaml": "1\n"], by: .ssh("ana"))
  }

  @Test func aSignedRangeHolds() async throws {
    let second = try repository.commit(["a.yaml": "2\n"], by: .ssh("ben"))
    let verification = try await repository.verify(trust)
    #expect(verification.isVerified, "\(verification.refusals)")
    #expect(verification.commitCount == 2)
    #expect(verification.signers[second]?.principal == "ben@pay.example")
    #expect(verification.signers[first]?.principal == "ana")
    #expect(try await repository.verify(trust, since: first).commitCount == 1)
    #expect(try await repository.verify(trust, since: second).commitCount == 0)
  }

  @Test func anUnsignedCommitBelowASignedHeadIsNamed() async throws {
    let unsigned = try repository.commit(["a.yaml": "2\n"], by: .none)
    try repository.commit(["a.yaml": "3\n"], by: .ssh("ana"))
    #expect(try await repository.verify(trust).findings == ["\(unsigned) unsigned"])
    var head = trust
    head.mode = .head
    #expect(try await repository.verify(head).isVerified)
    #expect(try await repository.verify(trust, since: unsigned).isVerified)
  }

  @Test func anUnsignedCommitOfAMergedBranchIsNamed() async throws {
    try repository.git("checkout", "--quiet", "-b", "side")
    let unsigned = try repository.commit(["b.yaml": "1\n"], by: .none)
    try repository.git("checkout", "--quiet", "main")
    try repository.commit(["a.yaml": "2\n"], by: .ssh("ana"))
    try repository.merge("side", by: .ssh("ana"))
    let verification = try await repository.verify(trust, since: first)
    #expect(verification.findings == ["\(unsigned) unsigned"])
    #expect(verification.commitCount == 3)
  }

  @Test func anUnsignedMergeIsNamed() async throws {
    try repository.git("checkout", "--quiet", "-b", "side")
    try repository.commit(["b.yaml": "1\n"], by: .ssh("ana"))
    try repository.git("checkout", "--quiet", "main")
    try repository.commit(["a.yaml": "2\n"], by: .ssh("ana"))
    let merge = try repository.merge("side", by: .none)
    #expect(try await repository.verify(trust).findings == ["\(merge) unsigned"])
  }

  /// The tree of somebody else under a signature that is good for another one.
  @Test func aCommitThatWasChangedAfterSigningIsNamed() async throws {
    let evil = try repository.commit(["a.yaml": "evil\n"], by: .none)
    let tree = try repository.git("rev-parse", "\(evil)^{tree}")
    let raw = try repository.git("cat-file", "commit", first)
    let signed = try repository.git("rev-parse", "\(first)^{tree}")
    let forged = try repository.write(rawCommit: raw.replacing(signed, with: tree) + "\n")
    let verification = try await repository.verify(trust)
    #expect(verification.findings == ["\(forged) bad-signature"])
  }

  @Test func anUnknownKeyIsNamed() async throws {
    _ = try repository.makeSSH("eve")
    let eve = try repository.commit(["a.yaml": "2\n"], by: .ssh("eve"))
    #expect(try await repository.verify(trust).findings == ["\(eve) unknown-key"])
  }

  @Test func anExpiredKeyIsJudgedAtTheTimeOfTheCommit() async throws {
    let key = String(decoding: try repository.directory.read("ana.pub"), as: UTF8.self)
    let late = try repository.commit(["a.yaml": "2\n"], by: .ssh("ana"), at: 1_780_050_000)
    // 2026-05-29T00:00:00Z lies between the two commits.
    let allowed = try repository.file("ana valid-before=\"20260529\" \(key)", named: "expiring")
    var trust = trust
    trust.allowedSigners = allowed
    #expect(try await repository.verify(trust).findings == ["\(late) expired"])
    trust.allowedSigners = try repository.file(
      "ana valid-after=\"20260529\" \(key)", named: "starting")
    #expect(try await repository.verify(trust).findings == ["\(first) not-yet-valid"])
  }

  @Test func aRevokedKeyIsNamed() async throws {
    let key = String(decoding: try repository.directory.read("ana.pub"), as: UTF8.self)
    var trust = trust
    trust.revokedKeys = try repository.file(key, named: "revoked")
    #expect(try await repository.verify(trust).findings == ["\(first) revoked"])
    trust.revokedKeys = try repository.file("revoked-after=\"20260601\" \(key)", named: "revoked")
    #expect(try await repository.verify(trust).isVerified)
  }

  @Test func aBackDatedCommitIsNamed() async throws {
    let old = try repository.commit(["a.yaml": "2\n"], by: .ssh("ana"), at: 1_770_000_000)
    #expect(try await repository.verify(trust).findings == ["\(old) back-dated"])
  }

  // MARK: Rules

  private func rule(_ path: String, _ names: [String], _ threshold: Int = 1) throws -> SigningRule {
    SigningRule(
      paths: [try #require(PathGlob(path))], principals: names.map { Wildcard($0) },
      threshold: threshold)
  }

  @Test func theWrongTeamIsNamedWithThePath() async throws {
    var trust = trust
    trust.rules = [try rule("pay/**", ["*@pay.example"])]
    let good = try repository.commit(["pay/a.yaml": "1\n"], by: .ssh("ben"))
    let bad = try repository.commit(["pay/a.yaml": nil, "b.yaml": "1\n"], by: .ssh("ana"))
    let verification = try await repository.verify(trust)
    #expect(verification.findings == ["\(bad) not-allowed"], "and \(good) holds")
    #expect(verification.refusals.first?.reason.words.contains("pay/a.yaml") == true)
  }

  @Test func aRenameTakesBothOwners() async throws {
    try repository.commit(["pay/a.yaml": "1\n"], by: .ssh("ben"))
    var trust = trust
    trust.rules = [try rule("pay/**", ["*@pay.example"])]
    let base = try repository.git("rev-parse", "HEAD")
    let moved = try repository.commit(["pay/a.yaml": nil, "web/a.yaml": "1\n"], by: .ssh("ana"))
    #expect(try await repository.verify(trust, since: base).findings == ["\(moved) not-allowed"])
  }

  @Test func twoPeopleSignWithChangeAndMerge() async throws {
    var trust = trust
    trust.rules = [try rule("pay", ["ana", "*@pay.example"], 2)]
    try repository.git("checkout", "--quiet", "-b", "side")
    let change = try repository.commit(["pay/a.yaml": "1\n"], by: .ssh("ben"))
    let alone = try await repository.verify(trust, since: first)
    #expect(alone.findings == ["\(change) not-allowed"])
    try repository.git("checkout", "--quiet", "main")
    try repository.merge("side", by: .ssh("ana"))
    #expect(try await repository.verify(trust, since: first).isVerified)
  }

  /// `git merge -s ours` keeps the old side of a file without a line of difference to a parent.
  @Test func aMergeThatThrowsAwayAChangeIsNamed() async throws {
    try repository.commit(["pay/a.yaml": "old\n"], by: .ssh("ben"))
    try repository.git("branch", "side")
    try repository.commit(["pay/a.yaml": "new\n"], by: .ssh("ben"))
    let base = try repository.git("rev-parse", "HEAD")
    try repository.git("checkout", "--quiet", "side")
    try repository.commit(["web.yaml": "1\n"], by: .ssh("ana"))
    var trust = trust
    trust.rules = [try rule("pay", ["*@pay.example"])]
    let merge = try repository.merge("main", by: .ssh("ana"), strategy: ["-s", "ours"])
    #expect(try await repository.verify(trust, since: base).findings == ["\(merge) not-allowed"])
  }

  @Test func aPlainMergeOfOneFileDecidesNothing() async throws {
    let lines = (1...30).map { "line \($0)\n" }
    try repository.commit(["pay/a.yaml": lines.joined()], by: .ssh("ben"))
    let base = try repository.git("rev-parse", "HEAD")
    try repository.git("checkout", "--quiet", "-b", "side")
    try repository.commit(
      ["pay/a.yaml": "top\n" + lines.joined()], by: .ssh("ben"))
    try repository.git("checkout", "--quiet", "main")
    try repository.commit(["pay/a.yaml": lines.joined() + "bottom\n"], by: .ssh("ben"))
    var trust = trust
    trust.rules = [try rule("pay", ["*@pay.example"])]
    try repository.merge("side", by: .ssh("ana"))
    #expect(try await repository.verify(trust, since: base).findings == [])
  }

  @Test func aForgeMergesAndNoMore() async throws {
    let key = try repository.makeSSH("forge")
    let allowed = String(
      decoding: try repository.directory.read("allowed"), as: UTF8.self)
    let listed = try repository.run(
      "ssh-keygen", ["-lf", repository.directory.path("forge.pub")])
    var trust = trust
    trust.allowedSigners = try repository.file("\(allowed)noreply \(key)\n", named: "with-forge")
    trust.webFlow = [String(listed.split(separator: " ")[1])]
    try repository.git("checkout", "--quiet", "-b", "side")
    try repository.commit(["b.yaml": "1\n"], by: .ssh("ana"))
    try repository.git("checkout", "--quiet", "main")
    try repository.commit(["a.yaml": "2\n"], by: .ssh("ana"))
    let merge = try repository.merge("side", by: .ssh("forge"))
    let merged = try await repository.verify(trust)
    #expect(merged.isVerified && merged.signers[merge]?.principal == "web-flow")
    let edit = try repository.commit(["a.yaml": "3\n"], by: .ssh("forge"))
    #expect(try await repository.verify(trust).findings == ["\(edit) forge-decided"])
  }

  // MARK: What cannot be judged

  private func problem(_ trust: TrustFiles) async throws -> SourceError? {
    do {
      _ = try await repository.verify(trust)
      return nil
    } catch let error as SourceError {
      return error
    }
  }

  private func shallow(_ clone: String, _ mode: VerificationMode) -> CommitVerifier {
    var trust = trust
    trust.mode = mode
    return CommitVerifier(
      repositoryPath: clone, kind: .checkout, trust: trust, cache: nil, remembers: false,
      wall: repository.wall, clock: ContinuousClock())
  }

  @Test func aShallowCloneIsRefusedInWords() async throws {
    let second = try repository.commit(["a.yaml": "2\n"], by: .ssh("ana"))
    let clone = repository.directory.path("clone")
    try repository.git("clone", "--quiet", "--depth", "1", "file://\(repository.path)", clone)
    do {
      _ = try await shallow(clone, .range).verify(head: second, since: nil)
      Issue.record("a range was judged that is not there")
    } catch {
      #expect(error.message.contains("shallow"))
      #expect(error.hint?.contains("fetch-depth: 0") == true)
    }
    #expect(try await shallow(clone, .head).verify(head: second, since: nil).isVerified)
  }

  @Test func theTrustedStartMustBeThere() async throws {
    let unsigned = try repository.commit(["a.yaml": "2\n"], by: .none)
    try repository.commit(["a.yaml": "3\n"], by: .ssh("ana"))
    var trust = trust
    trust.since = unsigned
    #expect(try await repository.verify(trust).isVerified)
    #expect(try await repository.verify(trust, since: first).findings == ["\(unsigned) unsigned"])
    trust.since = String(repeating: "1", count: 40)
    #expect(try await problem(trust)?.code == .trust)
  }

  @Test(arguments: [
    (nil, "none are named"), ("", "names no key"), ("# nobody\n", "names no key"),
    ("ana ssh-ed25519 x\n", "not base 64"),
  ])
  func badFilesAreRefusedInWords(_ text: String?, _ words: String) async throws {
    var trust = trust
    trust.allowedSigners = nil
    if let text { trust.allowedSigners = try repository.file(text, named: "bad") }
    let error = try await problem(trust)
    #expect(error?.code == .trust)
    #expect(error?.message.contains(words) == true, "\(String(describing: error))")
  }

  @Test func aMissingFileIsNamed() async throws {
    var trust = trust
    trust.allowedSigners = "/nowhere/allowed"
    let error = try await problem(trust)
    #expect(error?.message.contains("/nowhere/allowed") == true)
    #expect(error?.hint?.contains("verify.allowedSigners") == true)
  }

  // MARK: The cache

  /// A cache in memory that counts.
  private final class MemoryCache: VerdictCache {
    private let state = Mutex<[String: CommitVerdict]>([:])
    var count: Int { state.withLock { $0.count } }

    func verdicts(of commits: [String], keyring: Digest) -> [String: CommitVerdict] {
      state.withLock { known in
        Dictionary(
          uniqueKeysWithValues: commits.compactMap { id in
            known["\(id) \(keyring)"].map { (id, $0) }
          })
      }
    }

    func remember(_ verdicts: [String: CommitVerdict], keyring: Digest, at: Timestamp) {
      state.withLock { known in
        for (id, verdict) in verdicts { known["\(id) \(keyring)"] = verdict }
      }
    }
  }

  @Test func verdictsAreFoundAgainForTheSameKeysOnly() async throws {
    let cache = MemoryCache()
    let second = try repository.commit(["a.yaml": "2\n"], by: .ssh("ben"))
    let before = try await repository.verify(trust, cache: cache)
    #expect(cache.count == 2)
    #expect(try await repository.verify(trust, cache: cache) == before)
    #expect(cache.count == 2)
    var fewer = trust
    let key = String(decoding: try repository.directory.read("ana.pub"), as: UTF8.self)
    fewer.allowedSigners = try repository.file("ana \(key)", named: "fewer")
    #expect(try await repository.verify(fewer, cache: cache).findings == ["\(second) unknown-key"])
    #expect(cache.count == 4)
  }
}
