import Planning
import Resources

/// A review as one comment of a pull request, which is found again by its first line: `-o markdown`.
///
/// It never has more than `byteLimit` bytes, whatever the plan; what is left out is counted. Nothing
/// from the repository can end a table, a fence or a tag, mention anybody, or look like the marker.
package struct ReviewMarkdown {
  /// The line by which a comment is found, to be replaced by the next one.
  package static let marker = "<!-- writ:plan -->"
  /// Forges take 65,536 characters, and some count bytes.
  package static let byteLimit = 60_000

  /// What each section may take; the diffs get all that is left.
  private static let limits = (
    blocks: 6_000, deletions: 11_000, findings: 12_000, approvals: 5_000, impact: 5_000
  )
  /// Room for the lines that say how much more there is.
  private static let spareBytes = 1_000
  /// No more of one change is shown.
  private static let diffLineLimit = 60
  private static let diffByteLimit = 6_000

  private let review: Review

  package init(_ review: Review) { self.review = review }

  /// The comment, line by line.
  package func lines() -> [String] {
    var sections: [MarkdownSection] = [blocks()]
    if let screen = review.screen { sections.append(deletions(screen.plan)) }
    let findings = findings()
    let rest = review.screen.map { [approvals($0), impact($0)] } ?? []
    let used = (sections + [findings] + rest).reduce(0) { $0 + $1.bytes }
    let frame =
      MarkdownSection.size(head()) + MarkdownSection.size(tail(omitted: 1_000_000))
      + Self.spareBytes
    if let screen = review.screen {
      sections.append(diffs(screen.plan, limit: Self.byteLimit - frame - used))
    }
    sections.append(findings)
    sections += rest
    let omitted = sections.reduce(0) { $0 + $1.omitted }
    return head() + sections.flatMap(\.lines) + tail(omitted: omitted)
  }

  // MARK: Frame

  private func head() -> [String] {
    var word = review.word
    if review.screen?.verdict.isAwaitingApproval == true { word += ", waits for approval" }
    var lines = [Self.marker, "### Writ plan: \(word)", ""]
    var place = ""
    if let reference = review.reference { place += MarkdownText.code(reference) + " " }
    if let plan = review.screen?.plan {
      let base = plan.baseRevision.map { MarkdownText.code(String($0.prefix(12))) }
      place += (base ?? "nothing live") + " → "
    }
    place += MarkdownText.code(String(review.revision.prefix(12)))
    lines.append(place)
    lines.append("")
    guard let plan = review.screen?.plan else { return lines + [review.totals + "."] }
    let names = Change.Action.inTotals.map(\.rawValue) + ["unchanged"]
    let counts = Change.Action.inTotals.map { plan.count(of: $0) } + [plan.unchangedCount]
    return lines + [
      "| " + names.joined(separator: " | ") + " |",
      "|" + names.map { _ in " ---: |" }.joined(),
      "| " + counts.map { Number.text($0) }.joined(separator: " | ") + " |",
    ]
  }

  private func tail(omitted: Int) -> [String] {
    var lines: [String] = []
    for note in review.screen?.notes.prefix(3) ?? [] {
      lines += ["", MarkdownText.sentence(note, limit: 300)]
    }
    if omitted > 0 {
      lines += [
        "",
        "Left out of this comment: \(Number.text(omitted, "item")). All of it: "
          + "\(MarkdownText.code("writ plan -v")), or `-o json`.",
      ]
    }
    guard let screen = review.screen else { return lines }
    if screen.verdict == .ready, let next = screen.nextCommand {
      lines += ["", "Next: " + MarkdownText.code(next)]
    }
    return lines + ["", "<sub>Plan digest <code>\(screen.digest)</code></sub>"]
  }

  // MARK: Sections

  private func blocks() -> MarkdownSection {
    var section = MarkdownSection(limit: Self.limits.blocks)
    guard let blocks = review.screen?.blocks, !blocks.isEmpty else { return section }
    section.add(["", "**What holds it up**", ""])
    for block in blocks {
      section.add(item: [
        "- **\(MarkdownText.sentence(block.name, limit: 40))** "
          + MarkdownText.code(block.subject) + " " + MarkdownText.sentence(block.message)
          + "<br>clear with: " + MarkdownText.code(block.command)
      ])
    }
    return more(section, "more like these")
  }

  private func deletions(_ plan: Plan) -> MarkdownSection {
    let changes = plan.changes.filter { $0.action == .delete }
    var section = MarkdownSection(limit: Self.limits.deletions)
    if changes.isEmpty { return section }
    section.add([
      "", "**Deletions (\(Number.text(changes.count)))**", "",
      "| resource | why | where | by |", "| --- | --- | --- | --- |",
    ])
    for change in changes {
      var why = change.reason.rawValue
      if let renamed = change.renamed { why += ", renamed to \(renamed.name)" }
      if change.marks.isProtected { why += ", protected" }
      section.add(item: [
        row([
          MarkdownText.code(change.key.description), MarkdownText.sentence(why),
          place(change.location),
          change.origin.map {
            MarkdownText.code(String($0.commit.prefix(12))) + " "
              + MarkdownText.sentence($0.author, limit: 60)
          } ?? "",
        ])
      ])
    }
    return more(section, "more deletions")
  }

  /// Everything but deletions, folded, each with its field diff.
  private func diffs(_ plan: Plan, limit: Int) -> MarkdownSection {
    var section = MarkdownSection(limit: limit)
    let titles: [(Change.Action, String)] = [
      (.update, "updated"), (.create, "created"), (.move, "moved"),
    ]
    for (action, title) in titles {
      let changes = plan.changes.filter { $0.action == action }
      if changes.isEmpty { continue }
      section.add(["", "**\(Number.text(changes.count)) \(title)**", ""])
      for change in changes { section.add(item: details(change)) }
    }
    return more(section, "more changes")
  }

  private func details(_ change: Change) -> [String] {
    let summary =
      MarkdownText.code(change.key.description) + " " + place(change.location)
      + (change.risk == .low ? "" : " (\(change.risk.rawValue) risk)")
    var lines = FieldDiffText(
      change.fields.map { FieldText.excerpt($0) }, file: change.location.file, width: 160
    ).lines(.plain)
    if change.action == .create { lines = Self.created(change) }
    if let previous = change.previousFile {
      lines.insert("# was in " + TextLayout.escaped(previous), at: 0)
    }
    if lines.isEmpty { return ["- " + summary] }
    var used = 0
    let shown = lines.prefix(Self.diffLineLimit).prefix { line in
      used += line.utf8.count + 1
      return used <= Self.diffByteLimit
    }
    if shown.count < lines.count {
      lines = shown + ["# … \(Number.text(lines.count - shown.count, "more line"))"]
    }
    return ["<details><summary>\(summary)</summary>", ""]
      + MarkdownText.fence(lines, language: "diff") + ["", "</details>"]
  }

  /// What a created resource is, as lines that all came.
  private static func created(_ change: Change) -> [String] {
    guard let content = change.content.flatMap(Value.init(canonical:)), let spec = content["spec"]
    else { return [] }
    let fields = FieldChange.between([:], ["spec": spec])
    return Array(FieldDiffText(fields, file: nil, width: 160).lines(.plain).dropFirst())
  }

  private func findings() -> MarkdownSection {
    let findings = review.findings.filter { !$0.rule.hasPrefix("guard/") && $0.rule != "approval" }
    var section = MarkdownSection(limit: Self.limits.findings)
    if findings.isEmpty { return section }
    section.add([
      "", "**Findings (\(Number.text(findings.count)))**", "",
      "| | rule | where | what |", "| --- | --- | --- | --- |",
    ])
    for finding in findings {
      var words = MarkdownText.sentence(finding.message)
      if let suppression = finding.suppression {
        words += "<br>waived: " + MarkdownText.sentence(suppression.justification, limit: 300)
      } else if let help = finding.help {
        words += "<br>" + MarkdownText.sentence(help, limit: 300)
      }
      section.add(item: [
        row([
          finding.suppression == nil ? finding.level.rawValue : "waived",
          MarkdownText.code(finding.title, limit: 200), finding.location.map(place) ?? "", words,
        ])
      ])
    }
    return more(section, "more findings")
  }

  private func approvals(_ screen: PlanScreen) -> MarkdownSection {
    var section = MarkdownSection(limit: Self.limits.approvals)
    let approvals = screen.plan.approvals
    if approvals.isEmpty, screen.plan.held.isEmpty { return section }
    section.add(["", "**Approvals (\(Number.text(approvals.count)))**", ""])
    let missing = Dictionary(
      screen.blocks.filter { $0.name == Verdict.Block.approval }.map { ($0.subject, $0.message) }
    ) { first, _ in first }
    for requirement in approvals {
      let key = requirement.key.description
      let roles =
        requirement.roles.isEmpty ? "" : " of " + requirement.roles.joined(separator: ", ")
      let words =
        missing[key] ?? "\(requirement.source): \(requirement.message); nothing is missing"
      section.add(item: [
        "- \(missing[key] == nil ? "[x]" : "[ ]") " + MarkdownText.code(key) + " "
          + MarkdownText.sentence(words) + " — "
          + MarkdownText.sentence("\(Number.text(requirement.approvers, "person"))\(roles)")
          + ", " + MarkdownText.code("writ approve \(requirement.change.abbreviated) --as NAME")
      ])
    }
    if !screen.plan.held.isEmpty {
      section.add(item: [
        "- left out until they are approved: "
          + screen.plan.held.prefix(20).map { MarkdownText.code($0.description) }
          .joined(separator: ", ")
          + (screen.plan.held.count > 20
            ? " and \(Number.text(screen.plan.held.count - 20)) more" : "")
      ])
    }
    return more(section, "more approvals")
  }

  private func impact(_ screen: PlanScreen) -> MarkdownSection {
    var section = MarkdownSection(limit: Self.limits.impact)
    if screen.impact.sections.isEmpty { return section }
    section.add(["", "**Impact**", ""])
    for area in screen.impact.sections {
      switch area.findings {
      case .notAvailable(let reason):
        section.add(item: ["- \(area.area): not available (\(MarkdownText.sentence(reason)))"])
      case .items(let items, let omitted):
        section.add(item: [
          "- \(area.area): " + MarkdownText.sentence(area.summary ?? "nothing")
        ])
        for item in items {
          section.add(item: [
            "  - " + MarkdownText.code(item.subject) + " "
              + MarkdownText.sentence(item.words, limit: 300)
          ])
        }
        if omitted > 0 { section.add(item: ["  - … \(Number.text(omitted)) more"]) }
      }
    }
    return more(section, "more lines")
  }

  // MARK: Pieces

  private func more(_ section: MarkdownSection, _ words: String) -> MarkdownSection {
    var section = section
    if section.omitted > 0 { section.add(["", "… and \(Number.text(section.omitted)) \(words)."]) }
    return section
  }

  private func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }

  private func place(_ location: SourceLocation) -> String {
    MarkdownText.place(location.file, line: Int(location.range.start.line))
  }
}
