import Planning
package import Resources
package import Workflows

/// Whether the effects of the apply reach those they are for.
package struct EffectsCheck: HealthCheck {
  private let store: any HealthStore

  package let kind = "effects"

  package init(store: any HealthStore) { self.store = store }

  package func observe(
    _ definition: CheckDefinition, _ subject: HealthSubject, at time: Timestamp,
  ) async -> HealthObservation {
    let limit = Int(definition.parameters["atMost"]?.integer ?? 0)
    let record = subject.record
    do throws(StoreError) {
      let prefix = EffectSettings.keyPrefix(of: record.planDigest.description, at: record.began)
      let count = try store.abandonedEffects(keyPrefix: prefix)
      if count <= limit { return .healthy }
      return .failing(
        reason: "\(count) effect\(count == 1 ? "" : "s") of the apply could not be delivered")
    } catch {
      return .unknown(reason: error.message)
    }
  }
}

/// Whether the loop itself is well.
package struct ConditionsCheck: HealthCheck {
  private let store: any StateStore

  package let kind = "conditions"

  package init(store: any StateStore) { self.store = store }

  package func observe(
    _ definition: CheckDefinition, _ subject: HealthSubject, at time: Timestamp,
  ) async -> HealthObservation {
    let types = Set((definition.parameters["types"]?.array ?? []).compactMap(\.string))
    let limit = Int(definition.parameters["atMost"]?.integer ?? 0)
    do throws(StoreError) {
      let standing = try store.conditions().filter {
        types.contains($0.kind.rawValue) && $0.status == .isTrue
      }
      if standing.count <= limit { return .healthy }
      let words = standing.map { "\($0.kind.rawValue) is True (\($0.reason))" }
      return .failing(reason: words.joined(separator: ", "))
    } catch {
      return .unknown(reason: error.message)
    }
  }
}
