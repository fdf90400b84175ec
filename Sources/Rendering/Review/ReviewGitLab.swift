import Planning
package import Resources

/// A review as a report of GitLab's Code Quality: `-o gitlab`.
package enum ReviewGitLab {
  /// A list with one entry for each finding and each area of impact; suppressed findings and impact
  /// are `info`.
  package static func value(_ review: Review) -> Value {
    let impact = (review.screen?.impact.sections ?? []).compactMap { section in
      section.summary.map { summary in
        value(
          ReviewFinding(
            rule: "impact/\(section.area)", level: .note, message: summary, location: nil,
            isField: false, fingerprint: Digest(of: Array("impact/\(section.area)".utf8))),
          fallback: review.fallbackPlace)
      }
    }
    return .array(review.findings.map { value($0, fallback: review.fallbackPlace) } + impact)
  }

  private static func value(_ finding: ReviewFinding, fallback: SourceLocation) -> Value {
    let place = finding.location ?? fallback
    var description = "\(finding.title): \(finding.message)"
    if let suppression = finding.suppression { description += " (\(suppression.justification))" }
    return [
      "check_name": .string(finding.rule),
      "description": .string(TextLayout.escaped(description)),
      "fingerprint": .string(finding.fingerprint.description),
      "location": [
        "lines": ["begin": .integer(Int64(place.range.start.line))], "path": .string(place.file),
      ],
      "severity": .string(severity(finding)),
    ]
  }

  private static func severity(_ finding: ReviewFinding) -> String {
    switch finding.level {
    case .error: "critical"
    case .warning: "minor"
    case .note: "info"
    }
  }
}
