package import Resources

/// What a plan would do beyond the objects that it changes, area by area.
///
/// It is told beside the plan and is no part of it: it depends on the moment and on what else is
/// live, and no digest covers it.
package struct ImpactReport: Hashable, Sendable {
  package var sections: [ImpactSection]

  package init(_ sections: [ImpactSection] = []) { self.sections = sections }
}

/// One area of an impact report.
package struct ImpactSection: Hashable, Sendable {
  package enum Findings: Hashable, Sendable {
    /// The items, the largest effect first, and how many more there are.
    case items([ImpactItem], omitted: Int)
    /// Why nothing can be said yet.
    case notAvailable(String)
  }

  /// A stable word for programs: `ownership`, `reach`, `fires`, `routing`.
  package var area: String
  /// All of it in one sentence; nil where nothing is affected or nothing can be said.
  package var summary: String?
  package var findings: Findings

  /// More items than that are only counted.
  package static let itemLimit = 20

  /// A section of `items`, which it sorts and cuts.
  package init(area: String, summary: String?, items: [ImpactItem]) {
    self.area = area
    self.summary = summary
    let sorted = items.sorted()
    findings = .items(
      Array(sorted.prefix(Self.itemLimit)), omitted: max(0, sorted.count - Self.itemLimit))
  }

  /// A section about which nothing can be said yet.
  package init(area: String, notAvailable reason: String) {
    self.area = area
    summary = nil
    findings = .notAvailable(reason)
  }
}

/// One effect of a plan.
package struct ImpactItem: Hashable, Sendable, Comparable {
  /// What it is about: a team, an owner, a resource.
  package var subject: String
  /// How large it is, in the unit of its area.
  package var size: Int
  /// The rest of the sentence.
  package var words: String

  package init(subject: String, size: Int, words: String) {
    self.subject = subject
    self.size = size
    self.words = words
  }

  /// The largest first.
  package static func < (a: ImpactItem, b: ImpactItem) -> Bool {
    a.size != b.size
      ? a.size > b.size : a.subject.utf8.lexicographicallyPrecedes(b.subject.utf8)
  }
}

extension ImpactReport {
  /// The report as a list of sections: `{area, available, summary, items, omitted, reason}`.
  package var value: Value { .array(sections.map(\.value)) }
}

extension ImpactSection {
  package var value: Value {
    var members: [Value.Member] = [
      .init("area", .string(area)), .init("summary", summary.map { .string($0) } ?? .null),
    ]
    switch findings {
    case .items(let items, let omitted):
      members += [
        .init("available", true), .init("items", .array(items.map(\.value))),
        .init("omitted", .integer(Int64(omitted))),
      ]
    case .notAvailable(let reason):
      members += [
        .init("available", false), .init("items", []), .init("omitted", 0),
        .init("reason", .string(reason)),
      ]
    }
    return .sorted(members)
  }
}

extension ImpactItem {
  package var value: Value {
    ["size": .integer(Int64(size)), "subject": .string(subject), "words": .string(words)]
  }
}
