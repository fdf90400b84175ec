import ArgumentParser
import Engine
import GitSource
import Planning
import Rendering
import Resources
import Signatures

/// Shows what a plan came to, and says with which exit code.
struct PlanOutput {
  let made: PlanMaker.Made
  let format: PlanFormat
  let isVerbose: Bool
  let isQuiet: Bool
  let duration: Duration
  /// Whether `apply` shows the plan on its way, rather than `plan` as its result.
  var isApplying = false
  /// Whether what needs no approval goes ahead by itself.
  var isPartial = false
  /// The command to advise; nil where a plan is for reading only.
  var nextCommand: String?

  func show() throws -> ExitCode {
    switch made.result.outcome {
    case .invalid(let diagnostics):
      showInvalid(diagnostics)
      return .error
    case .plan(let plan):
      var screen = PlanScreen(plan, verdict: made.verdict ?? .ready, digest: made.digest)
      screen.acknowledged = Set(made.acknowledged)
      screen.approvals = made.approvals
      screen.time = made.time
      screen.isPartial = isPartial
      screen.reference = made.reference
      screen.duration = duration
      screen.diagnostics = made.result.warnings
      screen.isIncremental = made.result.isIncremental
      screen.notes = made.notes
      screen.verification = made.verification
      screen.nextCommand = nextCommand
      if isApplying {
        screen.showsExitCode = false
        screen.verboseCommand = "writ apply -v"
      }
      screen.impact = made.impact
      screen.coverage = made.coverage
      if let lines = format.lines(of: Review(screen, at: made.time)) {
        Terminal.write(lines: lines)
      } else if !(isQuiet && format == .text) {
        screen.show(format == .json ? .json : .text, isVerbose: isVerbose)
      }
      return ExitCode(screen.verdict.exitCode)
    }
  }

  private func showInvalid(_ diagnostics: [Diagnostic]) {
    let review = Review(
      invalid: diagnostics, base: made.result.base, revision: made.result.revision,
      reference: made.reference, roots: made.roots, at: made.time)
    if format == .json { return Terminal.writeJSON(review.document) }
    if let lines = format.lines(of: review) { return Terminal.write(lines: lines) }
    Terminal.writeError(
      lines: DiagnosticsText(diagnostics, width: Terminal.errorWidth).lines(Terminal.errorStyle))
    if !isQuiet {
      Terminal.writeError(
        "revision \(made.result.revision.prefix(12)) cannot be applied; the live state stays as it is"
      )
    }
  }
}

extension PlanMaker.Made {
  /// What the reader should know about how the plan was made.
  var notes: [String] {
    var notes: [String] = []
    if head.isShallow {
      notes.append(
        "this clone is shallow: authors of older changes are not known, and whether history was rewritten is not checked (fetch-depth: 0 gives both)"
      )
    }
    if let verification, verification.commitCount > 0 { notes.append(verification.summary) }
    return notes
  }
}

extension PlanScreen {
  func show(_ format: OutputFormat, isVerbose: Bool) {
    switch format {
    case .json: Terminal.writeJSON(PlanJSON.value(self))
    case .text:
      Terminal.write(
        lines: PlanText(self, width: Terminal.width, isVerbose: isVerbose)
          .lines(Terminal.outputStyle))
    }
  }
}
