internal import Engine
internal import Hummingbird
internal import Planning
internal import Resources

/// `GET /v1/status`: what is live, whether it is what git says, what holds it up.
struct StatusRoute: Sendable {
  let desk: StoreDesk
  let startedAt: Timestamp

  func add(to group: RouterGroup<Exchange>) {
    group.get("/status") { _, _ in
      let (status, conditions) = try await desk.statusAndConditions()
      return Response.json(Self.value(status, conditions, startedAt: startedAt))
    }
  }

  static func value(
    _ status: RepositoryStatus, _ conditions: [Engine.Condition], startedAt: Timestamp,
  ) -> Value {
    let ready = conditions.first { $0.kind == .ready }
    let suspension: Value? = status.suspension.map {
      [
        "by": .string($0.actor), "reason": .string($0.reason),
        "since": .string($0.since.description),
      ]
    }
    return [
      "appliedAt": status.appliedAt.map { .string($0.description) } ?? .null,
      "conditions": .array(
        Engine.Condition.Kind.allCases.compactMap { kind in
          conditions.first { $0.kind == kind }.map(value)
        }),
      "counts": .sorted(
        status.live.counts.sorted { $0.key < $1.key }
          .map { Value.Member($0.key, .integer(Int64($0.value))) }),
      "formatVersion": 1,
      "isExact": .bool(status.isExact),
      "liveRevision": status.live.revision.map { .string($0) } ?? .null,
      "roots": .array(status.roots.map { .string($0) }),
      "server": ["startedAt": .string(startedAt.description)],
      "sourceRevision": ready?.observedRevision.map { .string($0) } ?? .null,
      "stateRoot": .string(status.live.root.description),
      "suspension": suspension ?? .null,
    ]
  }

  private static func value(_ condition: Engine.Condition) -> Value {
    [
      "message": .string(condition.message),
      "observedRevision": condition.observedRevision.map { .string($0) } ?? .null,
      "reason": .string(condition.reason), "status": .string(condition.status.rawValue),
      "transitionTime": .string(condition.transitionTime.description),
      "type": .string(condition.kind.rawValue),
    ]
  }
}
