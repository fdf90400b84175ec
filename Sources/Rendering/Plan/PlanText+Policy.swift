import Planning
import Resources

/// What policies say of a plan, and what waits for people.
extension PlanText {
  /// So many findings, and so many changes that wait, are shown unless everything is asked for.
  private static let sectionLimit = 6

  /// What blocks beside policies and approvals, which have sections of their own.
  var ownBlocks: [Verdict.Block] {
    screen.blocks.filter { block in
      switch block.name {
      case Verdict.Block.policy: plan.policies.isEmpty
      case Verdict.Block.approval: screen.approvals.isEmpty
      default: true
      }
    }
  }

  private func shown<Item>(_ items: [Item]) -> ArraySlice<Item> {
    isVerbose || items.count <= Self.sectionLimit + 1 ? items[...] : items.prefix(Self.sectionLimit)
  }

  private func more(_ count: Int, _ noun: String) -> [Line] {
    if count == 0 { return [] }
    let text = Line("  … and more: \(Number.text(count, noun))", .dim)
    return command(text, "(\(screen.verboseCommand))", .dim)
  }

  // MARK: Policy

  /// Each finding with its severity and place, the gravest first.
  func policy() -> [Line] {
    if plan.policies.isEmpty { return [] }
    let lines = shown(plan.policies)
    var result = [Line("Policy", .heading)] + lines.flatMap(finding)
    result += more(plan.policies.count - lines.count, "finding")
    if screen.blocks.contains(where: { $0.name == Verdict.Block.policy }) {
      result += wrapped(
        "clear with: an edit of what is denied, or a PolicyException that is live first",
        .plain, indent: 2, hanging: 4)
    }
    return result
  }

  private func finding(_ finding: PolicyFinding) -> [Line] {
    let isWaived = screen.time.map(finding.isWaived) ?? false
    let place = finding.location.map {
      "\($0.file):\($0.range.start.line):\($0.range.start.column)"
    }
    let subject = finding.subject.map { finding.message.contains($0.description) ? "" : "\($0): " }
    var text = [place, "\(finding.policy):", (subject ?? "") + finding.message]
      .compactMap(\.self).joined(separator: " ")
    if let reason = finding.reason { text += " (\(reason))" }
    if finding.isFailure { text += " (the rule could not be evaluated)" }
    if let exception = finding.exception {
      text +=
        isWaived
        ? "; waived until \(exception.expires) by the exception \(exception.name) of \(exception.owner): \(exception.reason)"
        : "; the exception \(exception.name) of \(exception.owner) ran out at \(exception.expires)"
    }
    let role: Style.Role =
      isWaived ? .dim : finding.severity == .deny ? .blocked : .update
    let label = isWaived ? "waived" : finding.severity.rawValue
    return labelled("  " + TextLayout.padded(label, to: 7), role, text)
  }

  // MARK: Approvals

  /// Each change that people have to agree to, with how far that is and the command that adds to it.
  package func approvals() -> [Line] {
    var result: [Line] = []
    if !screen.approvals.isEmpty {
      let waiting = screen.approvals.filter { !$0.isMet }
      let sorted = waiting + screen.approvals.filter(\.isMet)
      let lines = shown(sorted)
      result.append(Line("Approvals", .heading))
      for (index, standing) in zip(lines.indices, lines) {
        result += self.standing(standing)
        let next = index + 1 < lines.endIndex ? lines[index + 1] : nil
        if !standing.isMet, next?.command != standing.command {
          result += command(Line("           clear with:", .dim), standing.command)
        }
      }
      result += more(sorted.count - lines.count, "approval")
      if Set(waiting.map(\.requirement.change)).count > 1 {
        result += command(
          Line("  all of them:", .dim), "writ approve \(screen.digest.abbreviated) --as NAME")
      }
      let isAlone = plan.changes.count <= Set(waiting.map(\.requirement.key)).count
      if screen.verdict.isAwaitingApproval, !isAlone {
        let text =
          screen.isPartial
          ? "what does not need them goes ahead (approvals.partial)"
          : "the whole plan waits; writ apply --partial goes ahead with what can"
        result += wrapped(text, .dim, indent: 2, hanging: 4)
      }
    }
    if !plan.held.isEmpty {
      let names = plan.held.prefix(isVerbose ? .max : 5).map(\.description).joined(separator: ", ")
      let rest = isVerbose ? 0 : max(0, plan.held.count - 5)
      result += wrapped(
        "left out until people agree: \(names)"
          + (rest > 0 ? " and \(Number.text(rest)) more" : ""),
        .update, hanging: 4)
    }
    return result
  }

  private func standing(_ standing: ApprovalStanding) -> [Line] {
    let requirement = standing.requirement
    let label = standing.isWaived ? "waived" : standing.isMet ? "given" : "WAITING"
    let role: Style.Role = standing.isMet ? .dim : .blocked
    let why =
      requirement.message.contains(requirement.key.description)
      ? requirement.message : "\(requirement.key): \(requirement.message)"
    let text =
      ([standing.isMet ? "\(requirement.key)" : why, standing.progress] + standing.refused)
      .joined(separator: "; ")
    return labelled("  " + TextLayout.padded(label, to: 7), role, "\(requirement.source): \(text)")
  }
}
