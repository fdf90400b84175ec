package import Planning

/// The impact of a plan as a person reads it.
package enum ImpactText {
  /// So many items of an area are shown, unless everything is asked for.
  package static let itemLimit = 3

  /// A heading and a line for each area; nothing where nothing is known and nothing affected.
  package static func lines(
    _ report: ImpactReport, width: Int, isVerbose: Bool = false,
  ) -> [Line] {
    let areas = report.sections.filter { isVerbose || $0.isTold }
    if areas.isEmpty { return [] }
    let column = (areas.map { $0.area.count }.max() ?? 0) + 4
    return [Line("Impact", .heading)]
      + areas.flatMap { section in
        texts(section, isVerbose).enumerated().flatMap { index, text in
          let wrapped = TextLayout.wrapped(TextLayout.escaped(text), to: max(20, width - column))
          return wrapped.enumerated().map { number, piece in
            var line = Line("  ")
            if index == 0, number == 0 { line.append(section.area) }
            line.move(to: column)
            line.append(piece, section.isAvailable ? .plain : .dim)
            return line
          }
        }
      }
  }

  private static func texts(_ section: ImpactSection, _ isVerbose: Bool) -> [String] {
    switch section.findings {
    case .notAvailable(let reason): return ["not available: \(reason)"]
    case .items(let items, let omitted):
      let shown = isVerbose ? items.count : min(items.count, itemLimit)
      var texts = [section.summary ?? "nothing"]
      texts += items.prefix(shown).map { "\($0.subject) \($0.words)" }
      let rest = items.count - shown + omitted
      if rest > 0 { texts.append("… \(Number.text(rest)) more") }
      return texts
    }
  }
}

extension ImpactSection {
  /// Whether anything can be said about the area.
  var isAvailable: Bool { if case .notAvailable = findings { false } else { true } }

  /// Whether there is something to tell.
  var isTold: Bool {
    guard case .items(let items, _) = findings else { return false }
    return summary != nil || !items.isEmpty
  }
}
