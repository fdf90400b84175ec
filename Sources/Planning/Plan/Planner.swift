package import Resources

/// The one planner: the command line, CI and the loop call this function and no other.
///
/// It has no I/O, no clock and no randomness; the same input gives the same plan.
package struct Planner: Sendable {
  package enum Outcome: Sendable {
    case plan(Plan)
    /// The head cannot be made live; what is wrong, sorted.
    case invalid([Diagnostic])
  }

  package let registry: KindRegistry
  package let guards: GuardSettings
  /// How the changes of large plans are judged.
  package let spread: any Spread

  package init(
    registry: KindRegistry, guards: GuardSettings = GuardSettings(),
    spread: any Spread = OneByOne(),
  ) {
    self.registry = registry
    self.guards = guards
    self.spread = spread
  }

  /// Begins to judge what `input` creates and updates; `plan` takes it from `PlanInput.early`.
  ///
  /// Commits, the state tree and what else does not make a resource what it is may be added meanwhile.
  /// The plan is the same without this, and takes longer.
  package func beginReview(of input: PlanInput) -> EarlyReview? {
    EarlyReview(input, registry, spread)
  }

  package func plan(_ input: PlanInput) -> Outcome {
    var diagnostics = input.diagnostics + CrossChecks(input: input).diagnostics()
    guard !diagnostics.containsError else { return .invalid(diagnostics.sorted()) }

    var forward: [Change] = []
    var relocations: [Relocation] = []
    for resource in input.desired {
      let live = input.live[resource.key]
      if input.isHeld(resource.key, desired: resource.digest) {
        guard let live else { continue }
        if live.location.file != resource.location.file {
          forward.append(moveHeld(live, to: resource, input))
        }
      } else if let live, live.digest == resource.digest, !live.isOrphaned,
        !input.isAdoption(resource.key, live: live.digest, desired: resource.digest)
      {
        if live.location.file != resource.location.file {
          forward.append(move(live, to: resource, input))
        } else if live.location != resource.location || live.references != resource.references
          || live.claims != resource.claims
        {
          relocations.append(
            Relocation(
              key: resource.key, location: resource.location, references: resource.references,
              claims: resource.claims))
        }
      } else {
        let change = change(from: live, to: resource, input)
        if let live { diagnostics += transitionProblems(live, resource) }
        forward.append(change)
      }
    }
    guard !diagnostics.containsError else { return .invalid(diagnostics.sorted()) }

    var deletes: [Change] = []
    var orphaned: [ResourceKey] = []
    let desired: Set<ResourceKey> = input.live.isEmpty ? [] : Set(input.desired.map(\.key))
    for (key, live) in input.live where !desired.contains(key) && !live.isOrphaned {
      if input.isHeld(key, desired: nil) { continue }
      if live.marks.isKept, !input.isDrift(key, desired: nil) {
        orphaned.append(key)
      } else {
        deletes.append(delete(live, input))
      }
    }
    markRenames(&forward, &deletes, input)
    let held = HeldChanges(input).remove(from: &forward, &deletes)
    let changes =
      order(forward) { $0.references.map(\.target) }
      + order(deletes) { (input.live[$0.key]?.references ?? []).map(\.target) }.reversed()
    let touched = changes.indices.count { changes[$0].action != .create }
    let (review, rest) = PolicyReview(input, registry, spread).review(changes) {
      var tree = input.tree
      tree.update(
        changes.indices.lazy.filter { changes[$0].action != .move }
          .map { (key: changes[$0].key, digest: changes[$0].after) })
      return (
        root: tree.root, guards: guards.findings(changes: changes, input: input).sorted(),
        commits: commits(of: changes, input)
      )
    }
    let plan = Plan(
      baseRevision: input.base.revision, revision: input.revision, roots: input.roots,
      baseRoot: input.base.root,
      predictedRoot: rest.root, changes: changes,
      relocations: relocations.sorted { $0.key < $1.key }, orphaned: orphaned.sorted(),
      guards: rest.guards,
      policies: review.findings, approvals: review.approvals, held: held,
      unchangedCount: input.base.total - touched, isRollback: input.isRollback,
      commits: rest.commits)
    return .plan(plan)
  }

  /// What is known of the commits that `changes` name.
  private func commits(of changes: [Change], _ input: PlanInput) -> [CommitRecord] {
    if input.commits.isEmpty { return [] }
    var ids: Set<String> = []
    for change in changes {
      if let origin = change.origin { ids.insert(origin.commit) }
      for field in change.fieldCommits { ids.insert(field.commit) }
    }
    return ids.sorted().compactMap { input.commits[$0] }
  }

  // MARK: Single changes

  private func move(
    _ live: LiveResource, to resource: Resource, _ input: PlanInput,
  ) -> Change {
    Change(
      key: resource.key, action: .move, reason: .movedFile, risk: .low, before: live.digest,
      after: resource.digest, location: resource.location, previousFile: live.location.file,
      fields: [], marks: resource.marks, references: resource.references, claims: resource.claims,
      origin: input.origins[resource.location.file])
  }

  /// A drifted resource whose manifest moved, and that stays as it is.
  private func moveHeld(
    _ live: LiveResource, to resource: Resource, _ input: PlanInput,
  ) -> Change {
    Change(
      key: live.key, action: .move, reason: .movedFile, risk: .low, before: live.digest,
      after: live.digest,
      location: SourceLocation(file: resource.location.file, range: live.location.range),
      previousFile: live.location.file, fields: [], marks: live.marks,
      references: live.references, claims: live.claims,
      origin: input.origins[resource.location.file])
  }

  private func change(
    from live: LiveResource?, to resource: Resource, _ input: PlanInput,
  ) -> Change {
    var change = Change(
      key: resource.key, action: live == nil ? .create : .update,
      reason: reason(live, resource, input), risk: .low,
      before: live?.digest, after: resource.digest, location: resource.location, fields: [],
      marks: resource.marks, references: resource.references, claims: resource.claims,
      origin: input.traces[resource.key]?.origin ?? input.origins[resource.location.file],
      fieldCommits: input.traces[resource.key]?.fields ?? [], content: resource.content)
    guard let live else { return change }
    if live.location.file != resource.location.file { change.previousFile = live.location.file }
    change.fields = fieldChanges(input.contentBefore(change), resource)
    change.risk = risk(of: change, live)
    return change
  }

  private func reason(
    _ live: LiveResource?, _ resource: Resource, _ input: PlanInput,
  ) -> Change.Reason {
    if input.isRollback { return .rolledBack }
    if input.isDrift(resource.key, desired: resource.digest) { return .drifted }
    guard let live else { return .added }
    return live.digest == resource.digest && !live.isOrphaned ? .adopted : .edited
  }

  private func delete(_ live: LiveResource, _ input: PlanInput) -> Change {
    Change(
      key: live.key, action: .delete,
      reason: input.isRollback
        ? .rolledBack
        : input.isDrift(live.key, desired: nil)
          ? .drifted
          : input.presentFiles.contains(live.location.file) ? .removedFromFile : .fileRemoved,
      risk: .high, before: live.digest, after: nil, location: live.location, fields: [],
      marks: live.marks, references: [], claims: [],
      origin: input.traces[live.key]?.origin ?? input.origins[live.location.file])
  }

  private func fieldChanges(_ before: [UInt8]?, _ resource: Resource) -> [FieldChange] {
    guard let old = before.flatMap(Value.init(canonical:)),
      let new = Value(canonical: resource.content)
    else { return [] }
    return FieldChange.between(old, new).map { change in
      var change = change
      if change.new != nil { change.range = resource.node?.range(at: change.pointer) }
      return change
    }
  }

  private func risk(of change: Change, _ live: LiveResource) -> Change.Risk {
    if live.marks.isProtected, !change.marks.isProtected { return .high }
    let sensitive = registry[change.key.kind]?.sensitive ?? []
    let touches = change.fields.contains { field in
      sensitive.contains { field.pointer.tokens.starts(with: $0.tokens) }
    }
    return touches ? .medium : .low
  }

  private func transitionProblems(_ live: LiveResource, _ resource: Resource) -> [Diagnostic] {
    guard let kind = registry[resource.key.kind],
      let old = live.content.flatMap(Value.init(canonical:))?["spec"],
      let new = Value(canonical: resource.content)?["spec"]
    else { return [] }
    return kind.checkTransition(old, new).map { problem in
      let range =
        resource.node?.range(at: problem.pointer) ?? resource.location.range
      return Diagnostic(
        code: problem.code, problem.message,
        at: SourceLocation(file: resource.location.file, range: range), resource: resource.key,
        hint: problem.hint)
    }
  }

  // MARK: Renames and order

  /// Ties a delete to the create that has the same content under another name.
  private func markRenames(
    _ creates: inout [Change], _ deletes: inout [Change], _ input: PlanInput,
  ) {
    if deletes.isEmpty || creates.isEmpty { return }
    deletes.sort { $0.key < $1.key }
    // What is renamed stays of its kind.
    let kinds = Set(creates.indices.map { creates[$0].key.kind })
    var gone: [Digest: [Int]] = [:]
    var lengths: Set<Int> = []
    for index in deletes.indices.reversed() where kinds.contains(deletes[index].key.kind) {
      guard let content = input.live[deletes[index].key]?.content,
        let rest = Self.withoutName(content)
      else { continue }
      gone[Digest(of: rest), default: []].append(index)
      lengths.insert(rest.count)
    }
    if gone.isEmpty { return }
    let candidates = creates.indices.filter { index in
      // What the name takes with its quotation marks, and with the comma that goes too, is known
      // without reading; most creates are out of the question by that.
      let name = #""name":"""#.utf8.count + creates[index].key.name.utf8.count
      guard creates[index].action == .create, let content = creates[index].content else {
        return false
      }
      return lengths.contains(content.count - name) || lengths.contains(content.count - name - 1)
    }
    for index in candidates.sorted(by: { creates[$0].key < creates[$1].key }) {
      guard let rest = creates[index].content.flatMap(Self.withoutName),
        let match = gone[Digest(of: rest)]?.popLast()
      else { continue }
      creates[index].renamed = deletes[match].key
      deletes[match].renamed = creates[index].key
    }
  }

  private static func withoutName(_ content: [UInt8]) -> [UInt8]? {
    guard case .object(var members)? = Value(canonical: content),
      let index = members.firstIndex(where: { $0.key == "metadata" }),
      case .object(var metadata) = members[index].value
    else { return nil }
    metadata.removeAll { $0.key == "name" }
    members[index].value = .object(metadata)
    return CanonicalJSON.bytes(of: .object(members))
  }

  /// Sorts `changes` so that what is named comes before what names it; by key among equals.
  ///
  /// Kahn's algorithm in rounds. References that lead out of `changes` do not count, and there are
  /// no cycles here, because a plan with one is invalid.
  private func order(_ changes: [Change], targets: (Change) -> [ResourceKey]) -> [Change] {
    // Changes are large; what is sorted are their places.
    let places = changes.indices.sorted { changes[$0].key < changes[$1].key }
    var index: [ResourceKey: Int] = [:]
    index.reserveCapacity(places.count)
    for (position, place) in places.enumerated() { index[changes[place].key] = position }
    var waiting = [Int](repeating: 0, count: places.count)
    var dependents: [Int: [Int]] = [:]
    for (position, place) in places.enumerated() {
      let names = targets(changes[place])
      if names.isEmpty { continue }
      for target in Set(names) {
        guard let other = index[target], other != position else { continue }
        waiting[position] += 1
        dependents[other, default: []].append(position)
      }
    }
    var result: [Change] = []
    result.reserveCapacity(places.count)
    var ready = places.indices.filter { waiting[$0] == 0 }
    while !ready.isEmpty {
      var next: [Int] = []
      for position in ready {
        result.append(changes[places[position]])
        for dependent in dependents[position] ?? [] {
          waiting[dependent] -= 1
          if waiting[dependent] == 0 { next.append(dependent) }
        }
      }
      ready = next.sorted()
    }
    return result
  }
}

extension Value {
  /// Reads canonical bytes that Writ itself wrote; nil where they are not JSON.
  package init?(canonical bytes: [UInt8]) {
    guard let value = try? JSONReader.read(bytes) else { return nil }
    self = value
  }
}
