import Planning
import Resources

/// A plan as a person reads it: one screen, what blocks first, deletions before the rest, a reason
/// and a place on every line, totals at the end.
package struct PlanText {
  /// About so many lines of changes are shown, unless everything is asked for.
  package static let lineLimit = 40
  /// So many findings of one guard are shown, unless everything is asked for.
  package static let findingLimit = 3

  package let screen: PlanScreen
  package let width: Int
  package let isVerbose: Bool

  /// A screen of `width` columns; less than 40 is taken as 40.
  package init(_ screen: PlanScreen, width: Int, isVerbose: Bool = false) {
    self.screen = screen
    self.width = max(40, width)
    self.isVerbose = isVerbose
  }

  var plan: Plan { screen.plan }

  /// The screen, line by line and without line ends.
  ///
  /// No line is longer than `width`, except for a key, a place or a command that is longer by
  /// itself; it then stands alone.
  package func lines(_ style: Style) -> [String] {
    var sections = [opening(), policy(), approvals(), changes(), asides(), impact(), warnings()]
    sections.append(closing())
    let shown = sections.filter { !$0.isEmpty }
    return shown.joined(separator: [.empty]).map { $0.text(style) }
  }

  private func impact() -> [Line] {
    ImpactText.lines(screen.impact, width: width, isVerbose: isVerbose)
  }

  // MARK: Header

  private func opening() -> [Line] {
    screen.verdict == .unchanged ? noChange() : [header()] + blocks() + acknowledged()
  }

  private func header() -> Line {
    var line = Line("Plan \(screen.digest.abbreviated)", .heading)
    if plan.isRollback { line.append("  rollback", .heading) }
    if let reference = screen.reference {
      line.append("  " + TextLayout.truncated(TextLayout.escaped(reference), to: width / 3))
    }
    let base = plan.baseRevision.map { Self.digits($0) } ?? "(nothing live)"
    line.append("  \(base) → \(Self.digits(plan.revision))")
    if let commits = screen.commits { line.append(" (\(Number.text(commits, "commit")))") }
    var tail = screen.duration.map { "  " + Number.text($0) } ?? ""
    if isVerbose { tail += screen.isIncremental ? "  incremental" : "  full" }
    if line.width + TextLayout.width(of: tail) <= width { line.append(tail, .dim) }
    return line.truncated(to: width)
  }

  private static func digits(_ revision: String) -> String { String(revision.prefix(7)) }

  private func noChange() -> [Line] {
    let name = screen.reference.map { " (\($0))" } ?? ""
    let revision = Self.digits(plan.revision)
    var text = "No change: "
    switch plan.baseRevision {
    case plan.revision: text += "live state is \(revision)\(name)."
    case let base?:
      text += "live state is \(Self.digits(base)), and \(revision)\(name) asks for the same."
    case nil: text += "nothing is live, and \(revision)\(name) asks for nothing."
    }
    var lines = wrapped(text, .heading)
    for finding in plan.guards { lines += labelled("note", .update, Self.text(finding)) }
    return lines
  }

  // MARK: Blocks

  /// What blocks, with the command that clears it; findings of one guard share their command.
  private func blocks() -> [Line] {
    var lines: [Line] = []
    var blocks = ownBlocks[...]
    while let first = blocks.first {
      let group = blocks.prefix { $0.command == first.command }
      blocks = blocks.dropFirst(group.count)
      let shown =
        isVerbose || group.count <= Self.findingLimit + 1 ? group.count : Self.findingLimit
      for block in group.prefix(shown) { lines += blocked(block) }
      if shown < group.count {
        let more = "         … and \(Number.text(group.count - shown)) more like this"
        lines += command(Line(more, .dim), "(\(screen.verboseCommand))", .dim)
      }
      lines += command(Line("         clear with:", .dim), first.command)
    }
    return lines
  }

  private func blocked(_ block: Verdict.Block) -> [Line] {
    labelled(
      "BLOCKED",
      .blocked,
      "\(block.name)\(Self.subject(block.subject, block.message)): \(block.message)"
    )
  }

  private static func text(_ finding: GuardFinding) -> String {
    "\(finding.name.rawValue)\(subject(finding.subject, finding.message)): \(finding.message)"
  }

  /// `text` beside a label, on as many lines as it takes.
  func labelled(_ label: String, _ role: Style.Role, _ text: String) -> [Line] {
    let column = label.count + 2
    let texts = TextLayout.wrapped(TextLayout.escaped(text), to: width - column)
    return texts.enumerated().map { index, text in
      var line = index == 0 ? Line(label, role) : .empty
      line.move(to: column)
      line.append(text)
      return line
    }
  }

  /// The subject, unless the message says it already.
  private static func subject(_ subject: String, _ message: String) -> String {
    message.contains(subject) || (subject.count == 40 && message.contains(subject.prefix(12)))
      ? "" : " \(subject)"
  }

  /// A command that is never cut or broken; where it does not fit beside `label` it stands alone.
  func command(_ label: Line, _ command: String, _ role: Style.Role = .heading) -> [Line] {
    let whole = Line(command, role)
    if label.width + 1 + whole.width > width { return [label, whole] }
    var line = label
    line.append(" ")
    line.append(whole)
    return [line]
  }

  private func acknowledged() -> [Line] {
    let findings = plan.guards.filter { finding in
      !screen.blocks.contains { $0.name == finding.name.rawValue && $0.subject == finding.subject }
    }
    let shown = isVerbose ? findings.count : Self.findingLimit
    var lines = findings.prefix(shown).flatMap {
      labelled("acknowledged", .update, Self.text($0))
    }
    if findings.count > shown {
      lines.append(Line("              … and \(findings.count - shown) more", .dim))
    }
    return lines
  }

  // MARK: Changes

  private func changes() -> [Line] {
    guard !isVerbose else {
      let single = ChangeGroup.sorted(plan.changes).map { ChangeGroup(changes: [$0]) }
      let table = ChangeTable(single, width: width, isVerbose: true)
      let lines = Array(table.lines().joined())
      return table.hidesOrigins ? lines + [.empty] + origins() : lines
    }
    let groups = ChangeGroup.folded(plan.changes)
    let candidates = groups.prefix(Self.lineLimit)
    var lines: [Line] = []
    var shown = 0
    let table = ChangeTable(Array(candidates), width: width, isVerbose: false)
    for rows in table.lines() {
      if lines.count + rows.count > Self.lineLimit { break }
      lines += rows
      shown += 1
    }
    let rest = groups.dropFirst(shown).flatMap(\.changes)
    if !rest.isEmpty { lines += more(rest) }
    return table.hidesOrigins ? lines + [.empty] + origins() : lines
  }

  /// The commits of the changes, where the rows have no room for them; the busiest first.
  private func origins() -> [Line] {
    var counts: [String: (origin: Origin, count: Int)] = [:]
    for origin in plan.changes.compactMap(\.origin) {
      counts[origin.commit, default: (origin, 0)].count += 1
    }
    let sorted = counts.values.sorted {
      ($1.count, $0.origin.commit) < ($0.count, $1.origin.commit)
    }
    var lines = sorted.prefix(Self.findingLimit).map { entry in
      Line(
        "  \(Self.digits(entry.origin.commit))  \(TextLayout.escaped(entry.origin.author))  "
          + Number.text(entry.count, "change"), .dim
      ).truncated(to: width)
    }
    if sorted.count > lines.count {
      lines += command(
        Line("  … and \(Number.text(sorted.count - lines.count, "commit")) more", .dim),
        "(\(screen.verboseCommand))", .dim)
    }
    return lines
  }

  private func more(_ rest: [Change]) -> [Line] {
    let counts = Self.order.compactMap { action -> String? in
      let count = rest.count { $0.action == action }
      return count > 0 ? "\(Number.text(count)) \(action.rawValue)" : nil
    }
    let what =
      counts.count == 1 ? ", all \(rest[0].action.rawValue)" : ": " + counts.joined(separator: ", ")
    let text = Line("  … and \(Number.text(rest.count)) more\(what)", .dim)
    return command(text, "(\(screen.verboseCommand))", .dim)
  }

  private static let order: [Change.Action] = [.delete, .update, .move, .create]

  // MARK: Asides and totals

  private func asides() -> [Line] {
    var texts: [String] = []
    if !plan.relocations.isEmpty {
      texts.append(
        "\(Number.text(plan.relocations.count, "resource")) only changed lines within "
          + (plan.relocations.count == 1 ? "its file" : "their files")
      )
    }
    if !plan.orphaned.isEmpty {
      texts.append(
        "\(Number.text(plan.orphaned.count, "resource")) "
          + (plan.orphaned.count == 1 ? "stays" : "stay") + " in force without a manifest "
          + "(writ/prune: \"false\")"
      )
    }
    var lines = texts.isEmpty ? [] : wrapped(texts.joined(separator: "; "), .dim)
    if isVerbose {
      for key in plan.orphaned { lines.append(Line("  = \(key)", .dim)) }
    }
    for note in screen.notes { lines += wrapped(note, .plain, hanging: 2) }
    return lines
  }

  private func warnings() -> [Line] {
    DiagnosticsText(screen.diagnostics, width: width).body()
  }

  private func closing() -> [Line] {
    var parts = Change.Action.inTotals.map { action -> Line in
      let count = plan.count(of: action)
      var part = Line("\(Number.text(count)) \(action.rawValue)", count > 0 ? .of(action) : .dim)
      part.append(",")
      return part
    }
    parts.append(Line("\(Number.text(plan.unchangedCount)) unchanged."))
    var lines = [Line.empty]
    func add(_ part: Line, gap: Int) {
      let last = lines.count - 1
      if lines[last] != .empty, lines[last].width + gap + part.width > width {
        lines.append(part)
        return
      }
      if lines[last] != .empty { lines[last].append(TextLayout.blanks(gap)) }
      lines[last].append(part)
    }
    for part in parts { add(part, gap: 1) }
    if screen.showsExitCode { add(exit(), gap: 3) }
    if screen.verdict == .ready, let next = screen.nextCommand {
      lines += command(Line("next:", .dim), next)
    }
    return lines
  }

  private func exit() -> Line {
    switch screen.verdict {
    case .unchanged: Line("exit 0 (no change)", .dim)
    case .ready: Line("exit 2 (changes)", .heading)
    case .blocked:
      Line(
        screen.verdict.isAwaitingApproval ? "exit 3 (waits for approval)" : "exit 3 (blocked)",
        .blocked)
    }
  }

  func wrapped(
    _ text: String,
    _ role: Style.Role,
    indent: Int = 0,
    hanging: Int = 0,
  ) -> [Line] {
    let text = TextLayout.escaped(text)
    let texts = TextLayout.wrapped(text, to: width - hanging, first: width - indent)
    return texts.enumerated().map {
      Line(TextLayout.blanks($0.offset == 0 ? indent : hanging) + $0.element, role)
    }
  }
}

extension Change.Action {
  /// The order in which totals name the actions.
  static let inTotals: [Change.Action] = [.create, .update, .delete, .move]
}
