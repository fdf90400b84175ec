import Planning
package import Resources

/// A review as SARIF 2.1.0, for GitHub code scanning and other viewers: `-o sarif`.
package enum ReviewSARIF {
  /// Code scanning takes no more results of one run; the rest is counted in the run's properties.
  package static let resultLimit = 25_000
  package static let schema = "https://json.schemastore.org/sarif-2.1.0.json"

  /// The document.
  ///
  /// - Parameter version: of this program.
  package static func value(_ review: Review, version: String) -> Value {
    let findings = review.findings.prefix(resultLimit)
    let rules = ReviewRule.all(of: Array(findings))
    let indices = Dictionary(zip(rules.map(\.id), rules.indices)) { first, _ in first }
    let omitted = review.findings.count - findings.count
    let run: Value = [
      "automationDetails": ["id": "writ/plan/"],
      "columnKind": "unicodeCodePoints",
      "invocations": [
        ["executionSuccessful": .bool(review.screen != nil), "exitCode": exitCode(review)]
      ],
      "properties": [
        "digest": review.screen.map { .string($0.digest.description) } ?? .null,
        "omittedResults": .integer(Int64(omitted)),
        "revision": .string(review.revision), "totals": .string(review.totals),
        "verdict": .string(review.word), "impact": review.screen?.impact.value ?? [],
      ],
      "results": .array(
        findings.map { result($0, indices[$0.rule] ?? 0, fallback: review.fallbackPlace) }),
      "tool": [
        "driver": [
          "name": "writ", "rules": .array(rules.map(rule)), "semanticVersion": .string(version),
        ]
      ],
    ]
    return ["$schema": .string(schema), "runs": [run], "version": "2.1.0"]
  }

  private static func exitCode(_ review: Review) -> Value { .integer(Int64(review.exitCode)) }

  private static func rule(_ rule: ReviewRule) -> Value {
    [
      "defaultConfiguration": ["level": .string(rule.level.rawValue)], "id": .string(rule.id),
      "shortDescription": ["text": .string(rule.summary)],
    ]
  }

  private static func result(
    _ finding: ReviewFinding, _ index: Int, fallback: SourceLocation,
  ) -> Value {
    var text = finding.message
    if let help = finding.help { text += "\n\(help)" }
    let fingerprint = finding.fingerprint.description
    var members: [Value.Member] = [
      .init("level", .string(finding.level.rawValue)),
      .init(
        "locations", [["physicalLocation": place(finding.location ?? fallback)]]),
      .init("message", ["text": .string(text)]),
      .init(
        "partialFingerprints",
        [
          "primaryLocationLineHash": .string("\(fingerprint.prefix(16)):1"),
          "writFinding/v1": .string(fingerprint),
        ]),
      .init("ruleId", .string(finding.rule)), .init("ruleIndex", .integer(Int64(index))),
    ]
    if let suppression = finding.suppression {
      members.append(
        .init(
          "suppressions",
          [
            [
              "justification": .string(suppression.justification), "kind": "external",
              "status": "accepted",
            ]
          ]))
    }
    var properties: [Value.Member] = []
    if let subject = finding.subject { properties.append(.init("subject", .string(subject))) }
    if let pointer = finding.pointer {
      properties.append(.init("pointer", .string(pointer.description)))
    }
    if let reason = finding.reason { properties.append(.init("reason", .string(reason))) }
    if !properties.isEmpty { members.append(.init("properties", .sorted(properties))) }
    return .sorted(members)
  }

  private static func place(_ location: SourceLocation) -> Value {
    let range = location.range
    return [
      "artifactLocation": ["uri": .string(uri(location.file)), "uriBaseId": "%SRCROOT%"],
      "region": [
        "endColumn": .integer(Int64(max(1, range.end.column))),
        "endLine": .integer(Int64(max(range.start.line, range.end.line))),
        "startColumn": .integer(Int64(max(1, range.start.column))),
        "startLine": .integer(Int64(max(1, range.start.line))),
      ],
    ]
  }

  /// A path as a relative reference of RFC 3986.
  static func uri(_ path: String) -> String {
    let safe = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/".utf8)
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in path.utf8 {
      if safe.contains(byte) {
        bytes.append(byte)
      } else {
        bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
