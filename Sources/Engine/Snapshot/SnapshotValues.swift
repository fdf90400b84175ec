import Planning
import Resources
import Workflows

// How the parts of a snapshot are written; each reads back what it wrote, and nothing else.

extension LiveSnapshot.Entry {
  var value: Value {
    var members: [Value.Member] = [
      .init("content", Value(canonical: content) ?? .null),
      .init("key", .string(key.description)), .init("live", side.value),
    ]
    if let origin { members.append(.init("origin", origin.value)) }
    return .object(members)
  }

  init?(_ value: Value) {
    guard let key = value["key"]?.string.flatMap({ ResourceKey($0) }),
      let side = value["live"].flatMap(ResourceTransition.Side.init), let body = value["content"],
      body["kind"]?.string == key.kind, body["metadata"]?["name"]?.string == key.name
    else { return nil }
    self.init(
      key: key, side: side, content: CanonicalJSON.bytes(of: body),
      origin: value["origin"].flatMap { Origin($0) })
  }
}

extension Drift {
  var snapshotValue: Value {
    var members: [Value.Member] = []
    func add(_ name: String, _ value: Value?) {
      if let value { members.append(.init(name, value)) }
    }
    add("actual", actual?.value)
    add("actualContent", actualContent.flatMap(Value.init(canonical:)))
    add("applied", applied?.value)
    add("appliedContent", appliedContent.flatMap(Value.init(canonical:)))
    add("changedAt", changedAt.map { .integer($0.nanoseconds) })
    add(
      "edit",
      edit.map {
        [
          "expiresAt": .integer($0.expiresAt.nanoseconds), "owner": .string($0.owner),
          "reason": .string($0.reason),
        ]
      })
    add("key", .string(key.description))
    add("noticedAt", noticedAt.map { .integer($0.nanoseconds) })
    add("operation", .string(operation))
    return .object(members)
  }

  init?(snapshot value: Value) {
    func time(_ value: Value?) -> Timestamp? {
      value?.integer.map { Timestamp(nanoseconds: $0) }
    }
    guard let key = value["key"]?.string.flatMap({ ResourceKey($0) }),
      let operation = value["operation"]?.string
    else { return nil }
    var edit: Edit?
    if let body = value["edit"] {
      guard let owner = body["owner"]?.string, let reason = body["reason"]?.string,
        let expiresAt = time(body["expiresAt"])
      else { return nil }
      edit = Edit(owner: owner, reason: reason, expiresAt: expiresAt)
    }
    self.init(
      key: key, applied: value["applied"].flatMap(ResourceTransition.Side.init),
      actual: value["actual"].flatMap(ResourceTransition.Side.init),
      noticedAt: time(value["noticedAt"]), changedAt: time(value["changedAt"]),
      operation: operation, edit: edit)
    appliedContent = value["appliedContent"].map { CanonicalJSON.bytes(of: $0) }
    actualContent = value["actualContent"].map { CanonicalJSON.bytes(of: $0) }
  }
}

extension ApprovalDecision {
  var snapshotValue: Value {
    [
      "answer": .string(answer.rawValue), "change": .string(change.description),
      "expires": .integer(expires.nanoseconds), "key": .string(key.description),
      "person": .string(person.name), "reason": .string(reason),
      "time": .integer(time.nanoseconds),
    ]
  }

  init?(snapshot value: Value) {
    guard let change = value["change"]?.string.flatMap({ Digest(hex: $0) }),
      let key = value["key"]?.string.flatMap({ ResourceKey($0) }),
      let person = value["person"]?.string.flatMap({ Person($0) }),
      let answer = value["answer"]?.string.flatMap(Answer.init),
      let reason = value["reason"]?.string, let time = value["time"]?.integer,
      let expires = value["expires"]?.integer
    else { return nil }
    self.init(
      change: change, key: key, person: person, answer: answer, reason: reason,
      time: Timestamp(nanoseconds: time), expires: Timestamp(nanoseconds: expires))
  }
}
