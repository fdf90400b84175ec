package import Planning
package import Resources
import Workflows

/// What becomes of drift: repaired, shown, or neither.
package struct DriftPolicy: Hashable, Sendable {
  package enum Mode: String, Hashable, Sendable, CaseIterable {
    /// Put back what was applied.
    case enforce
    /// Leave it and say so.
    case warn
    /// Leave it and say nothing.
    case off
  }

  /// Fields in which a live resource may differ without drifting.
  package struct IgnoreRule: Hashable, Sendable {
    /// Nil is any kind.
    package var kind: String?
    /// Nil is any name.
    package var name: String?
    /// The field and all below it.
    package var field: JSONPointer

    package init(kind: String?, name: String?, field: JSONPointer) {
      self.kind = kind
      self.name = name
      self.field = field
    }
  }

  /// What a drift comes to at a moment.
  package enum Standing: Hashable, Sendable {
    case repaired
    case warned
    case off
    /// It differs in ignored fields only.
    case ignored
    /// A break-glass edit that holds until then.
    case edited(until: Timestamp)

    /// Whether the live state stays as it is, as long as git does not change the resource.
    package var isHeld: Bool { self != .repaired }
    /// Whether people are told.
    package var isShown: Bool { self != .off && self != .ignored }
  }

  package var mode: Mode
  package var ignored: [IgnoreRule]
  /// The time between full comparisons; nil for never.
  package var auditInterval: Duration?

  package init(
    mode: Mode = .enforce, ignored: [IgnoreRule] = [], auditInterval: Duration? = .seconds(3600),
  ) {
    self.mode = mode
    self.ignored = ignored
    self.auditInterval = auditInterval
  }

  package static let modeAnnotation = "writ/drift"
  package static let ignoreAnnotation = "writ/drift-ignore"

  /// The annotations of what was applied count before the settings; those of the drifted content
  /// do not, or whoever changes it could exempt it.
  package func standing(of drift: Drift, at time: Timestamp) -> Standing {
    if let edit = drift.edit, time < edit.expiresAt { return .edited(until: edit.expiresAt) }
    let applied = drift.appliedContent.flatMap(Value.init(canonical:))
    let annotations = applied?["metadata"]?["annotations"]
    if let applied, let actual = drift.actualContent.flatMap(Value.init(canonical:)),
      differsInIgnoredFieldsOnly(drift.key, applied, actual, annotations)
    {
      return .ignored
    }
    let own = annotations?[Self.modeAnnotation]?.string.flatMap(Mode.init)
    switch own ?? mode {
    case .enforce: return .repaired
    case .warn: return .warned
    case .off: return .off
    }
  }

  private func differsInIgnoredFieldsOnly(
    _ key: ResourceKey, _ applied: Value, _ actual: Value, _ annotations: Value?,
  ) -> Bool {
    let own = (annotations?[Self.ignoreAnnotation]?.string ?? "").split(separator: ",")
      .map { JSONPointer(dotted: $0.filter { $0 != " " }) }
    let rules = ignored.filter {
      ($0.kind ?? key.kind) == key.kind && ($0.name ?? key.name) == key.name
    }
    let pointers = own + rules.map(\.field)
    if pointers.isEmpty { return false }
    let changes = FieldChange.between(applied, actual)
    return !changes.isEmpty
      && changes.allSatisfy { change in
        pointers.contains { change.pointer.tokens.starts(with: $0.tokens) }
      }
  }

  /// What somebody who looks at a plan is told of a drift that the plan leaves alone.
  func warning(of drift: Drift, at time: Timestamp) -> Diagnostic? {
    let standing = standing(of: drift, at: time)
    guard standing.isHeld, standing.isShown, let side = drift.applied ?? drift.actual else {
      return nil
    }
    let words =
      drift.edit.map {
        "was edited by \($0.owner) (\($0.reason)) and stays so until \($0.expiresAt.wholeSeconds)"
      } ?? "is not what was applied (\(drift.operation)) and stays so"
    return Diagnostic(
      .warning, code: "drift-held", "\(drift.key) \(words), unless git changes it",
      at: side.location, resource: drift.key, hint: "see what differs: writ drift")
  }

  /// What the planner is told of open drifts.
  package func notes(_ drifts: [Drift], at time: Timestamp) -> [ResourceKey: DriftNote] {
    var notes: [ResourceKey: DriftNote] = [:]
    for drift in drifts {
      notes[drift.key] = DriftNote(
        applied: drift.applied?.digest, appliedContent: drift.appliedContent,
        isHeld: standing(of: drift, at: time).isHeld)
    }
    return notes
  }
}
