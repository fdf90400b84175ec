import Planning
import Resources

/// What a change does, in as many words as there is room for.
struct ChangeSummary {
  /// No more than this of a value's transition where a line tells of two fields.
  private static let transitionLimit = 48

  private let lead: Line
  private let fields: [FieldChange]
  /// Whether the members of a group change these fields in different ways.
  private let isMixed: Bool

  init(_ group: ChangeGroup) {
    let change = group.first
    fields = change.tellingFields.map { FieldText.excerpt($0) }
    isMixed = group.changes.contains { other in
      zip(other.fields, change.fields).contains { $0.old != $1.old || $0.new != $1.new }
    }
    lead = Self.lead(group)
  }

  private static func lead(_ group: ChangeGroup) -> Line {
    let change = group.first
    var line = Line()
    func add(_ text: String, _ role: Style.Role = .plain) {
      if line != .empty { line.append(", ") }
      line.append(text, role)
    }
    if change.isUnprotecting { add("unprotected", .delete) }
    if change.action == .delete, change.marks.isProtected { add("protected", .delete) }
    if let renamed = change.renamed {
      let way = change.action == .delete ? "renamed to" : "renamed from"
      add(group.isFolded ? "renamed" : "\(way) \(renamed.name)")
    }
    switch change.action {
    case .move:
      let places = Set(group.changes.compactMap(\.previousFile))
      add(
        places.count > 1
          ? "from \(places.count) files" : "from \(change.previousFile ?? "elsewhere")"
      )
    case .update:
      switch change.reason {
      case .drifted, .breakGlass, .adopted: add(text(change.reason))
      default: if change.fields.isEmpty { add(text(change.reason)) }
      }
      if change.previousFile != nil { add("file moved") }
    case .create, .delete:
      if change.renamed == nil || change.reason == .rolledBack { add(text(change.reason)) }
    }
    return line
  }

  private static func text(_ reason: Change.Reason) -> String {
    switch reason {
    case .added: "new"
    case .edited: "edited"
    case .movedFile: "file moved"
    case .fileRemoved: "file removed"
    case .removedFromFile: "removed from file"
    case .gone: "gone"
    case .rolledBack: "rolled back"
    case .drifted: "drifted"
    case .breakGlass: "break-glass edit"
    case .adopted: "live already"
    }
  }

  /// The summary in at most `limit` columns: two fields with their values, else the first that fits
  /// whole, else the first with its values cut, else names, else how many there are.
  func line(limit: Int) -> Line {
    var shortest = lead
    for option in options(limit: limit - lead.width - (lead == .empty ? 0 : 2)) {
      var line = lead
      if line != .empty, option != .empty { line.append(", ") }
      line.append(option)
      if line.width <= limit { return line }
      shortest = line
    }
    return shortest.truncated(to: limit)
  }

  private func options(limit: Int) -> [Line] {
    guard let first = fields.first else { return [.empty] }
    var options: [Line] = []
    if !isMixed {
      if fields.count > 1 { options.append(told(Array(fields.prefix(2)), Self.transitionLimit)) }
      options += fields.prefix(8).map { told([$0], Self.transitionLimit) }
      // The values share what name and count leave.
      let room = limit - (told([first], 0).width - FieldText.transition(first, to: 0).count)
      if room >= 9 { options.append(told([first], room)) }
    }
    let suffix = isMixed ? " differ" : ""
    if fields.count > 1 {
      let names = fields.prefix(2).map { FieldText.name($0.pointer) }.joined(separator: ", ")
      options.append(Line(names + more(2) + suffix))
    }
    options.append(Line(FieldText.name(first.pointer) + more(1) + suffix))
    if fields.count > 1 { options.append(Line(Number.text(fields.count, "field"))) }
    return options
  }

  private func told(_ fields: [FieldChange], _ limit: Int) -> Line {
    let texts = fields.map {
      FieldText.name($0.pointer) + " " + FieldText.transition($0, to: limit)
    }
    return Line(texts.joined(separator: ", ") + more(fields.count))
  }

  private func more(_ shown: Int) -> String {
    let rest = fields.count - shown
    return rest > 0 ? ", +\(Number.text(rest, "field"))" : ""
  }
}
