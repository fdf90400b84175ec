import Kinds
import Rendering
import Resources

/// What became of the tests of policies.
struct PolicyTestView {
  private struct Entry {
    var run: PolicyTestRun
    var file: String
    /// The gaps with their places.
    var gaps: [(place: SourceLocation, message: String)]
    /// The places of the tests.
    var places: [SourceLocation]
  }

  private var entries: [Entry] = []

  /// - Parameter source: the bytes of the manifest.
  mutating func add(_ run: PolicyTestRun, _ resource: Resource, source: () -> [UInt8]) {
    let spec = resource.node?["spec"]
    var bytes: [UInt8]?
    func place(_ tokens: [String], _ part: PolicyTestRun.Gap.Part?) -> SourceLocation {
      let pointer = JSONPointer(tokens)
      var range = spec?.range(at: pointer) ?? resource.location.range
      if let part, let node = spec?.node(at: pointer), case .string(let text) = node.content {
        bytes = bytes ?? source()
        if let scalar = ScalarText(text, at: node.range, in: bytes ?? []) {
          range = scalar.range(offset: part.offset, length: part.length)
        }
      }
      return SourceLocation(file: resource.location.file, range: range)
    }
    entries.append(
      Entry(
        run: run, file: resource.location.file,
        gaps: run.gaps.map { (place($0.tokens, $0.part), $0.message) },
        places: run.outcomes.indices.map { place(["tests", "\($0)"], nil) }))
  }

  var hasFailures: Bool { entries.contains { !$0.run.failures.isEmpty } }

  private var totals: (tests: Int, failed: Int, rules: (Int, Int), branches: (Int, Int)) {
    var result = (tests: 0, failed: 0, rules: (0, 0), branches: (0, 0))
    for entry in entries {
      result.tests += entry.run.outcomes.count
      result.failed += entry.run.failures.count
      result.rules.0 += entry.run.rules.covered
      result.rules.1 += entry.run.rules.total
      result.branches.0 += entry.run.branches.covered
      result.branches.1 += entry.run.branches.total
    }
    return result
  }

  // MARK: Text

  func lines(isVerbose: Bool, width: Int) -> [Line] {
    var lines: [Line] = []
    for entry in entries {
      lines.append(head(entry))
      for (outcome, place) in zip(entry.run.outcomes, entry.places) {
        if let problem = outcome.problem {
          lines.append(Line("    fail  \(outcome.name)", .error))
          lines.append(Line("          \(place): \(problem)"))
          for message in outcome.messages {
            lines.append(Line("          it says: \(message)"))
          }
        } else if isVerbose {
          lines.append(Line("    pass  \(outcome.name)", .create))
        }
      }
      if entry.run.outcomes.isEmpty {
        lines.append(Line("    it has no tests; add spec.tests", .warning))
      } else if isVerbose || entry.run.failures.isEmpty && !entry.gaps.isEmpty {
        for gap in isVerbose ? entry.gaps : Array(entry.gaps.prefix(3)) {
          lines.append(Line("    \(gap.place): \(gap.message)", .dim))
        }
        if !isVerbose, entry.gaps.count > 3 {
          lines.append(Line("    and \(entry.gaps.count - 3) more (-v shows them)", .dim))
        }
      }
    }
    return lines + [.empty, summary]
  }

  private func head(_ entry: Entry) -> Line {
    let run = entry.run
    var line = Line("Policy/\(run.policy)", .heading)
    line.append("  \(Number.text(run.outcomes.count, "test"))")
    if !run.failures.isEmpty { line.append(", \(run.failures.count) failed", .error) }
    line.append("; rules \(run.rules.covered)/\(run.rules.total)")
    if run.branches.total > 0 {
      line.append(", branches \(run.branches.covered)/\(run.branches.total)")
    }
    return line
  }

  private var summary: Line {
    let totals = totals
    var line = Line("\(Number.text(entries.count, "policy", plural: "policies")), ")
    line.append("\(Number.text(totals.tests, "test")): ")
    line.append(
      totals.failed == 0 ? "all pass" : "\(totals.failed) failed",
      totals.failed == 0 ? .create : .error)
    line.append("; rules \(Self.percent(totals.rules)), branches \(Self.percent(totals.branches))")
    return line
  }

  private static func percent(_ part: (Int, Int)) -> String {
    part.1 == 0 ? "100 %" : "\(part.0 * 100 / part.1) %"
  }

  // MARK: JSON

  var value: Value {
    let totals = totals
    return [
      "formatVersion": 1, "policies": .array(entries.map(Self.value)),
      "tests": .integer(Int64(totals.tests)), "failed": .integer(Int64(totals.failed)),
      "coverage": [
        "rules": Self.value(totals.rules), "branches": Self.value(totals.branches),
      ],
    ]
  }

  private static func value(_ part: (Int, Int)) -> Value {
    ["covered": .integer(Int64(part.0)), "total": .integer(Int64(part.1))]
  }

  private static func value(_ entry: Entry) -> Value {
    [
      "name": .string(entry.run.policy), "file": .string(entry.file),
      "tests": .array(
        entry.run.outcomes.map { outcome in
          [
            "name": .string(outcome.name), "expect": .string(outcome.expected),
            "actual": .string(outcome.actual), "passed": .bool(outcome.problem == nil),
            "problem": outcome.problem.map { .string($0) } ?? .null,
            "messages": .array(outcome.messages.map { .string($0) }),
          ]
        }),
      "coverage": [
        "rules": value((entry.run.rules.covered, entry.run.rules.total)),
        "branches": value((entry.run.branches.covered, entry.run.branches.total)),
        "gaps": .array(
          entry.gaps.map { gap in
            [
              "file": .string(gap.place.file),
              "line": .integer(Int64(gap.place.range.start.line)),
              "column": .integer(Int64(gap.place.range.start.column)),
              "message": .string(gap.message),
            ]
          }),
      ],
    ]
  }
}
