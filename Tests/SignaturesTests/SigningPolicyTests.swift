import Resources
import Signatures
import TestSupport
import Testing

/// Who may do what, over histories in tables.
struct SigningPolicyTests {
  private static let now = Timestamp(nanoseconds: 1_800_000_000_000_000_000)

  private static func signer(_ name: String) -> Signer {
    Signer(principal: name, key: "SHA256:\(name)", kind: .ssh)
  }

  /// Facts of a commit; `paths` are those that it decided.
  private func commit(
    _ id: String, _ parents: [String] = [], by name: String?, paths: [String] = [], day: Int = 0,
    parentDay: Int? = nil,
  ) -> CommitFacts {
    func time(_ day: Int) -> Timestamp {
      Timestamp(nanoseconds: 1_700_000_000_000_000_000 + Int64(day) * 86_400_000_000_000)
    }
    return CommitFacts(
      id: id, parents: parents, author: "Ana <ana@example.org>", subject: "change \(id)",
      time: time(day), parentTime: parentDay.map(time),
      verdict: name.map { .verified(Self.signer($0)) } ?? .refused(.unsigned), ownPaths: paths)
  }

  private func rule(_ path: String, _ principals: [String], _ threshold: Int = 1) throws
    -> SigningRule
  {
    SigningRule(
      paths: [try #require(PathGlob(path))], principals: principals.map { Wildcard($0) },
      threshold: threshold)
  }

  private func words(_ commits: [CommitFacts], _ rules: [SigningRule] = []) -> [String] {
    SigningPolicy(rules: rules).refusals(of: commits, at: Self.now).map {
      "\($0.commit) \($0.reason.word)"
    }
  }

  @Test func everyCommitOfTheRangeMustBeSigned() {
    let commits = [
      commit("c", ["b"], by: "ana"), commit("b", ["a"], by: nil), commit("a", ["base"], by: "ana"),
    ]
    #expect(words(commits) == ["b unsigned"])
  }

  @Test func aPathTakesThoseThatItsRuleNames() throws {
    let rules = [try rule("pay/**", ["*@pay.example"])]
    let commits = [
      commit("c", ["b"], by: "eve@web.example", paths: ["pay/a"]),
      commit("b", ["a"], by: "ana@pay.example", paths: ["pay/b"]),
      commit("a", [], by: "eve@web.example", paths: ["web/a"]),
    ]
    #expect(words(commits, rules) == ["c not-allowed"])
  }

  @Test func everyRuleThatCoversAPathMustHold() throws {
    let rules = [try rule("pay/**", ["ana"]), try rule("**/prod/**", ["ops"])]
    #expect(words([commit("a", by: "ana", paths: ["pay/prod/x"])], rules) == ["a not-allowed"])
    #expect(words([commit("a", by: "ops", paths: ["pay/prod/x"])], rules) == ["a not-allowed"])
    #expect(words([commit("a", by: "ana", paths: ["pay/test/x"])], rules) == [])
    #expect(words([commit("a", by: "eve", paths: ["pay/prod/x"])], rules).count == 2)
  }

  // MARK: Thresholds

  /// `m` merges `c`, which stands beside the mainline `p`.
  private func merged(by merger: String?, of author: String) -> [CommitFacts] {
    [
      commit("m", ["p", "c"], by: merger), commit("c", ["base"], by: author, paths: ["pay/a"]),
      commit("p", ["base"], by: "ana"),
    ]
  }

  @Test(arguments: [
    ("ben", "ana", 2, true), ("ana", "ana", 2, false), ("eve", "ana", 2, false),
    ("ben", "eve", 1, true), ("eve", "eve", 1, false), ("ben", "eve", 2, false),
  ])
  func aSignedMergeCountsAsASecondSignature(
    _ merger: String, _ author: String, _ threshold: Int, _ holds: Bool,
  ) throws {
    let rules = [try rule("pay", ["ana", "ben"], threshold)]
    #expect(words(merged(by: merger, of: author), rules) == (holds ? [] : ["c not-allowed"]))
  }

  /// A merge of something else into the branch of the change says nothing about the change.
  @Test func aMergeCountsOnlyForWhatItBringsIn() throws {
    let rules = [try rule("pay", ["ana", "ben"], 2)]
    let commits = [
      commit("m", ["c", "p"], by: "ben"), commit("c", ["base"], by: "ana", paths: ["pay/a"]),
      commit("p", ["base"], by: "ben"),
    ]
    #expect(words(commits, rules) == ["c not-allowed"])
  }

  @Test func mergesOnTheWayCountToo() throws {
    let rules = [try rule("pay", ["ana", "ben", "cyn"], 3)]
    let commits = [
      commit("n", ["p", "m"], by: "cyn"), commit("m", ["d", "c"], by: "ben"),
      commit("c", ["base"], by: "ana", paths: ["pay/a"]), commit("d", ["base"], by: "ana"),
      commit("p", ["base"], by: "ana"),
    ]
    #expect(words(commits, rules) == [])
    #expect(words(Array(commits.dropFirst()), rules) == ["c not-allowed"])
  }

  @Test func aMergeAnswersForWhatItDecides() throws {
    let rules = [try rule("pay", ["ana"])]
    var commits = merged(by: "eve", of: "ana")
    commits[0].ownPaths = ["pay/a"]
    #expect(words(commits, rules) == ["m not-allowed"])
  }

  @Test func twoKeysOfOnePersonAreOneSignature() throws {
    let rules = [try rule("pay", ["*"], 2)]
    var commits = merged(by: "ana-laptop", of: "ana")
    #expect(words(commits, rules) == [])
    commits[0].verdict = .verified(
      Signer(principal: "ana-laptop", key: "SHA256:2", kind: .ssh, names: ["ana-laptop", "ana"]))
    #expect(words(commits, rules) == ["c not-allowed"])
  }

  @Test func manyChangesAreCountedApart() throws {
    let rules = [try rule("pay", ["ana", "ben"], 2)]
    let count = 150
    var commits: [CommitFacts] = []
    var tip = "base"
    for index in 0..<count {
      let side = commit("c\(index)", ["base"], by: "ana", paths: ["pay/\(index)"])
      let merge = commit("m\(index)", [tip, side.id], by: index == 70 ? "ana" : "ben")
      commits += [side, merge]
      tip = merge.id
    }
    #expect(words(commits.reversed(), rules) == ["c70 not-allowed"])
  }

  // MARK: A forge

  @Test func aForgeMayMergeAndNoMore() throws {
    let flow = "web-flow"
    #expect(words([commit("m", ["p", "c"], by: flow)]) == [])
    #expect(words([commit("c", ["p"], by: flow, paths: ["a"])]) == ["c forge-decided"])
    #expect(words([commit("c", ["p"], by: flow)]) == ["c forge-decided"])
    #expect(words([commit("m", ["p", "c"], by: flow, paths: ["a"])]) == ["m forge-decided"])
    let named = [try rule("docs", ["web-flow"])]
    #expect(words([commit("c", ["p"], by: flow, paths: ["docs/a"])], named) == [])
    #expect(
      words([commit("c", ["p"], by: flow, paths: ["docs/a", "x"])], named) == ["c forge-decided"])
    let wild = [try rule("docs", ["*"])]
    #expect(
      words([commit("c", ["p"], by: flow, paths: ["docs/a"])], wild)
        == ["c forge-decided", "c not-allowed"])
  }

  // MARK: Clocks

  @Test func aCommitFromTheFutureIsRefused() {
    #expect(words([commit("a", by: "ana", day: 1157)]) == [])
    #expect(words([commit("a", by: "ana", day: 1160)]) == ["a from-the-future"])
  }

  @Test func aCommitMuchOlderThanItsParentIsRefused() {
    #expect(words([commit("a", ["p"], by: "ana", day: 9, parentDay: 10)]) == [])
    #expect(words([commit("a", ["p"], by: "ana", day: 8, parentDay: 10)]) == ["a back-dated"])
  }

  // MARK: Words

  @Test func aRefusalSaysWhoWasMissing() throws {
    let rules = [try rule("pay", ["ana", "ben"], 2)]
    let refusals = SigningPolicy(rules: rules).refusals(
      of: merged(by: "eve", of: "ana"), at: Self.now)
    #expect(
      refusals.first?.sentence
        == "commit c of Ana <ana@example.org> (\"change c\") changes pay/a, which takes 2 signatures "
        + "out of ana, ben (rule pay), and has that of ana only")
  }

  @Test func refusalsBeyondTheLimitAreCounted() {
    let refusals = (0..<130).map {
      Refusal(commit: "\($0)", author: "a", subject: "s", reason: .signature(.unsigned))
    }
    let verification = SourceVerification(
      mode: .range, head: "0", base: "b", commitCount: 130, refusals: refusals, signers: [:])
    #expect(verification.refusals.count == 100 && verification.omittedCount == 30)
    #expect(!verification.isVerified && verification.summary.hasSuffix("and 129 more"))
  }

  @Test(arguments: [
    (VerificationMode.range, "h", "live", true), (.range, "h", "other", false),
    (.range, "x", "live", false), (.head, "h", "other", true), (.head, "x", "live", false),
  ])
  func aVerificationIsOfOneStep(
    _ mode: VerificationMode, _ revision: String, _ live: String, _ expected: Bool,
  ) {
    let verification = SourceVerification(
      mode: mode, head: "h", base: "live", commitCount: 1, refusals: [], signers: [:])
    #expect(verification.covers(revision, from: live) == expected)
  }
}
