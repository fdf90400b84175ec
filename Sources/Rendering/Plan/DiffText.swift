import Planning
import Resources

/// The difference of two states as a person reads it: laid out like a plan.
package struct DiffText {
  package let screen: DiffScreen
  package let width: Int
  package let isVerbose: Bool

  /// A screen of `width` columns; less than 40 is taken as 40.
  package init(_ screen: DiffScreen, width: Int, isVerbose: Bool = false) {
    self.screen = screen
    self.width = max(40, width)
    self.isVerbose = isVerbose
  }

  /// The screen, line by line and without line ends.
  package func lines(_ style: Style) -> [String] {
    let sections = [header(), changes(), notes(), [closing()]].filter { !$0.isEmpty }
    return sections.joined(separator: [.empty]).map { $0.text(style) }
  }

  private func header() -> [Line] {
    [("from", screen.from), ("to", screen.to)].flatMap { label, side in
      self.side(label, side)
    }
  }

  /// `from  2h  revision 1234567  state root …  after event 12 at …`, on as many lines as it takes.
  private func side(_ label: String, _ side: DiffScreen.Side) -> [Line] {
    var facts = [side.name]
    facts.append("revision \(side.revision.map { String($0.prefix(12)) } ?? "none")")
    facts.append("state root \(side.root.abbreviated)")
    if !side.words.isEmpty { facts.append(side.words) }
    let column = 6
    let texts = TextLayout.wrapped(
      facts.map { TextLayout.escaped($0) }.joined(separator: " · "), to: width - column)
    return texts.enumerated().map { index, text in
      var line = Line(index == 0 ? label : "", .heading)
      line.move(to: column)
      line.append(text)
      return line
    }
  }

  private func changes() -> [Line] {
    if screen.changes.isEmpty { return [] }
    if isVerbose {
      let single = ChangeGroup.sorted(screen.changes).map { ChangeGroup(changes: [$0]) }
      return Array(ChangeTable(single, width: width, isVerbose: true).lines().joined())
    }
    let groups = ChangeGroup.folded(screen.changes)
    var lines: [Line] = []
    var shown = 0
    let table = ChangeTable(
      Array(groups.prefix(PlanText.lineLimit)), width: width, isVerbose: false)
    for rows in table.lines() where shown == 0 || lines.count + rows.count <= PlanText.lineLimit {
      lines += rows
      shown += 1
    }
    let rest = groups.dropFirst(shown).reduce(0) { $0 + $1.changes.count }
    if rest > 0 {
      lines.append(Line("  … and \(Number.text(rest)) more (\(screen.verboseCommand))", .dim))
    }
    return lines
  }

  private func notes() -> [Line] {
    var texts = screen.notes
    if screen.asideCount > 0 {
      texts.insert(
        "\(Number.text(screen.asideCount, "resource")) "
          + (screen.asideCount == 1 ? "differs" : "differ") + " in line numbers or marks only",
        at: 0)
    }
    return texts.flatMap { text in
      TextLayout.wrapped(TextLayout.escaped(text), to: width).map { Line($0, .dim) }
    }
  }

  private func closing() -> Line {
    var line = Line()
    for action in Change.Action.inTotals {
      let count = screen.count(of: action)
      line.append("\(Number.text(count)) \(action.rawValue)", count > 0 ? .of(action) : .dim)
      line.append(", ")
    }
    line.append("\(Number.text(screen.unchangedCount)) unchanged.")
    let tail = screen.changes.isEmpty ? "exit 0 (the same)" : "exit 2 (different)"
    if line.width + 3 + tail.count <= width { line.append("   \(tail)", .heading) }
    return line
  }
}
