import Resources

/// The thresholds of the guards, and what trips them.
package struct GuardSettings: Hashable, Sendable {
  /// So many deletes of a kind are never a mass.
  package var massLimit = 10
  /// The share of a kind, in percent, above which deletes are a mass.
  package var deletePercent = 20
  /// The share of a kind, in percent, above which updates are a mass.
  package var updatePercent = 30

  package init() {}

  /// The guards that `changes` trip.
  func findings(changes: [Change], input: PlanInput) -> [GuardFinding] {
    var result = protectedFindings(changes, input)
    if isEmptied(changes, input.base) {
      result.append(
        GuardFinding(
          .emptyTree, subject: "everything",
          "the revision has no manifest left; applying it would delete all \(input.base.total) live resources"
        ))
    } else {
      result += missingRoots(input)
      result += massDeletes(changes, input.base)
    }
    result += rewrittenHistory(input)
    if !input.isRollback { result += massUpdates(changes, input.base) }
    return result
  }

  /// Whether everything goes and nothing comes.
  private func isEmptied(_ changes: [Change], _ base: LiveSummary) -> Bool {
    base.total > 0 && changes.count == base.total && changes.allSatisfy { $0.action == .delete }
  }

  private func rewrittenHistory(_ input: PlanInput) -> [GuardFinding] {
    guard input.ancestry == .rewritten, let live = input.base.revision else { return [] }
    return [
      GuardFinding(
        .historyRewritten, subject: input.revision,
        "history was rewritten: the live revision \(live.prefix(12)) is not an ancestor of \(input.revision.prefix(12))"
      )
    ]
  }

  private func missingRoots(_ input: PlanInput) -> [GuardFinding] {
    guard input.base.total > 0 else { return [] }
    return input.missingRoots.map { root in
      GuardFinding(
        .missingRoot, subject: root, "the manifest root \"\(root)\" is gone from the repository")
    }
  }

  private func protectedFindings(_ changes: [Change], _ input: PlanInput) -> [GuardFinding] {
    changes.indices.compactMap { place in
      guard changes[place].action != .create, let live = input.live[changes[place].key],
        live.marks.isProtected
      else { return nil }
      let change = changes[place]
      switch change.action {
      case .delete:
        return GuardFinding(
          .protected, subject: change.key.description,
          "\(change.key) is protected: remove its annotation writ/protect in a commit of its own, apply that, then delete it"
        )
      case .update where !change.marks.isProtected:
        let mark = JSONPointer(["metadata", "annotations", "writ/protect"])
        if change.fields.allSatisfy({ $0.pointer == mark }) { return nil }
        return GuardFinding(
          .protected, subject: change.key.description,
          "\(change.key) is protected: removing its annotation writ/protect takes a commit of its own, without other changes to it"
        )
      default: return nil
      }
    }
  }

  private func massDeletes(_ changes: [Change], _ base: LiveSummary) -> [GuardFinding] {
    let counts = Self.counts(changes, of: .delete)
    let total = counts.values.reduce(0, +)
    if total > 0, total == base.total {
      return [
        GuardFinding(
          .massDelete, subject: "everything", "all \(total) live resources would be deleted")
      ]
    }
    return counts.compactMap { kind, count in
      let all = base.counts[kind] ?? 0
      guard count > massLimit, count * 100 > all * deletePercent else { return nil }
      return GuardFinding(
        .massDelete, subject: kind,
        "\(count) of \(all) \(kind) resources (\(percent(count, of: all)) %) would be deleted; the limit is \(massLimit) and \(deletePercent) %"
      )
    }
  }

  private func massUpdates(_ changes: [Change], _ base: LiveSummary) -> [GuardFinding] {
    Self.counts(changes, of: .update).compactMap { kind, count in
      let all = base.counts[kind] ?? 0
      guard count > massLimit, count * 100 > all * updatePercent else { return nil }
      return GuardFinding(
        .massUpdate, subject: kind,
        "\(count) of \(all) \(kind) resources (\(percent(count, of: all)) %) would be updated; the limit is \(massLimit) and \(updatePercent) %"
      )
    }
  }

  private static func counts(
    _ changes: [Change], of action: Change.Action,
  ) -> [String: Int] {
    var counts: [String: Int] = [:]
    // By their places, because a change is large to hand out.
    for place in changes.indices where changes[place].action == action {
      counts[changes[place].key.kind, default: 0] += 1
    }
    return counts
  }

  private func percent(_ part: Int, of whole: Int) -> Int { whole == 0 ? 0 : part * 100 / whole }
}
