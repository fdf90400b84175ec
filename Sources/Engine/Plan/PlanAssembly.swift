internal import Faults
package import Planning
package import Resources
package import Signatures
import Workflows

/// Gathers what the planner needs from the source and the store: the whole, or only what the
/// changed files lead to.
///
/// Both ways give the same plan, byte for byte.
package struct PlanAssembly {
  /// A plan, or why there is none, with what it cost.
  package struct Result: Sendable {
    package var outcome: Planner.Outcome
    package var base: LiveSummary
    package var blobsRead: Int
    /// Whether only changed files were read.
    package var isIncremental: Bool
    package var roots: [String]
    package var revision: String
    package var warnings: [Diagnostic]
  }

  package let planner: Planner
  /// What becomes of resources that somebody else changed, and the moment to judge that at.
  package let drift: DriftPolicy
  package let time: Timestamp
  /// Reads everything although the base would allow less.
  package var readsEverything = false
  package let policies: PolicyCache
  /// What rules know as `request.branch`.
  package let branch: String
  /// The principals that signed commits, as far as that was verified; rules know them as
  /// `request.signer`.
  package let signers: [String: String]

  package init(
    planner: Planner, drift: DriftPolicy, at time: Timestamp, readsEverything: Bool = false,
    policies: PolicyCache = PolicyCache(), branch: String = "", signers: [String: Signer] = [:],
  ) {
    self.branch = branch
    self.signers = signers.mapValues(\.principal)
    self.planner = planner
    self.drift = drift
    self.time = time
    self.policies = policies
    self.readsEverything = readsEverything
  }

  /// Throws `SourceError` or `StoreError`.
  ///
  /// - Parameter held: resources whose changes are left out, with all that needs them.
  package func plan(
    live: any LiveReader, source: any RevisionReader, liveRoots: [String],
    holding held: Set<ResourceKey> = [],
  ) throws -> Result {
    let base = try live.summary()
    var input = PlanInput(base: base, revision: source.revision)
    input.held = held
    input.roots = source.roots
    input.missingRoots = source.missingRoots
    let knownBase = base.revision.flatMap { source.contains($0) ? $0 : nil }
    if let revision = base.revision {
      input.ancestry =
        knownBase != nil
        ? try source.ancestry(since: revision) : source.isShallow ? .unknown : .rewritten
    }
    let isExact = try live.isExact()
    let comparesTrees =
      knownBase != nil && isExact && liveRoots == source.roots && !readsEverything
    let drifts = try live.drifts()
    input.drifts = drift.notes(drifts, at: time)
    var delta = try source.delta(since: comparesTrees ? knownBase : nil)
    if comparesTrees { try Self.addFiles(of: drifts, source, &delta) }
    var result = Result(
      outcome: .invalid(delta.diagnostics), base: base, blobsRead: delta.blobsRead,
      isIncremental: !delta.isEverything, roots: source.roots, revision: source.revision,
      warnings: delta.diagnostics.filter { $0.severity == .warning }
        + drifts.compactMap { drift.warning(of: $0, at: time) })
    input.diagnostics = delta.diagnostics
    input.brokenKeys = delta.brokenKeys
    input.presentFiles = delta.presentFiles
    input.touchedFiles = delta.touchedFiles
    try addLive(live, delta, &input)
    input.desired = try withNodes(delta.resources, input, source)
    delta.resources = []
    // What stood in a file with errors may still stand there.
    let brokenFiles = Set(
      delta.diagnostics.filter { $0.severity == .error }.map(\.location.file))
    for (key, resource) in input.live where brokenFiles.contains(resource.location.file) {
      input.brokenKeys.insert(key)
    }
    if !delta.isEverything { try addNeighbours(live, &input) }
    try addNames(live, &input)
    if delta.diagnostics.containsError {
      result.outcome = planner.plan(input)
      return result
    }
    // Those that the revision brings judge from the next step on.
    input.policies = try policies.context(
      of: live, branch: branch, signers: signers, spread: planner.spread)
    let changed = changedKeys(input)
    try addContents(live, of: changed, &input)
    input.early = planner.beginReview(of: input)
    try addOrigins(source, knownBase, isExact: isExact, &input)
    input.tree = try live.tree(around: changed)
    FaultPoint.reach(.planAssembled)
    result.outcome = planner.plan(input)
    if case .plan(var plan) = result.outcome, !plan.policies.isEmpty {
      try locate(&plan, input, source)
      result.outcome = .plan(plan)
    }
    FaultPoint.reach(.planMade)
    return result
  }

  // MARK: The live side

  /// Adds the files that drifted resources were applied from, which git need not have touched.
  private static func addFiles(
    of drifts: [Drift], _ source: any RevisionReader, _ delta: inout SourceDelta,
  ) throws(SourceError) {
    // Where the row says that it is from now is somebody else's word.
    let files = Set(drifts.compactMap(\.applied?.location.file)).subtracting(delta.touchedFiles)
    if files.isEmpty { return }
    let resources = try source.resources(inFiles: files.sorted())
    delta.touchedFiles.formUnion(files)
    delta.presentFiles.formUnion(resources.map(\.location.file))
    delta.resources += resources
    delta.blobsRead += files.count
  }

  private func addLive(
    _ live: any LiveReader, _ delta: SourceDelta, _ input: inout PlanInput,
  ) throws {
    if delta.isEverything {
      for resource in try live.allResources() {
        input.live[resource.key] = resource
        if !resource.isOrphaned { input.touchedFiles.insert(resource.location.file) }
      }
      return
    }
    for resource in try live.resources(inFiles: delta.touchedFiles.sorted()) {
      input.live[resource.key] = resource
    }
    let missing = Set(delta.resources.map(\.key)).union(input.drifts.keys)
      .filter { input.live[$0] == nil }
    for resource in try live.resources(named: missing.sorted()) {
      input.live[resource.key] = resource
    }
  }

  /// What the touched resources lead to: who names them, what they name, who claims what they do.
  private func addNeighbours(_ live: any LiveReader, _ input: inout PlanInput) throws {
    let desired = Set(input.desired.map(\.key))
    /// Whether the head has a live resource as it is: its file is untouched, or it is an orphan
    /// without a manifest.
    func isUntouched(_ key: ResourceKey, in file: String) -> Bool {
      if input.touchedFiles.contains(file) { return false }
      if let note = input.drifts[key], !note.isHeld { return false }
      return !(desired.contains(key) && input.live[key]?.isOrphaned == true)
    }
    let vanishing = input.live.values.filter {
      !desired.contains($0.key) && input.touchedFiles.contains($0.location.file)
    }
    input.referrers = try live.referrers(to: vanishing.map(\.key).sorted())
      .filter { isUntouched($0.key, in: $0.location.file) }

    let references =
      input.desired.flatMap(\.references) + input.live.values.flatMap(\.references)
    let targets = Set(references.map(\.target))
      .filter { !desired.contains($0) && input.live[$0] == nil }
    input.existing = Set(try live.resources(named: targets.sorted()).map(\.key))

    let claims = Set(input.desired.flatMap { $0.claims.map(\.name) })
    input.claimHolders = try live.claimHolders(of: claims.sorted())
      .filter { isUntouched($0.key, in: $0.location.file) }
    try addEdges(live, &input)
  }

  /// Follows references through kinds that can refer to each other in a circle, if there are any.
  private func addEdges(_ live: any LiveReader, _ input: inout PlanInput) throws {
    let cyclic = planner.registry.cyclicKinds
    if cyclic.isEmpty { return }
    var frontier = Set(input.desired.flatMap { $0.references.map(\.target) })
    // What is left out goes on to name what it names now.
    if !input.held.isEmpty {
      frontier.formUnion(input.live.values.flatMap { $0.references.map(\.target) })
    }
    var seen = Set(input.desired.map(\.key))
    while !frontier.isEmpty {
      let next = frontier.filter { cyclic.contains($0.kind) && seen.insert($0).inserted }
      frontier = []
      for resource in try live.resources(named: next.sorted()) {
        let isGone = input.touchedFiles.contains(resource.location.file) && !resource.isOrphaned
        if isGone, !resource.marks.isKept { continue }
        input.untouched[resource.key] = resource
        frontier.formUnion(resource.references.map(\.target))
      }
    }
  }

  /// The names to suggest, for kinds of which a name is missing.
  private func addNames(_ live: any LiveReader, _ input: inout PlanInput) throws {
    let desired = Set(input.desired.map(\.key))
    var kinds: Set<String> = []
    for resource in input.desired {
      for reference in resource.references
      where !desired.contains(reference.target) && input.live[reference.target] == nil
        && !input.existing.contains(reference.target)
      {
        kinds.insert(reference.target.kind)
      }
    }
    for kind in kinds.sorted() {
      let names = try live.names(ofKind: kind).filter { name in
        let key = ResourceKey(kind: kind, name: name)
        guard let resource = input.live[key] else { return true }
        return desired.contains(key) || !input.touchedFiles.contains(resource.location.file)
      }
      input.knownNames[kind] = Set(
        names + desired.filter { $0.kind == kind }.map(\.name)
          + input.brokenKeys.filter { $0.kind == kind }.map(\.name)
      ).sorted()
    }
  }

  private func changedKeys(_ input: PlanInput) -> [ResourceKey] {
    var keys: [ResourceKey] = []
    var desired: Set<ResourceKey> = []
    desired.reserveCapacity(input.desired.count)
    for place in input.desired.indices {
      let key = input.desired[place].key
      desired.insert(key)
      if input.live[key]?.digest != input.desired[place].digest { keys.append(key) }
    }
    for key in input.live.keys where !desired.contains(key) { keys.append(key) }
    return keys
  }

  /// The canonical bytes of what differs, for field diffs.
  private func addContents(
    _ live: any LiveReader, of changed: [ResourceKey], _ input: inout PlanInput,
  ) throws {
    if input.live.isEmpty { return }
    var keys = changed.filter { input.live[$0] != nil }
    if !input.policies.set.isEmpty { keys += movedKeys(input) }
    for (key, content) in try live.contents(of: keys.sorted()) {
      input.live[key]?.content = content
    }
  }

  /// Resources that mean the same and stand in another file.
  private func movedKeys(_ input: PlanInput) -> [ResourceKey] {
    input.desired.indices.compactMap { place in
      let key = input.desired[place].key
      guard let live = input.live[key], live.digest == input.desired[place].digest,
        live.location.file != input.desired[place].location.file
      else { return nil }
      return key
    }
  }

  // MARK: Policies

  /// How many findings get the place of their field rather than of their resource.
  private static let locatedFindings = 1000

  /// Says where the fields stand that findings are about.
  private func locate(
    _ plan: inout Plan, _ input: PlanInput, _ source: any RevisionReader,
  ) throws {
    var deleted: Set<ResourceKey> = []
    for place in plan.changes.indices where plan.changes[place].action == .delete {
      deleted.insert(plan.changes[place].key)
    }
    let indices = plan.policies.indices.filter { index in
      guard plan.policies[index].pointer != nil, let key = plan.policies[index].subject else {
        return false
      }
      return !deleted.contains(key)
    }.prefix(Self.locatedFindings)
    let files = Set(indices.compactMap { plan.policies[$0].location?.file })
    if files.isEmpty { return }
    var nodes: [ResourceKey: Node] = [:]
    for resource in try source.resources(inFiles: files.sorted()) {
      nodes[resource.key] = resource.node
    }
    for index in indices {
      let finding = plan.policies[index]
      guard let pointer = finding.pointer, let node = finding.subject.flatMap({ nodes[$0] }) else {
        continue
      }
      plan.policies[index].location?.range = node.range(at: pointer)
    }
  }

  // MARK: The source side

  /// Reads the files of updated resources again where a large read did not keep the places of
  /// their fields.
  private func withNodes(
    _ resources: [Resource], _ input: PlanInput, _ source: any RevisionReader,
  ) throws -> [Resource] {
    let files = Set(
      resources.filter { resource in
        guard let live = input.live[resource.key] else { return false }
        return resource.node == nil && live.digest != resource.digest
      }.map(\.location.file))
    if files.isEmpty { return resources }
    return try resources.filter { !files.contains($0.location.file) }
      + source.resources(inFiles: files.sorted())
  }

  /// The commits of what changes: those of content by their fields, those of places by the file.
  private func addOrigins(
    _ source: any RevisionReader, _ base: String?, isExact: Bool, _ input: inout PlanInput,
  ) throws {
    var files: Set<String> = []
    var queries: [TraceQuery] = []
    var desired: Set<ResourceKey> = []
    desired.reserveCapacity(input.desired.count)
    for resource in input.desired {
      desired.insert(resource.key)
      let live = input.live[resource.key]
      if live?.digest != resource.digest {
        queries.append(
          TraceQuery(
            key: resource.key, file: resource.location.file, content: resource.content,
            live: live?.content))
      } else if live?.location.file != resource.location.file || live?.isOrphaned == true {
        files.insert(resource.location.file)
      }
    }
    var deleted: [ResourceKey: String] = [:]
    for (key, live) in input.live where !desired.contains(key) && !live.isOrphaned {
      files.insert(live.location.file)
      deleted[key] = live.location.file
    }
    if !files.isEmpty { input.origins = try source.origins(of: files, since: base) }
    // Queries are large; what is sorted are their places.
    let order = queries.indices.sorted { queries[$0].key < queries[$1].key }
    // What is live is the base's, or it may be older than that.
    input.traces = try source.trace(order.map { queries[$0] }, since: isExact ? base : nil)
    for (key, origin) in try source.deletions(deleted, since: isExact ? base : nil) {
      input.traces[key] = ResourceTrace(origin: origin)
    }
    var ids = Set(input.origins.values.map(\.commit))
    for trace in input.traces.values {
      ids.insert(trace.origin.commit)
      ids.formUnion(trace.fields.map(\.commit))
    }
    for commit in try source.commits(ids) { input.commits[commit.commit] = commit }
  }
}
