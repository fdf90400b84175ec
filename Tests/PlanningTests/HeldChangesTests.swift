import Kinds
import Planning
import Resources
import TestSupport
import Testing

/// What goes ahead of what waits is a state that is right by itself.
struct HeldChangesTests {
  private static func key(_ text: String) throws -> ResourceKey { try #require(ResourceKey(text)) }

  private func plan(
    from old: [String: String], to new: [String: String], holding held: String...,
    registry: KindRegistry = .standard,
  ) throws -> (lines: [String], held: [String]) {
    var input = try Planned.input(from: old, to: new, registry: registry)
    input.held = Set(try held.map(Self.key))
    let plan = try Planned.plan(input, registry: registry)
    return (plan.lines, plan.held.map(\.description))
  }

  @Test func onlyWhatIsHeldIsLeftOut() throws {
    let result = try plan(
      from: ["manifests/a.yaml": Manifest.job("a"), "manifests/b.yaml": Manifest.job("b")],
      to: [
        "manifests/a.yaml": Manifest.job("a", timeout: "2h"),
        "manifests/b.yaml": Manifest.job("b", timeout: "2h"),
      ], holding: "Job/a")
    #expect(result.lines == ["update Job/b"])
    #expect(result.held == ["Job/a"])
  }

  @Test func whatNamesAHeldCreationWaitsWithIt() throws {
    let result = try plan(
      from: [:],
      to: [
        "manifests/a.yaml": Manifest.job("a"), "manifests/b.yaml": Manifest.job("b"),
        "manifests/s.yaml": Manifest.schedule("s", job: "a"),
      ], holding: "Job/a")
    #expect(result.lines == ["create Job/b"])
    #expect(result.held == ["Job/a", "Schedule/s"])
  }

  @Test func whatAHeldResourceStillNamesStays() throws {
    let result = try plan(
      from: [
        "manifests/a.yaml": Manifest.job("a"), "manifests/b.yaml": Manifest.job("b"),
        "manifests/s.yaml": Manifest.schedule("s", job: "a"),
      ],
      to: [
        "manifests/b.yaml": Manifest.job("b"), "manifests/s.yaml": Manifest.schedule("s", job: "b"),
      ], holding: "Schedule/s")
    #expect(result.lines == [])
    #expect(result.held == ["Job/a", "Schedule/s"])
  }

  @Test func whatAHeldResourceStillClaimsNobodyElseGets() throws {
    let result = try plan(
      from: [
        "manifests/a.yaml": Manifest.route("a", isDefault: true),
        "manifests/b.yaml": Manifest.route("b"),
      ],
      to: [
        "manifests/a.yaml": Manifest.route("a"),
        "manifests/b.yaml": Manifest.route("b", isDefault: true),
      ], holding: "RoutingPolicy/a")
    #expect(result.lines == [])
    #expect(result.held == ["RoutingPolicy/a", "RoutingPolicy/b"])
  }

  @Test func bothSidesOfARenameWaitTogether() throws {
    let result = try plan(
      from: ["manifests/a.yaml": Manifest.job("a")], to: ["manifests/a.yaml": Manifest.job("b")],
      holding: "Job/a")
    #expect(result.lines == [])
    #expect(result.held == ["Job/a", "Job/b"])
  }

  @Test func aHeldDeletionKeepsWhatItNames() throws {
    let result = try plan(
      from: [
        "manifests/a.yaml": Manifest.job("a"),
        "manifests/s.yaml": Manifest.schedule("s", job: "a"),
      ], to: [:], holding: "Schedule/s")
    #expect(result.lines == [])
    #expect(result.held == ["Job/a", "Schedule/s"])
  }

  @Test func noCircleIsClosedWithWhatAHeldResourceStillNames() throws {
    let result = try plan(
      from: [
        "manifests/a.yaml": Circular.manifest("Left/a", peer: "b"),
        "manifests/b.yaml": Circular.manifest("Left/b"),
      ],
      to: [
        "manifests/a.yaml": Circular.manifest("Left/a"),
        "manifests/b.yaml": Circular.manifest("Left/b", peer: "a"),
      ], holding: "Left/a", registry: Circular.registry)
    #expect(result.lines == [])
    #expect(result.held == ["Left/a", "Left/b"])
  }

  @Test func whatIsNotPlannedIsNotHeld() throws {
    let files = ["manifests/a.yaml": Manifest.job("a")]
    let result = try plan(from: [:], to: files, holding: "Job/none")
    #expect(result.lines == ["create Job/a"])
    #expect(result.held == [])
  }

  // MARK: Any state, any change, anything held

  @Test(arguments: 0..<400 as Range<UInt64>) func whatGoesAheadIsRightByItself(
    _ seed: UInt64
  ) throws {
    var generator = SeededGenerator(seed: seed)
    let isCircular = generator.once(in: 2)
    let registry = isCircular ? Circular.registry : KindRegistry.standard
    let old = Self.files(&generator, isCircular: isCircular)
    let new = Self.files(&generator, isCircular: isCircular)
    let before = Snapshot(old, registry: registry)
    let after = Snapshot(new, registry: registry)
    guard Self.isRight(before.resources, registry), Self.isRight(after.resources, registry) else {
      return
    }
    var input = PlanInput(from: before.resources.map { LiveResource($0) }, to: after.resources)
    let whole = try Planned.plan(input, registry: registry)
    input.held = Set(whole.changes.map(\.key).filter { _ in generator.once(in: 3) })
    let plan = try Planned.plan(input, registry: registry)
    var state: [ResourceKey: Resource] = [:]
    for resource in before.resources { state[resource.key] = resource }
    for change in plan.changes {
      state[change.key] =
        change.action == .delete ? nil : after.resources.first { $0.key == change.key }
    }
    let result = state.values.sorted { $0.key < $1.key }
    let what = Comment(rawValue: "seed \(seed): \(plan.lines), held \(plan.held)")
    #expect(Self.isRight(result, registry), what)
    #expect(Set(plan.held).isSuperset(of: input.held), what)
    #expect(Set(plan.held).isDisjoint(with: plan.changes.map(\.key)), what)
    #expect(
      plan.changes.count + plan.held.count == whole.changes.count, what)
    let root = StateTree(
      entries: result.map { StateTree.Entry(key: $0.key, digest: $0.digest) }
    ).root
    #expect(root == plan.predictedRoot, what)
  }

  /// Whether `resources`, as the whole of a repository, pass every check between resources.
  private static func isRight(_ resources: [Resource], _ registry: KindRegistry) -> Bool {
    guard case .plan = Planner(registry: registry).plan(PlanInput(from: [], to: resources)) else {
      return false
    }
    return true
  }

  private static func files(
    _ generator: inout SeededGenerator, isCircular: Bool,
  ) -> [String: String] {
    var files: [String: String] = [:]
    let names = ["a", "b", "c", "d"]
    func pick() -> String { names[generator.number(below: names.count)] }
    for name in names where !generator.once(in: 4) {
      let file = "manifests/\(generator.once(in: 3) ? "x" : "y")-\(name).yaml"
      if isCircular {
        let kind = generator.once(in: 2) ? "Left" : "Right"
        files[file] = Circular.manifest(
          "\(kind)/\(name)", next: generator.once(in: 3) ? pick() : nil,
          peer: generator.once(in: 3) ? pick() : nil)
      } else {
        var text = Manifest.job(name, timeout: "\(1 + generator.number(below: 2))h")
        if generator.once(in: 2) { text += "---\n" + Manifest.schedule("s-\(name)", job: pick()) }
        if generator.once(in: 2) {
          text +=
            "---\n" + Manifest.route("r-\(name)", isDefault: generator.once(in: 4))
        }
        files[file] = text
      }
    }
    return files
  }
}
