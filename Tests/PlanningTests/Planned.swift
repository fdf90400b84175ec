import Kinds
import Planning
import Resources
import TestSupport

/// Plans between two sets of files, for tests of the planner alone.
enum Planned {
  static func input(
    from old: [String: String], to new: [String: String], registry: KindRegistry = .standard,
  ) throws -> PlanInput {
    let before = Snapshot(old, registry: registry)
    let after = Snapshot(new, registry: registry)
    guard before.diagnostics.isEmpty, after.diagnostics.isEmpty else {
      throw FixtureError("\(before.diagnostics) \(after.diagnostics)")
    }
    return PlanInput(from: before.resources.map { LiveResource($0) }, to: after.resources)
  }

  static func plan(
    _ input: PlanInput, registry: KindRegistry = .standard,
  ) throws -> Plan {
    switch Planner(registry: registry).plan(input) {
    case .plan(let plan): return plan
    case .invalid(let diagnostics): throw FixtureError("invalid: \(diagnostics)")
    }
  }

  static func plan(from old: [String: String], to new: [String: String]) throws -> Plan {
    try plan(input(from: old, to: new))
  }

  static func diagnostics(
    _ input: PlanInput, registry: KindRegistry = .standard,
  ) throws -> [Diagnostic] {
    switch Planner(registry: registry).plan(input) {
    case .plan: throw FixtureError("the plan is valid")
    case .invalid(let diagnostics): return diagnostics
    }
  }

  static func diagnostics(
    from old: [String: String], to new: [String: String],
  ) throws -> [Diagnostic] {
    try diagnostics(input(from: old, to: new))
  }
}

extension Plan {
  /// `create Job/a`, one line for each change.
  var lines: [String] { changes.map { "\($0.action.rawValue) \($0.key)" } }

  func change(_ key: String) -> Change? { changes.first { $0.key.description == key } }
}
