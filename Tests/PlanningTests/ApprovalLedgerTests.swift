import Planning
import Resources
import TestSupport
import Testing

/// Whose word counts for which change.
struct ApprovalLedgerTests {
  private static let now = Timestamp(seconds: 1_767_614_400)
  private static let first = String(repeating: "a", count: 40)
  private static let second = String(repeating: "b", count: 40)

  private static func job(_ script: String, approval: String = "{roles: [operator]}") -> String {
    Manifest.job("a", script: script) + "  approval: \(approval)\n"
  }

  /// A plan that updates Job/a, written by Ana Lima and committed by Cleo, a field of it by Dan.
  private static func plan(
    from old: String = job("one"), to new: String = job("two"), file: String = "manifests/a.yaml",
    before: String = "manifests/a.yaml",
  ) throws -> Plan {
    var plan = try Planned.plan(from: [before: old], to: [file: new])
    func person(_ name: String, _ email: String) -> CommitRecord.Person {
      CommitRecord.Person(name: name, email: email, time: now)
    }
    plan.commits = [
      CommitRecord(
        commit: first, author: person("Ana Lima", "al@example.com"),
        committer: person("Cleo", "cleo@example.com"), subject: "one"),
      CommitRecord(
        commit: second, author: person("Dan", "12345+dan@users.noreply.example.com"),
        committer: person("Dan", "dan.d@corp.example"), subject: "two"),
    ]
    for index in plan.changes.indices {
      plan.changes[index].origin = plan.commits[0].origin
      plan.changes[index].fieldCommits = [
        FieldCommit(commit: second, pointers: [JSONPointer(["spec", "timeout"])])
      ]
    }
    return plan
  }

  private static func said(
    _ name: String, of plan: Plan, _ answer: ApprovalDecision.Answer = .approve, after: Int64 = 0,
    lasting seconds: Int64 = 60, change: Digest? = nil,
  ) throws -> ApprovalDecision {
    let requirement = try #require(plan.approvals.first)
    let person = try #require(Person(name), "\(name) is no name")
    return ApprovalDecision(
      change: change ?? requirement.change, key: requirement.key, person: person, answer: answer,
      reason: "why", time: Timestamp(nanoseconds: now.nanoseconds + after),
      expires: Timestamp(nanoseconds: now.nanoseconds + seconds * 1_000_000_000), actor: "cli:ci")
  }

  private static let people = [
    "ben", "ben@example.com", "eva", "eva+work@example.com", "ana", "ana.lima", "al@example.com",
    "cleo", "dan", "lima", "12345+dan",
  ]

  private static func ledger(
    _ decisions: [ApprovalDecision], roles: [String: [String]] = ["operator": people],
    signers: [String: String] = [:],
  ) -> ApprovalLedger {
    ApprovalLedger(
      decisions, roles: roles.mapValues { $0.compactMap(Person.init) }, signers: signers)
  }

  // MARK: Who

  @Test(arguments: [
    ("ana", "first name"), ("ana.lima", "the words of the name"), ("Ana_Lima", "other dots"),
    ("analima", "no dots"), ("al@example.com", "the address"), ("AL", "the address, in capitals"),
    ("al+x@else.example", "the address with a tag"), ("cleo", "who committed"),
    ("dan", "who wrote a field, behind a number"), ("12345+dan", "the address of a forge"),
    ("dand@corp.example", "another address of who wrote a field"),
  ])
  func whoeverMayHaveWrittenItCannotApprove(_ name: String, _ why: String) throws {
    let plan = try Self.plan()
    let standing = try #require(
      Self.ledger([try Self.said(name, of: plan)], roles: ["operator": [name]])
        .missing(for: plan, at: Self.now).first, "\(why)")
    #expect(standing.approvedBy.isEmpty, "\(why)")
    #expect(standing.refused.first?.contains("cannot approve it") == true, "\(why)")
  }

  @Test func whoSignedTheCommitCannotApproveEither() throws {
    let plan = try Self.plan()
    let decision = try Self.said("ben", of: plan)
    #expect(Self.ledger([decision]).missing(for: plan, at: Self.now).isEmpty)
    let signed = Self.ledger([decision], signers: [Self.second: "ben@example.com"])
    #expect(
      signed.missing(for: plan, at: Self.now).first?.refused.first?.contains("signed commit")
        == true)
    let other = Self.ledger([decision], signers: ["cccc": "ben@example.com"])
    #expect(other.missing(for: plan, at: Self.now).isEmpty)
  }

  @Test func withoutAKnownAuthorNobodyCanApprove() throws {
    var plan = try Self.plan()
    plan.commits = []
    plan.changes[0].origin = nil
    plan.changes[0].fieldCommits = []
    let missing = Self.ledger([try Self.said("ben", of: plan)]).missing(for: plan, at: Self.now)
    #expect(missing.first?.refused.first?.contains("not known") == true)
  }

  @Test func theSamePersonDoesNotCountTwice() throws {
    let two = "{roles: [operator], approvers: 2}"
    let plan = try Self.plan(
      from: Self.job("one", approval: two), to: Self.job("two", approval: two))
    for (one, other) in [
      ("ben", "ben@example.com"), ("eva", "eva+work@example.com"), ("ben", "BEN"),
    ] {
      let ledger = Self.ledger([
        try Self.said(one, of: plan), try Self.said(other, of: plan, after: 1),
      ])
      let standing = try #require(ledger.missing(for: plan, at: Self.now).first)
      #expect(standing.approvedBy.count == 1, "\(one) \(other)")
    }
    let ledger = Self.ledger([try Self.said("ben", of: plan), try Self.said("eva", of: plan)])
    #expect(ledger.missing(for: plan, at: Self.now).isEmpty)
  }

  @Test(arguments: ["аna", "bеn", "ben\u{200b}", "ｂen", "ben ", "", "-ben", "b\u{301}en", "ben\0"])
  func aNameThatIsNotPlainIsNoPerson(_ name: String) { #expect(Person(name) == nil) }

  @Test func aLongNameIsNoPerson() {
    #expect(Person(String(repeating: "a", count: 127)) != nil)
    #expect(Person(String(repeating: "a", count: 128)) == nil)
  }

  @Test func peopleOfDifferentNamesAreNotOne() throws {
    for (one, other) in [("ben", "bent"), ("ben", "eva"), ("1+ben", "2+eva"), ("ana", "hana")] {
      let a = try #require(Person(one))
      let b = try #require(Person(other))
      #expect(!a.isSame(as: b), "\(one) \(other)")
    }
  }

  // MARK: Roles

  @Test func onlyTheRoleThatIsLiveCounts() throws {
    let plan = try Self.plan()
    let decision = try Self.said("ben", of: plan)
    func words(_ roles: [String: [String]]) -> String {
      Self.ledger([decision], roles: roles).missing(for: plan, at: Self.now).first?.message ?? "met"
    }
    #expect(words(["operator": ["ben"]]) == "met")
    #expect(words(["operator": ["eva"]]).contains("ben is not in operator"))
    #expect(words(["operator": ["ben@example.com"]]).contains("but ben@example.com is"))
    #expect(words(["other": ["ben"]]).contains("no such Role is live"))
    #expect(words([:]).contains("0 of 1 approval of operator"))
  }

  @Test func whatIsLiveSaysWhoAndHowMany() throws {
    let strict = Self.job("one", approval: "{roles: [operator], approvers: 2}")
    for loose in [
      Self.job("two", approval: "{required: false}"), Self.job("two", approval: "{approvers: 1}"),
      Manifest.job("a", script: "two"), Self.job("two", approval: "{roles: [everybody]}"),
    ] {
      let requirement = try #require(try Self.plan(from: strict, to: loose).approvals.first)
      #expect(requirement.approvers == 2)
      #expect(requirement.roles == ["operator"])
    }
  }

  // MARK: When, and what

  @Test func anApprovalRunsOutAndARejectionDoesNot() throws {
    let plan = try Self.plan()
    let late = Timestamp(nanoseconds: Self.now.nanoseconds + 60_000_000_000)
    let approved = Self.ledger([try Self.said("ben", of: plan)])
    #expect(approved.missing(for: plan, at: Self.now).isEmpty)
    #expect(
      approved.missing(for: plan, at: late).first?.refused.first?.contains("ran out") == true)
    let rejected = Self.ledger([
      try Self.said("ben", of: plan), try Self.said("eva", of: plan, .reject),
    ])
    for time in [Self.now, late] {
      #expect(
        rejected.missing(for: plan, at: time).first?.message.contains("rejected by eva") == true)
    }
  }

  @Test func anotherChangeIsAnotherApproval() throws {
    let plan = try Self.plan()
    let decision = try Self.said("ben", of: plan)
    let others = [
      try Self.plan(to: Self.job("three")), try Self.plan(from: Self.job("zero")),
      try Self.plan(file: "manifests/b.yaml"),
      try Self.plan(file: "manifests/b.yaml", before: "manifests/b.yaml"),
    ]
    for other in others {
      #expect(Self.ledger([decision]).missing(for: other, at: Self.now).count == 1)
    }
    #expect(Set(others.compactMap { $0.approvals.first?.change }).count == 4)
  }

  @Test func anUnrelatedCommitKeepsIt() throws {
    let plan = try Self.plan()
    let decision = try Self.said("ben", of: plan)
    var other = plan
    other.revision = "other"
    other.baseRevision = "another"
    other.changes[0].location.range = SourceRange(
      start: SourcePosition(line: 99, column: 1), end: SourcePosition(line: 120, column: 1))
    #expect(other.digest != plan.digest)
    #expect(Self.ledger([decision]).missing(for: other, at: Self.now).isEmpty)
  }

  @Test func aDecisionAboutOneResourceIsNoneAboutAnother() throws {
    let plan = try Self.plan()
    var decision = try Self.said("ben", of: plan)
    decision.key = ResourceKey(kind: "Job", name: "b")
    #expect(Self.ledger([decision]).missing(for: plan, at: Self.now).count == 1)
  }

  @Test func anExceptionWaivesItUntilItRunsOut() throws {
    var plan = try Self.plan()
    let end = Timestamp(nanoseconds: Self.now.nanoseconds + 1)
    plan.approvals[0].exception = PolicyFinding.Exception(
      name: "year-end", owner: "eva", reason: "once a year", expires: end)
    let ledger = Self.ledger([])
    #expect(ledger.missing(for: plan, at: Self.now).isEmpty)
    #expect(
      ledger.standings(for: plan, at: Self.now).first?.progress.contains("year-end of eva") == true)
    #expect(ledger.missing(for: plan, at: end).count == 1)
  }

  @Test func creationAndRepairNeedNobody() throws {
    let files = ["manifests/a.yaml": Self.job("two")]
    #expect(try Planned.plan(from: [:], to: files).approvals.isEmpty)
    #expect(try Planned.plan(from: files, to: [:]).approvals.count == 1)
    var input = try Planned.input(from: ["manifests/a.yaml": Self.job("one")], to: files)
    let applied = try #require(input.desired.first?.digest)
    input.drifts = [
      ResourceKey(kind: "Job", name: "a"): DriftNote(applied: applied, isHeld: false)
    ]
    let repair = try Planned.plan(input)
    #expect(repair.changes.map(\.reason) == [.drifted])
    #expect(repair.approvals.isEmpty)
  }

  @Test func whoRanTheCommandIsNamedWhereThatIsSomebodyElse() throws {
    let plan = try Self.plan()
    var decision = try Self.said("ben", of: plan)
    decision.actor = "cli:mallory"
    #expect(decision.speaker == "ben (via mallory)")
    decision.actor = "cli:ben"
    #expect(decision.speaker == "ben")
  }
}
