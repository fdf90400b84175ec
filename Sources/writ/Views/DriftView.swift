import Engine
import Planning
import Rendering
import Resources
import Workflows

/// What is live and is not what was applied: field by field, when and through what.
struct DriftView {
  let drifts: [Drift]
  let policy: DriftPolicy
  let now: Timestamp

  var value: Value {
    ["formatVersion": 1, "items": .array(drifts.map(value))]
  }

  private func value(_ drift: Drift) -> Value {
    func side(_ side: ResourceTransition.Side?) -> Value {
      side.map { ["digest": .string($0.digest.description), "file": .string($0.location.file)] }
        ?? .null
    }
    return [
      "key": .string(drift.key.description), "applied": side(drift.applied),
      "actual": side(drift.actual), "operation": .string(drift.operation),
      "fields": .array(fields(drift).map(\.value)),
      "noticedAt": drift.noticedAt.map { .string($0.description) } ?? .null,
      "changedAt": drift.changedAt.map { .string($0.description) } ?? .null,
      "standing": .string(word(drift)),
      "edit": drift.edit.map {
        [
          "owner": .string($0.owner), "reason": .string($0.reason),
          "expiresAt": .string($0.expiresAt.description),
        ]
      } ?? .null,
    ]
  }

  private func word(_ drift: Drift) -> String {
    switch policy.standing(of: drift, at: now) {
    case .repaired: "repaired"
    case .warned: "warned"
    case .off: "off"
    case .ignored: "ignored"
    case .edited: "edited"
    }
  }

  private func fields(_ drift: Drift) -> [FieldChange] {
    guard let old = drift.appliedContent.flatMap(Value.init(canonical:)),
      let new = drift.actualContent.flatMap(Value.init(canonical:))
    else { return [] }
    return FieldChange.between(old, new)
  }

  func lines(width: Int, style: Style) -> [String] {
    if drifts.isEmpty { return ["the live state is what was applied"] }
    return Array(drifts.map { lines($0, width, style) }.joined(separator: [""]))
  }

  private func lines(_ drift: Drift, _ width: Int, _ style: Style) -> [String] {
    let what =
      drift.applied == nil
      ? "was added" : drift.actual == nil ? "was deleted" : "differs from what was applied"
    var lines = [style.painted("\(drift.key) \(what)", .heading)]
    var facts = ["by \(drift.operation)"]
    if let time = drift.changedAt {
      facts.append("\(time.wholeSeconds) (\(RelativeTime.text(time, now: now)))")
    }
    if let edit = drift.edit {
      facts = ["by \(edit.owner), \(RelativeTime.text(drift.noticedAt ?? now, now: now))"]
      facts.append("because: \(edit.reason)")
    }
    if let applied = drift.applied { facts.append("manifest \(applied.location)") }
    facts.append(fate(drift))
    lines += facts.flatMap {
      TextLayout.wrapped(TextLayout.escaped($0), to: width - 2).map { "  \($0)" }
    }
    return lines
      + FieldDiffText(fields(drift), file: nil, width: width - 2).lines(style).map { "  \($0)" }
  }

  private func fate(_ drift: Drift) -> String {
    switch policy.standing(of: drift, at: now) {
    case .repaired: "the next pass puts back what git says: writ reconcile, or see writ plan"
    case .warned: "stays as it is (drift: warn); put it back with a commit that touches it"
    case .off: "stays as it is (drift: off)"
    case .ignored: "stays as it is: only ignored fields differ"
    case .edited(let until): "holds until \(until.wholeSeconds), or until git changes it"
    }
  }
}
