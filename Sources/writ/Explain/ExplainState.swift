import App
import Engine
import Persistence
import Planning
import Rendering
import Resources
import Workflows

/// What became of a revision or a plan.
struct ExplainState {
  let workspace: Workspace
  let store: Store

  /// How many applies are looked through, and how many changes are named one by one.
  private static let reach = 100_000
  private static let changeLimit = 10

  /// A revision or a plan that was applied, by the first digits of either; nil for others.
  func explanation(ofDigits digits: String) throws -> Explanation? {
    let applies = try store.appliedPlans(limit: Self.reach)
    let found = applies.filter {
      $0.revision.hasPrefix(digits) || $0.planDigest.description.hasPrefix(digits)
    }
    guard let last = found.first else { return nil }
    let named = Set(
      found.map {
        $0.revision.hasPrefix(digits) ? $0.revision : $0.planDigest.description
      })
    guard named.count == 1 else {
      throw StoreError(
        .other, "\"\(digits)\" matches \(named.count) revisions and plans", hint: "give more digits"
      )
    }
    return try explanation(of: last, in: applies, times: found.count)
  }

  private func explanation(
    of applied: AppliedPlan, in applies: [AppliedPlan], times: Int,
  ) throws -> Explanation {
    let isLive = applies.first?.sequence == applied.sequence
    let short = applied.revision.prefix(12)
    let next = applies.last { $0.sequence > applied.sequence }
    let headline =
      isLive
      ? "revision \(short) is live"
      : "revision \(short) was live until \(next.map { $0.time.description } ?? "later"), when \(next.map { String($0.revision.prefix(12)) } ?? "another one") took its place"
    let commit = try store.commit(applied.revision)
    var links: [Explanation.Link] = []
    if let record = commit?.record {
      links.append(
        .init(
          "because",
          "commit \(short) \"\(record.subject)\" by \(record.author.name) <\(record.author.email)> on \(record.author.time)",
          [
            "commit": .string(record.commit), "author": .string(record.author.name),
            "subject": .string(record.subject),
          ]))
      links += CommitLinks.of(commit, record.origin)
    }
    links += try ApplyLinks(store: store).links(
      applied, committed: commit?.record.committer.time)
    links.append(try changes(applied))
    if times > 1 {
      links.append(
        .init(
          "before", "it was applied \(Number.text(times, "time")) in all: writ history",
          ["times": .integer(Int64(times))]))
    }
    return Explanation(
      headline, links: links,
      members: [
        .init("revision", .string(applied.revision)),
        .init("plan", .string(applied.planDigest.description)), .init("live", .bool(isLive)),
      ])
  }

  private func changes(_ applied: AppliedPlan) throws -> Explanation.Link {
    var words: [String] = []
    var sequence = applied.sequence + 1
    while words.count < Self.changeLimit, sequence <= applied.lastSequence,
      let event = try store.event(sequence)
    {
      let verb = event.kind.rawValue.split(separator: ".").last.map(String.init) ?? ""
      words.append("\(event.subject) \(verb)")
      sequence += 1
    }
    let more = Int(applied.lastSequence - applied.sequence) - words.count
    if more > 0 { words.append("and \(Number.text(more, "more event"))") }
    return .init(
      "changed", words.isEmpty ? "nothing" : words.joined(separator: ", "),
      ["changes": .array(words.map { .string($0) })])
  }

  /// A saved plan that was not applied: what would become of it now.
  func explanation(of plan: Plan) throws -> Explanation {
    let digest = plan.digest
    if let applied = try store.appliedPlans(limit: Self.reach).first(where: {
      $0.planDigest == digest
    }), let answer = try explanation(ofDigits: applied.planDigest.description) {
      return answer
    }
    let gate = try PlanGate(store: store, windows: workspace.windows)
      .judge(plan, at: workspace.wall.now())
    let live = try store.status().live
    let isFresh = live.root == plan.baseRoot && live.revision == plan.baseRevision
    let counts = Change.Action.allCases.compactMap { action in
      plan.count(of: action) == 0 ? nil : "\(plan.count(of: action)) to \(action.rawValue)"
    }
    var answer = Explanation(
      "plan \(digest.abbreviated) was not applied", command: "writ apply FILE",
      members: [
        .init("plan", .string(digest.description)), .init("revision", .string(plan.revision)),
        .init("live", false),
      ])
    answer.links = [
      .init(
        "would",
        "go from \(plan.baseRevision.map { String($0.prefix(12)) } ?? "nothing") to \(plan.revision.prefix(12)): "
          + (counts.isEmpty ? "no change" : counts.joined(separator: ", "))),
      .init(
        "base",
        isFresh
          ? "the live state is still what it was made for"
          : "the live state has moved on; each change is judged by its own resource"),
    ]
    switch gate.verdict {
    case .blocked(let blocks):
      for block in blocks {
        answer.links.append(
          .init(
            "blocked by", "\(block.name): \(block.message)",
            ["guard": .string(block.name), "command": .string(block.command)]))
      }
      answer.command = blocks.first?.command
    case .unchanged: answer.links.append(.init("state", "it changes nothing"))
    case .ready: answer.links.append(.init("state", "nothing stands against it"))
    }
    return answer
  }
}
