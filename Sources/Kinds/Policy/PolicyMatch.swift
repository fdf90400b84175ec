internal import CEL
package import Resources

/// Which changes a policy or an exception is about.
package struct PolicyMatch: Sendable {
  private let kinds: Set<String>
  private let names: Set<String>
  private let actions: Set<String>
  private let selector: Value?
  private let paths: [PathGlob]
  /// Whether it says more than the kinds and the sorts of changes that it is about.
  package let isNarrow: Bool

  /// - Parameter match: the canonical field `match`.
  package init(_ match: Value?) {
    func words(_ field: String) -> [String] {
      (match?[field]?.array ?? []).compactMap(\.string)
    }
    kinds = Set(words("kinds"))
    names = Set(words("names"))
    actions = Set(words("changes"))
    selector = match?["selector"]
    paths = words("paths").compactMap { PathGlob($0) }
    isNarrow = !names.isEmpty || selector != nil || !paths.isEmpty
  }

  /// Whether it says which sorts of changes it is about.
  var namesActions: Bool { !actions.isEmpty }

  /// Whether it is about resources of `kind`, some of them at least.
  package func covers(kind: String) -> Bool { kinds.isEmpty || kinds.contains(kind) }

  /// Whether it is about changes of the sort `action` to resources of `kind`, some of them at least.
  package func covers(kind: String, action: String) -> Bool {
    covers(kind: kind) && (actions.isEmpty || actions.contains(action))
  }

  /// Whether it is about `change`.
  ///
  /// What the resource was counts as much as what it becomes, so that taking away a label or moving
  /// the file leads out of no policy.
  package func covers(_ change: PolicyChange) -> Bool {
    guard covers(kind: change.key.kind, action: change.action),
      names.isEmpty || names.contains(change.key.name)
    else { return false }
    if let selector,
      !change.labels.contains(where: { Selector.matches(selector, labels: $0) })
    {
      return false
    }
    if paths.isEmpty { return true }
    return paths.contains { glob in
      glob.matches(change.file) || change.previousFile.map(glob.matches) ?? false
    }
  }

  /// Whether it covers all that `change` touches; what an exception must do.
  package func coversWhole(_ change: PolicyChange) -> Bool {
    guard covers(change) else { return false }
    if let selector,
      !change.labels.allSatisfy({ Selector.matches(selector, labels: $0) })
    {
      return false
    }
    if paths.isEmpty { return true }
    let files = [change.file, change.previousFile].compactMap(\.self)
    return files.allSatisfy { file in paths.contains { $0.matches(file) } }
  }
}
