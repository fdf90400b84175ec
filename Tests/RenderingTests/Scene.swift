import Planning
import Rendering
import Resources

/// A repository before and after, from which the real planner makes the plans of the tests.
struct Scene {
  static let planner = Planner(
    registry: KindRegistry([
      kind("RoutingPolicy", sensitive: "receivers"), kind("Job", sensitive: "action"),
    ])
  )

  private static func kind(_ name: String, sensitive: String) -> Kind {
    Kind(
      name: name,
      summary: "For tests.",
      spec: ObjectShape([]),
      sensitive: [JSONPointer(["spec", sensitive])],
      example: ""
    )
  }

  static let base = "4ac91f07b1d2e3f405162738495a6b7c8d9e0f1a"
  static let head = "9f3c2b7e6d5c4b3a29180706f5e4d3c2b1a09f8e"
  static let alice = origin(base, "alice", "alice@example.com")
  static let bob = origin(head, "bob", "bob@example.com")

  static func origin(_ commit: String, _ author: String, _ email: String) -> Origin {
    Origin(
      commit: commit,
      author: author,
      email: email,
      time: Timestamp(nanoseconds: 1_790_000_000_000_000_000)
    )
  }

  private var before: [ResourceKey: Item] = [:]
  private var after: [ResourceKey: Item] = [:]
  private var origins: [String: Origin] = [:]
  var input = PlanInput(
    base: LiveSummary(revision: base, root: StateTree.emptyRoot, counts: [:]),
    revision: head
  )
  /// Live resources that the plan does not touch.
  var bystanders = 0

  struct Item {
    var key: ResourceKey
    var location: SourceLocation
    var spec: Value
    var annotations: Value
    var references: [Reference]

    init(_ key: String, at place: String, _ spec: Value, annotations: Value = [:]) {
      self.key = ResourceKey(key) ?? ResourceKey(kind: "Bad", name: "key")
      let parts = place.split(separator: ":")
      let line = parts.count > 1 ? Int(parts[1]) ?? 1 : 1
      location = SourceLocation(
        file: String(parts[0]),
        range: SourceRange(
          start: SourcePosition(line: line, column: 1),
          end: SourcePosition(line: line + 12, column: 1)
        )
      )
      self.spec = spec
      self.annotations = annotations
      references = []
    }

    var marks: Marks {
      Marks(
        isProtected: annotations["writ/protect"] == "true",
        isKept: annotations["writ/prune"] == "false"
      )
    }

    var content: [UInt8] {
      CanonicalJSON.bytes(
        of: [
          "kind": .string(key.kind), "spec": spec,
          "metadata": ["name": .string(key.name), "annotations": annotations],
        ])
    }

    var resource: Resource {
      Resource(
        key: key,
        content: content,
        location: location,
        references: references,
        claims: [],
        marks: marks,
        node: nil
      )
    }

    var live: LiveResource {
      LiveResource(
        key: key,
        digest: Digest(of: content),
        location: location,
        marks: marks,
        references: references,
        content: content
      )
    }
  }

  mutating func live(_ item: Item) { before[item.key] = item }

  mutating func wanted(_ item: Item, by origin: Origin = bob) {
    after[item.key] = item
    origins[item.location.file] = origin
  }

  mutating func deleted(_ item: Item, by origin: Origin = bob) {
    live(item)
    if origins[item.location.file] == nil { origins[item.location.file] = origin }
  }

  mutating func changed(_ old: Item, _ new: Item, by origin: Origin = bob) {
    live(old)
    wanted(new, by: origin)
  }

  func plan() -> Plan {
    var input = input
    input.roots = ["manifests"]
    let entries = before.values.map { StateTree.Entry(key: $0.key, digest: $0.live.digest) }
    input.tree = StateTree(entries: entries)
    input.base.root = input.tree.root
    for item in before.values { input.base.counts[item.key.kind, default: 0] += 1 }
    input.base.counts["Job", default: 0] += bystanders
    input.desired = after.values.map(\.resource).sorted { $0.key < $1.key }
    input.live = before.mapValues(\.live)
    input.presentFiles = Set(after.values.map(\.location.file))
    input.touchedFiles = input.presentFiles.union(before.values.map(\.location.file))
    input.origins = origins
    guard case .plan(var plan) = Self.planner.plan(input) else { preconditionFailure("invalid") }
    // The items are written here as values, not as YAML, so new values get their places now.
    for (index, change) in plan.changes.enumerated() {
      for (number, field) in change.fields.enumerated() where field.new != nil {
        let line = Int(change.location.range.start.line) + 5 + number
        plan.changes[index].fields[number].range = SourceRange(
          start: SourcePosition(line: line, column: 12),
          end: SourcePosition(line: line, column: 15)
        )
      }
    }
    return plan
  }

  func screen(
    acknowledged: Set<GuardFinding.Name> = [],
    isQuarantined: Bool = false,
  ) -> PlanScreen {
    let plan = plan()
    var screen = PlanScreen(
      plan,
      verdict: .of(
        plan,
        .init(
          time: Timestamp(nanoseconds: 0), acknowledged: acknowledged,
          isQuarantined: isQuarantined))
    )
    screen.acknowledged = acknowledged
    screen.reference = "main"
    screen.commits = 2
    screen.duration = .milliseconds(3)
    return screen
  }
}
