import CEL
import Kinds
import Planning
package import Resources
package import Workflows

/// Whether an expression over the conditions of the loop and the counts of resources holds.
package struct ExpressionHealthCheck: HealthCheck {
  private let store: any WatchedStore

  package let kind = "expression"

  /// What one evaluation may cost, in steps of the evaluator.
  private static let limit = 100_000

  package init(store: any WatchedStore) { self.store = store }

  package func observe(
    _ definition: CheckDefinition, _ subject: HealthSubject, at time: Timestamp,
  ) async -> HealthObservation {
    let source = definition.parameters["holds"]?.string ?? ""
    let message = definition.parameters["message"]?.string ?? "\(source) does not hold"
    do throws(StoreError) {
      let bindings = CELBindings(
        try variables(subject), in: ExpressionEnvironments.health)
      do throws(CELProblems) {
        let program = try ExpressionEnvironments.health.compile(source, expecting: .bool)
        do throws(CELFailure) {
          return try program.holds(bindings, limit: Self.limit)
            ? .healthy : .failing(reason: message)
        } catch {
          return .unknown(reason: "\(source) could not be evaluated: \(error.message)")
        }
      } catch {
        return .unknown(reason: "\(source) is not an expression: \(error)")
      }
    } catch {
      return .unknown(reason: error.message)
    }
  }

  private func variables(_ subject: HealthSubject) throws(StoreError) -> [String: CELValue] {
    var conditions: [String: CELValue] = [:]
    for condition in try store.conditions() {
      conditions[condition.kind.rawValue] = .map([
        "status": .string(condition.status.rawValue), "reason": .string(condition.reason),
        "message": .string(condition.message),
      ])
    }
    let live = try store.status().live
    let record = subject.record
    let prefix = EffectSettings.keyPrefix(of: record.planDigest.description, at: record.began)
    let abandoned = try store.abandonedEffects(keyPrefix: prefix)
    return [
      "conditions": .map(conditions), "counts": .map(live.counts.mapValues { .int(Int64($0)) }),
      "abandonedEffects": .int(Int64(abandoned)), "revision": .string(live.revision ?? ""),
    ]
  }
}
