package import Planning
package import Resources
package import Signatures

/// Everything that a review of a revision tells, in whichever format.
package struct Review: Sendable {
  /// What came of planning.
  package enum Outcome: Sendable {
    case plan(PlanScreen)
    /// The revision has errors; there is no plan.
    case invalid(base: LiveSummary)
    /// The revision is not signed as the settings ask; there is no plan.
    case unverified(SourceVerification)
  }

  package var outcome: Outcome
  package var revision: String
  package var reference: String?
  package var roots: [String]
  package var diagnostics: [Diagnostic]
  /// The moment at which exceptions count.
  package var time: Timestamp
  /// All findings, in the order in which they should be read.
  package let findings: [ReviewFinding]

  /// The review of a plan.
  package init(_ screen: PlanScreen, at time: Timestamp) {
    outcome = .plan(screen)
    revision = screen.plan.revision
    reference = screen.reference
    roots = screen.plan.roots
    diagnostics = screen.diagnostics.sorted()
    self.time = time
    findings = ReviewFindings(screen, at: time).all
  }

  /// The review of a revision with errors.
  package init(
    invalid diagnostics: [Diagnostic], base: LiveSummary, revision: String, reference: String?,
    roots: [String], at time: Timestamp,
  ) {
    outcome = .invalid(base: base)
    self.revision = revision
    self.reference = reference
    self.roots = roots
    self.diagnostics = diagnostics.sorted()
    self.time = time
    findings = ReviewFindings.of(diagnostics)
  }

  /// The review of a revision that is not signed.
  package init(
    unverified verification: SourceVerification, reference: String?, roots: [String],
    at time: Timestamp,
  ) {
    outcome = .unverified(verification)
    revision = verification.head
    self.reference = reference
    self.roots = roots
    diagnostics = []
    self.time = time
    findings = ReviewFindings.of(verification)
  }

  /// The plan and what is told with it; nil where there is none.
  package var screen: PlanScreen? { if case .plan(let screen) = outcome { screen } else { nil } }

  package var word: String {
    switch outcome {
    case .plan(let screen): screen.verdict.word
    case .invalid: "invalid"
    case .unverified: "unverified"
    }
  }

  package var exitCode: Int32 {
    switch outcome {
    case .plan(let screen): screen.verdict.exitCode
    case .invalid: 1
    case .unverified: 5
    }
  }

  /// The document of `-o json`.
  package var document: Value {
    switch outcome {
    case .plan(let screen): PlanJSON.value(screen)
    case .invalid(let base):
      PlanJSON.invalid(
        revision: revision, reference: reference, roots: roots, baseRevision: base.revision,
        baseRoot: base.root, diagnostics: diagnostics)
    case .unverified(let verification):
      PlanJSON.unverified(verification, reference: reference, roots: roots)
    }
  }

  /// `1 create, 2 update, 14 delete, 0 move, 9 981 unchanged`, or why there is no plan.
  package var totals: String {
    switch outcome {
    case .plan(let screen):
      let counts = Change.Action.inTotals.map {
        "\(Number.text(screen.plan.count(of: $0))) \($0.rawValue)"
      }
      return (counts + ["\(Number.text(screen.plan.unchangedCount)) unchanged"])
        .joined(separator: ", ")
    case .invalid:
      return Number.text(diagnostics.count { $0.severity == .error }, "error")
        + " in the manifests; there is no plan"
    case .unverified: return "the source is not signed as the settings ask; there is no plan"
    }
  }

  /// A place for what is about the whole plan, for formats that want one with every finding.
  var fallbackPlace: SourceLocation {
    let file =
      screen?.plan.changes.first?.location.file ?? roots.first { !$0.isEmpty } ?? "manifests"
    return SourceLocation(file: file, range: .start)
  }
}
