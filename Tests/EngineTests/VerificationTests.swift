import Engine
import Logging
import Persistence
import Planning
import Resources
import Signatures
import Synchronization
import TestSupport
import Testing
import Workflows

/// A pass that asks for signatures.
@Suite(.timeLimit(.minutes(5)))
struct VerificationTests {
  private let world: World
  private let ana = Signer(principal: "ana", key: "SHA256:a", kind: .ssh)

  init() throws { world = try World() }

  private var pass: ReconcilePass {
    ReconcilePass(
      store: world.store, planner: world.planner, windows: world.windows, effects: world.effects,
      requires: .range)
  }

  private func verification(
    of head: String, since base: String?, refused: [String] = [], commits: Int = 1,
  ) -> SourceVerification {
    SourceVerification(
      mode: .range, head: head, base: base, commitCount: commits,
      refusals: refused.map {
        Refusal(commit: $0, author: "Eve <e@x>", subject: "evil", reason: .signature(.unsigned))
      }, signers: refused.isEmpty ? [head: ana] : [:])
  }

  private func run(_ verification: SourceVerification?) throws -> ReconcilePass.Report {
    world.wall.advance(seconds: 1)
    return try pass.run(
      source: world.history.revision(nil, roots: world.roots), verification: verification,
      actor: "loop", at: world.wall.now())
  }

  private func condition(_ kind: Engine.Condition.Kind) throws -> Engine.Condition? {
    try world.store.conditions().first { $0.kind == kind }
  }

  private func events(_ kind: JournalEvent.Kind) throws -> [JournalEvent] {
    try world.store.events(JournalQuery(limit: 1000)).filter { $0.kind == kind }
  }

  @Test func aPassWithoutTheRightVerificationFails() throws {
    let first = world.push(["manifests/a.yaml": Manifest.job("a")])
    let before = try world.image()
    var head = verification(of: first, since: nil)
    head.mode = .head
    for wrong in [
      nil, verification(of: "0000", since: nil), verification(of: first, since: "base"), head,
    ] {
      let error = try #require(throws: SourceError.self) { try run(wrong) }
      #expect(error.code == .moved)
    }
    #expect(try world.image() == before)
  }

  @Test func anUnverifiedRevisionChangesNothingAndIsJournaledOnce() throws {
    let first = world.push(["manifests/a.yaml": Manifest.job("a")])
    _ = try run(verification(of: first, since: nil))
    let before = try world.liveImage()
    let second = world.push(["manifests/a.yaml": Manifest.job("a", timeout: "9m")])
    for _ in 0..<3 {
      let report = try run(verification(of: second, since: first, refused: [second]))
      guard case .unverified(let found) = report.outcome else {
        Issue.record("\(report.outcome)")
        return
      }
      #expect(found.refusals.map(\.commit) == [second])
    }
    #expect(try world.liveImage() == before)
    let event = try #require(try events(.revisionUnverified).first)
    #expect(try events(.revisionUnverified).count == 1)
    #expect(event.subject == second)
    #expect(
      Value(canonical: event.payload)?["first"]?[0]?["commit"]?.string == second)
    #expect(try condition(.ready)?.reason == "SourceUnverified")
    #expect(try condition(.stalled)?.status == .isTrue)
    #expect(try condition(.sourceVerified)?.status == .isFalse)
    #expect(try condition(.sourceVerified)?.reason == "Unsigned")
    #expect(try condition(.ready)?.message.contains("git commit --amend --no-edit -S") == true)

    _ = try run(verification(of: second, since: first))
    #expect(try world.store.status().live.revision == second)
    #expect(try condition(.ready)?.status == .isTrue)
    #expect(try condition(.sourceVerified)?.status == .isTrue)
  }

  @Test func anUnverifiedRevisionKeepsNoDrift() throws {
    let first = world.push(["manifests/a.yaml": Manifest.job("a", timeout: "1h")])
    _ = try run(verification(of: first, since: nil))
    let root = try world.root()
    try Vandal(world.databasePath).edit("a", "\"1h\"", "\"9h\"")
    let second = world.push(["manifests/b.yaml": Manifest.job("b")])
    let report = try run(verification(of: second, since: first, refused: [second]))
    guard case .unverified = report.outcome else {
      Issue.record("\(report.outcome)")
      return
    }
    #expect(report.repair?.revision == first && report.drifts.isEmpty)
    #expect(try world.root() == root)
  }

  @Test func theSignersAreInTheJournal() throws {
    let first = world.push(["manifests/a.yaml": Manifest.job("a")])
    _ = try run(verification(of: first, since: nil))
    let event = try #require(try events(.planApplied).first)
    #expect(
      Value(canonical: event.payload)?["signers"]
        == .sorted([
          .init(first, ["principal": "ana", "key": "SHA256:a", "kind": "ssh"])
        ]))
  }

  @Test func aPassWithNothingNewKeepsWhatWasFound() throws {
    let first = world.push(["manifests/a.yaml": Manifest.job("a")])
    _ = try run(verification(of: first, since: nil))
    let found = try condition(.sourceVerified)
    #expect(found?.reason == "SignaturesValid")
    let before = try world.image()
    _ = try run(verification(of: first, since: first, commits: 0))
    #expect(try condition(.sourceVerified) == found)
    #expect(try world.image() == before)
  }

  @Test func whatWasLiveBeforeIsNotCalledVerified() throws {
    let first = world.push(["manifests/a.yaml": Manifest.job("a")])
    try world.reconcile()
    #expect(try condition(.sourceVerified)?.reason == "VerificationOff")
    _ = try run(verification(of: first, since: first, commits: 0))
    #expect(try condition(.sourceVerified)?.status == .unknown)
    #expect(try condition(.sourceVerified)?.reason == "LiveBefore")
  }

  // MARK: The loop

  /// Says of every commit what it is told to, and of the wrong step at first.
  private final class FakeVerifier: SourceVerifier {
    let mode = VerificationMode.range
    private let state: Mutex<(wrong: Int, asked: [String])>
    let failure: SourceError?

    init(wrong: Int = 0, failure: SourceError? = nil) {
      state = Mutex((wrong, []))
      self.failure = failure
    }

    var asked: [String] { state.withLock { $0.asked } }

    func verify(
      head: String, since base: String?,
    ) async throws(SourceError) -> SourceVerification {
      if let failure { throw failure }
      let isWrong = state.withLock { state in
        state.asked.append(head)
        state.wrong -= 1
        return state.wrong >= 0
      }
      return SourceVerification(
        mode: .range, head: head, base: isWrong ? "moved" : base, commitCount: 1, refusals: [],
        signers: [:])
    }
  }

  /// Lets the loop make its first pass, and no other.
  private func once(_ verifier: FakeVerifier, _ source: FakeSource) async {
    let clock = ManualClock()
    let reconciler = Reconciler(
      source: source, verifier: verifier, pass: pass, settings: Reconciler.Settings(),
      clock: clock, wall: world.wall,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, onPass: { _ in })
    let loop = Task { await reconciler.run() }
    // The loop sleeps after a pass.
    await clock.waitForSleep(number: 1)
    loop.cancel()
    await loop.value
  }

  @Test func theLoopLooksAgainWhenTheStepMoved() async throws {
    let source = FakeSource()
    source.push(["manifests/a.yaml": Manifest.job("a")])
    let verifier = FakeVerifier(wrong: 2)
    await once(verifier, source)
    let head = try source.head(liveRoots: []).revision
    #expect(verifier.asked == [head, head, head], "twice in vain, then right")
    #expect(try world.store.status().live.revision == head)
  }

  @Test func aStepThatKeepsMovingFails() async throws {
    let source = FakeSource()
    source.push(["manifests/a.yaml": Manifest.job("a")])
    let verifier = FakeVerifier(wrong: 100)
    await once(verifier, source)
    let head = try source.head(liveRoots: []).revision
    #expect(verifier.asked == [head, head, head])
    #expect(try condition(.ready)?.reason == "FetchFailed")
    #expect(try world.store.status().live.revision == nil)
  }

  @Test func keysThatCannotBeReadStopTheLoopInWords() async throws {
    let source = FakeSource()
    source.push(["manifests/a.yaml": Manifest.job("a")])
    let failure = SourceError(.trust, "the file is gone", hint: "make it")
    await once(FakeVerifier(failure: failure), source)
    let ready = try condition(.ready)
    #expect(ready?.reason == "VerificationFailed")
    #expect(ready?.message == "the file is gone; make it")
    #expect(try world.store.status().live.revision == nil)
  }

  // MARK: Saved plans

  @Test func aSavedPlanMustSayWhatItsRevisionSays() throws {
    try world.apply(["manifests/a.yaml": Manifest.job("a"), "manifests/b.yaml": Manifest.job("b")])
    world.push([
      "manifests/a.yaml": Manifest.job("a", timeout: "9m"), "manifests/b.yaml": nil,
    ])
    let plan = try world.plan()
    let source = world.history.revision(nil, roots: world.roots)
    #expect(try SavedPlanProof.difference(of: plan, from: source) == nil)
    for index in plan.changes.indices {
      var forged = plan
      forged.changes[index].after = Digest(of: [9])
      #expect(
        try SavedPlanProof.difference(of: forged, from: source) == plan.changes[index].key)
    }
  }
}
