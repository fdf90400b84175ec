import Engine
import Persistence
import Planning
import Resources
import TestSupport
import Testing

/// An apply is all or nothing, and a plan that was tampered with is nothing.
struct ApplyRefusalTests {
  private static let old: [String: String?] = [
    "manifests/a.yaml": Manifest.file(
      Manifest.job("a"), Manifest.schedule("a-nightly", job: "a")),
    "manifests/g.yaml": Manifest.job("gone", script: "gone"),
    "manifests/m.yaml": Manifest.receiver("m"),
    "manifests/o.yaml": Manifest.job("o", annotations: Manifest.kept),
  ]
  private static let new: [String: String?] = [
    "manifests/a.yaml": "# down\n"
      + Manifest.file(Manifest.job("a", timeout: "2h"), Manifest.schedule("a-nightly", job: "a")),
    "manifests/g.yaml": nil, "manifests/m.yaml": nil, "manifests/m2.yaml": Manifest.receiver("m"),
    "manifests/n.yaml": Manifest.file(Manifest.job("n1"), Manifest.job("n2", script: "2")),
    "manifests/o.yaml": nil,
  ]

  enum Tampering: String, CaseIterable, CustomTestStringConvertible {
    case dropCreate, dropUpdate, dropDelete, addCreate, addDelete, doubleCreate
    case changeAfter, changeBefore, changeContent, loseContent, swapContents, swapKeys
    case changePredictedRoot, changeBaseRoot, changeBaseRevision
    case deleteAsMove, createAsUpdate, updateAsCreate, updateAsMove, relocateNothing, orphanNothing

    var testDescription: String { rawValue }

    func edit(_ plan: inout Plan) throws {
      func index(_ action: Change.Action) throws -> Int {
        guard let index = plan.changes.firstIndex(where: { $0.action == action }) else {
          throw FixtureError("no \(action)")
        }
        return index
      }
      let create = try index(.create)
      let update = try index(.update)
      let delete = try index(.delete)
      switch self {
      case .dropCreate: plan.changes.remove(at: create)
      case .dropUpdate: plan.changes.remove(at: update)
      case .dropDelete: plan.changes.remove(at: delete)
      case .addCreate:
        var extra = plan.changes[create]
        extra.key = ResourceKey(kind: "Job", name: "intruder")
        plan.changes.append(extra)
      case .addDelete:
        var extra = plan.changes[delete]
        extra.key = ResourceKey(kind: "Schedule", name: "a-nightly")
        plan.changes.append(extra)
      case .doubleCreate: plan.changes.append(plan.changes[create])
      case .changeAfter: plan.changes[update].after = Digest(of: [1])
      case .changeBefore: plan.changes[update].before = Digest(of: [1])
      case .changeContent: plan.changes[update].content?.append(UInt8(ascii: " "))
      case .loseContent: plan.changes[create].content = nil
      case .swapContents:
        let content = plan.changes[create].content
        plan.changes[create].content = plan.changes[update].content
        plan.changes[update].content = content
      case .swapKeys:
        let key = plan.changes[create].key
        plan.changes[create].key = plan.changes[create + 1].key
        plan.changes[create + 1].key = key
      case .changePredictedRoot: plan.predictedRoot = Digest(of: [1])
      case .changeBaseRoot: plan.baseRoot = Digest(of: [1])
      case .changeBaseRevision: plan.baseRevision = nil
      case .deleteAsMove:
        plan.changes[delete].action = .move
        plan.changes[delete].after = plan.changes[delete].before
      case .createAsUpdate: plan.changes[create].action = .update
      case .updateAsCreate: plan.changes[update].action = .create
      case .updateAsMove:
        plan.changes[update].action = .move
        plan.changes[update].content = nil
      case .relocateNothing: plan.relocations[0].key = ResourceKey(kind: "Job", name: "none")
      case .orphanNothing: plan.orphaned = [ResourceKey(kind: "Job", name: "none")]
      }
    }

    /// What makes the same state in another way is no harm.
    var isHarmless: Bool { self == .createAsUpdate }
  }

  private func prepared() throws -> (world: World, plan: Plan) {
    let world = try World()
    try world.apply(Self.old)
    world.push(Self.new)
    return (world, try world.plan())
  }

  private func context(_ world: World) -> ApplyContext {
    ApplyContext(
      actor: "cli:test", time: world.wall.now(),
      quarantine: QuarantinedContent(
        root: Digest(of: [9]), revision: "r", actor: "a", reason: "r", time: world.wall.now()),
      effects: [NewEffect(kind: "notify", idempotencyKey: "k", payload: [])])
  }

  @Test func thePlanAsItIsIsApplied() throws {
    let (world, plan) = try prepared()
    #expect(Set(plan.changes.map(\.action)) == Set(Change.Action.allCases))
    #expect(!plan.relocations.isEmpty && !plan.orphaned.isEmpty)
    _ = try world.store.apply(plan, context(world))
    #expect(try world.root() == plan.predictedRoot)
  }

  @Test(arguments: Tampering.allCases)
  func aTamperedPlanIsRefusedAndChangesNothing(_ tampering: Tampering) throws {
    let (world, plan) = try prepared()
    let raw = try RawDatabase(world.databasePath)
    let before = try raw.dump()
    var tampered = plan
    try tampering.edit(&tampered)
    #expect(tampered != plan)
    if tampering.isHarmless {
      _ = try world.store.apply(tampered, context(world))
      #expect(try world.root() == plan.predictedRoot)
      return
    }
    let error = try thrown(StoreError.self) { try world.store.apply(tampered, context(world)) }
    let codes: [StoreError.Code] = [.stale, .rootMismatch, .other]
    #expect(codes.contains(error.code), "\(error.code): \(error.message)")
    #expect(try raw.dump() == before)
    // The database is whole: the right plan still applies.
    _ = try world.store.apply(plan, context(world))
    #expect(try world.root() == plan.predictedRoot)
  }

  /// Every operation of the plan dropped, one by one.
  @Test func eachDroppedOperationIsRefused() throws {
    let (world, plan) = try prepared()
    let raw = try RawDatabase(world.databasePath)
    let before = try raw.dump()
    for index in plan.changes.indices where plan.changes[index].action != .move {
      var fewer = plan
      fewer.changes.remove(at: index)
      #expect(throws: StoreError.self) { try world.store.apply(fewer, context(world)) }
    }
    #expect(try raw.dump() == before)
  }

  @Test func aPlanIsAppliedOnce() throws {
    let (world, plan) = try prepared()
    _ = try world.store.apply(plan, context(world))
    let raw = try RawDatabase(world.databasePath)
    let before = try raw.dump()
    let error = try thrown(StoreError.self) { try world.store.apply(plan, context(world)) }
    #expect(error.code == .stale)
    #expect(error.hint?.contains("writ plan") == true)
    #expect(try raw.dump() == before)
  }

  @Test func aPlanForAnotherBaseIsStale() throws {
    let (world, plan) = try prepared()
    world.push(["manifests/other.yaml": Manifest.job("other")])
    _ = try world.store.apply(try world.plan(), context(world))
    let error = try thrown(StoreError.self) { try world.store.apply(plan, context(world)) }
    #expect(error.code == .stale)
  }

  /// The rows are the judge: a state tree that does not fit them cannot be built upon.
  @Test func rowsChangedBehindTheTreeAreFoundOnTheNextApply() throws {
    let (world, plan) = try prepared()
    let raw = try RawDatabase(world.databasePath)
    try raw.execute("UPDATE resource SET name = 'b' WHERE kind = 'Job' AND name = 'a'")
    #expect(throws: StoreError.self) { try world.store.apply(plan, context(world)) }
  }
}
