import ArgumentParser
import Engine
import Rendering
import Resources
import Workflows

/// Watches in words.
enum HealthView {
  /// A few words for a table.
  static func summary(_ record: HealthRecord) -> String {
    switch record.state {
    case .watching: "watched until \(record.watch.deadline.wholeSeconds)"
    case .passed: "passed"
    case .superseded: "superseded"
    case .failed: "failed: \(HealthWords.reason(record))"
    }
  }

  static func sentence(_ record: HealthRecord) -> String {
    let words =
      switch record.state {
      case .watching: HealthWords.watching(record)
      case .passed: "revision \(record.revision.prefix(12)) passed its health gate"
      case .superseded:
        "a newer apply took the place of revision \(record.revision.prefix(12)) before its window was over"
      case .failed:
        record.isRolledBack ? HealthWords.rolledBack(record) : HealthWords.stayed(record)
      }
    return TextLayout.escaped(words)
  }

  /// `writ health`.
  static func lines(
    _ record: HealthRecord, now: Timestamp, width: Int, style: Style,
  ) -> [String] {
    var lines = TextLayout.wrapped(sentence(record), to: width)
    if record.state == .passed || record.state == .failed, let actor = record.actor,
      let ended = record.ended
    {
      let why = record.state == .passed ? record.reason.map { ": \($0)" } ?? "" : ""
      lines.append(
        TextLayout.escaped("  by \(actor), \(RelativeTime.text(ended, now: now))\(why)"))
    }
    if record.watch.checks.isEmpty {
      return lines + ["  no checks: it is good unless somebody says otherwise (writ health fail)"]
    }
    if record.watch.omittedCount > 0 {
      lines.append("  \(record.watch.omittedCount) more checks were left out")
    }
    let table = Table(
      [
        .init("CHECK"), .init("ASKED BY"), .init("FAILURES", alignment: .right),
        .init("SUCCESSES", alignment: .right), .init("UNTIL", isWhole: true), .init("LAST TROUBLE"),
      ],
      rows: record.watch.checks.map { check in
        [
          .init(check.definition.name), .init(check.sources.joined(separator: ", ")),
          .init("\(check.failures) of \(check.failureLimit)"), .init(String(check.successes)),
          .init(check.deadline.wholeSeconds), .init(check.lastReason ?? "none"),
        ]
      })
    return lines + [""] + table.lines(width: width, style: style)
  }
}

/// What `writ apply` says of the watch over what it applied.
struct HealthOutput {
  let record: HealthRecord?

  var exitCode: ExitCode {
    switch record?.state {
    case nil, .passed: .success
    case .failed: .error
    case .superseded: .stale
    case .watching: .blocked
    }
  }

  func show(isQuiet: Bool) {
    guard let record else { return }
    switch record.state {
    case .watching:
      if isQuiet { return }
      Terminal.writeLine(HealthView.sentence(record))
      Terminal.writeLine("    a running server judges it; see: writ health")
    case .passed: if !isQuiet { Terminal.writeLine(HealthView.sentence(record)) }
    case .superseded, .failed: Terminal.writeError("writ: \(HealthView.sentence(record))")
    }
  }
}
