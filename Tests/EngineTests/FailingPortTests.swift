import Engine
import Kinds
import Persistence
import Planning
import Resources
import Synchronization
import TestSupport
import Testing
import Workflows

/// Whatever fails at whichever call: the live state is the old one or the new one, and the next
/// pass comes to where an undisturbed one would have come.
struct FailingPortTests {
  private static let base: [String: String?] = [
    "manifests/a.yaml": Manifest.file(Manifest.job("a"), Manifest.schedule("s", job: "a")),
    "manifests/b.yaml": Manifest.job("b"), "manifests/c.yaml": Manifest.receiver("c"),
  ]
  private static let next: [String: String?] = [
    "manifests/a.yaml": Manifest.file(
      Manifest.job("a", timeout: "2h"), Manifest.schedule("s", job: "a")),
    "manifests/b.yaml": nil, "manifests/d.yaml": Manifest.job("d"),
  ]

  /// A world before the pass, and the root that it shall have afterwards.
  private func prepared() throws -> (world: World, goal: Digest) {
    let world = try World()
    try world.apply(Self.base)
    world.push(Self.next)
    return (world, try world.plan().predictedRoot)
  }

  private func run(
    _ world: World, _ store: any StateStore, _ source: any RevisionReader,
  ) throws {
    _ = try ReconcilePass(
      store: store, planner: world.planner, windows: world.windows, effects: world.effects
    ).run(source: source, actor: "loop", at: world.wall.now())
  }

  @Test func theStoreMayFailAtEachCall() throws {
    var failures = 0
    for number in 0..<100 {
      let (world, goal) = try prepared()
      let old = try world.root()
      let failing = FailingStore(world.store, failingAt: number)
      do {
        try run(world, failing, world.history.revision())
      } catch is StoreError {
        failures += 1
      }
      let root = try world.root()
      #expect(root == old || root == goal, "call \(number)")
      #expect(try world.store.firstBrokenEvent() == nil, "call \(number)")
      try world.reconcile()
      #expect(try world.root() == goal, "call \(number)")
      let effects = try world.store.dueEffects(at: Timestamp(nanoseconds: .max), limit: 10)
      #expect(effects.count == 2, "call \(number)")
      if failing.callCount <= number { break }
    }
    #expect(failures >= 5)
  }

  @Test func theSourceMayFailAtEachCall() throws {
    var failures = 0
    for number in 0..<100 {
      let (world, goal) = try prepared()
      let before = try world.image()
      let failing = FailingRevision(world.history.revision(), failingAt: number)
      do {
        try run(world, world.store, failing)
      } catch is SourceError {
        failures += 1
        #expect(try world.image() == before, "call \(number)")
      }
      try world.reconcile()
      #expect(try world.root() == goal, "call \(number)")
      if failing.callCount <= number { break }
    }
    #expect(failures >= 3)
  }
}

/// Counts calls, and throws at one of them.
final class Fuse: Sendable {
  private let count = Mutex(0)
  private let limit: Int

  init(failingAt limit: Int) { self.limit = limit }

  var callCount: Int { count.withLock { $0 } }

  func check<Failure: Error>(_ error: Failure) throws(Failure) {
    let number = count.withLock { count in
      count += 1
      return count - 1
    }
    if number == limit { throw error }
  }
}

/// A store of which one call fails; what it was asked to do is then not done.
struct FailingStore: StateStore {
  private let store: Store
  private let fuse: Fuse

  init(_ store: Store, failingAt number: Int) {
    self.store = store
    fuse = Fuse(failingAt: number)
  }

  var callCount: Int { fuse.callCount }

  private func check() throws(StoreError) {
    try fuse.check(StoreError(.busy, "the database is locked by another process"))
  }

  func read<Result>(
    _ body: (any LiveReader) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try check()
    return try store.read(body)
  }

  func apply(_ plan: Plan, _ context: ApplyContext) throws(StoreError) -> AppliedPlan {
    try check()
    return try store.apply(plan, context)
  }

  func drifts() throws(StoreError) -> [Drift] {
    try check()
    return try store.drifts()
  }

  func recordDrift(at time: Timestamp) throws(StoreError) -> [Drift] {
    try check()
    return try store.recordDrift(at: time)
  }

  func auditDrift(at time: Timestamp) throws(StoreError) -> Int {
    try check()
    return try store.auditDrift(at: time)
  }

  func decisions(on changes: [Digest]?) throws(StoreError) -> [ApprovalDecision] {
    try check()
    return try store.decisions(on: changes)
  }

  func decide(_ decisions: [ApprovalDecision], at time: Timestamp) throws(StoreError) {
    try check()
    try store.decide(decisions, at: time)
  }

  func withdraw(
    _ decisions: [ApprovalDecision], actor: String, reason: String, at time: Timestamp,
  ) throws(StoreError) -> [ApprovalDecision] {
    try check()
    return try store.withdraw(decisions, actor: actor, reason: reason, at: time)
  }

  func status() throws(StoreError) -> RepositoryStatus {
    try check()
    return try store.status()
  }

  func acknowledgements() throws(StoreError) -> [Acknowledgement] {
    try check()
    return try store.acknowledgements()
  }

  func acknowledge(
    _ guardName: GuardFinding.Name, plan: String, actor: String, reason: String, at: Timestamp,
  ) throws(StoreError) {
    try check()
    try store.acknowledge(guardName, plan: plan, actor: actor, reason: reason, at: at)
  }

  func setSuspended(
    _ suspension: Suspension?, actor: String, at time: Timestamp,
  ) throws(StoreError) {
    try check()
    try store.setSuspended(suspension, actor: actor, at: time)
  }

  func quarantine() throws(StoreError) -> [QuarantinedContent] {
    try check()
    return try store.quarantine()
  }

  func clearQuarantine(_ root: Digest, actor: String, at time: Timestamp) throws(StoreError) {
    try check()
    try store.clearQuarantine(root, actor: actor, at: time)
  }

  func conditions() throws(StoreError) -> [Engine.Condition] {
    try check()
    return try store.conditions()
  }

  func record(
    _ conditions: [Engine.Condition], events: [NewEvent], actor: String, at time: Timestamp,
  ) throws(StoreError) {
    try check()
    try store.record(conditions, events: events, actor: actor, at: time)
  }

  func events(_ query: JournalQuery) throws(StoreError) -> [JournalEvent] {
    try check()
    return try store.events(query)
  }

  func firstBrokenEvent() throws(StoreError) -> JournalBreak? {
    try check()
    return try store.firstBrokenEvent()
  }

  func appliedPlans(limit: Int) throws(StoreError) -> [AppliedPlan] {
    try check()
    return try store.appliedPlans(limit: limit)
  }

  func transitions(after sequence: Int64) throws(StoreError) -> [ResourceTransition] {
    try check()
    return try store.transitions(after: sequence)
  }

  func content(of digest: Digest) throws(StoreError) -> [UInt8]? {
    try check()
    return try store.content(of: digest)
  }

  func records(kind: String?, name: String?) throws(StoreError) -> [LiveRecord] {
    try check()
    return try store.records(kind: kind, name: name)
  }

  func dueEffects(at time: Timestamp, limit: Int) throws(StoreError) -> [OutboxEffect] {
    try check()
    return try store.dueEffects(at: time, limit: limit)
  }

  func settle(_ settlement: EffectSettlement, at time: Timestamp) throws(StoreError) {
    try check()
    try store.settle(settlement, at: time)
  }
}

/// A revision of which one call fails.
struct FailingRevision: RevisionReader {
  private let source: MemoryRevision
  private let fuse: Fuse

  init(_ source: MemoryRevision, failingAt number: Int) {
    self.source = source
    fuse = Fuse(failingAt: number)
  }

  var callCount: Int { fuse.callCount }
  var revision: String { source.revision }
  var roots: [String] { source.roots }
  var missingRoots: [String] { source.missingRoots }
  var isShallow: Bool { source.isShallow }

  func contains(_ revision: String) -> Bool { source.contains(revision) }

  private func check() throws(SourceError) {
    try fuse.check(SourceError(.corrupt, "an object is damaged"))
  }

  func ancestry(since revision: String) throws(SourceError) -> PlanInput.Ancestry {
    try check()
    return try source.ancestry(since: revision)
  }

  func delta(since base: String?) throws(SourceError) -> SourceDelta {
    try check()
    return try source.delta(since: base)
  }

  func resources(inFiles files: [String]) throws(SourceError) -> [Resource] {
    try check()
    return try source.resources(inFiles: files)
  }

  func origins(
    of files: Set<String>, since base: String?,
  ) throws(SourceError) -> [String: Origin] {
    try check()
    return try source.origins(of: files, since: base)
  }
}
