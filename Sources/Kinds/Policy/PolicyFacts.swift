package import CEL
package import Resources

/// A change as the rules of policies see it.
package struct PolicyChange: Sendable {
  package var action: String
  package var key: ResourceKey
  package var file: String
  package var previousFile: String?
  /// The canonical resource afterwards; nil for a delete.
  package var object: CanonicalContent?
  /// The canonical resource before; nil for a create.
  package var oldObject: CanonicalContent?
  package var request: Request

  /// Who asks for a change.
  package struct Request: Hashable, Sendable {
    /// The e-mail address of the author of the commit.
    package var author: String
    package var authorName: String
    /// The principal that signed the commit, where that was verified; else empty.
    package var signer: String
    package var branch: String

    package init(
      author: String = "", authorName: String = "", signer: String = "", branch: String = ""
    ) {
      self.author = author
      self.authorName = authorName
      self.signer = signer
      self.branch = branch
    }
  }

  package init(
    action: String, key: ResourceKey, file: String, previousFile: String? = nil,
    object: CanonicalContent?, oldObject: CanonicalContent?, request: Request = Request(),
  ) {
    self.action = action
    self.key = key
    self.file = file
    self.previousFile = previousFile
    self.object = object
    self.oldObject = oldObject
    self.request = request
  }

  /// The labels after the change, and those before it.
  var labels: [Value?] {
    [object, oldObject].compactMap(\.self).map { $0.value(at: ["metadata", "labels"]) }
  }
}

/// A change converted once, for all policies that look at it; to expressions it is `change`.
package final class PolicyFacts: CELMapSource {
  package let change: PolicyChange
  let object: CELValue
  let oldObject: CELValue
  let request: CELValue

  package init(_ change: PolicyChange, registry: KindRegistry) {
    self.change = change
    let kind = registry[change.key.kind]
    func value(_ content: CanonicalContent?) -> CELValue {
      content.map { kind?.celValue(of: $0) ?? CELValue($0) } ?? .null
    }
    object = value(change.object)
    oldObject = value(change.oldObject)
    request = .map(RequestFields(change.request))
  }

  /// The variable `change`.
  var value: CELValue { .map(self) }

  package var count: Int { 8 }
  package var keys: [CELKey] {
    [
      .string("action"), .string("file"), .string("kind"), .string("name"), .string("object"),
      .string("oldObject"), .string("previousFile"), .string("request"),
    ]
  }

  package func value(forField field: String) -> CELValue? {
    switch field {
    case "action": .string(change.action)
    case "file": .string(change.file)
    case "kind": .string(change.key.kind)
    case "name": .string(change.key.name)
    case "object": object
    case "oldObject": oldObject
    case "previousFile": .string(change.previousFile ?? change.file)
    case "request": request
    default: nil
    }
  }
}

/// The variable `request`, whose fields are made when they are asked for.
private final class RequestFields: CELMapSource {
  private let request: PolicyChange.Request

  init(_ request: PolicyChange.Request) { self.request = request }

  var count: Int { 4 }
  var keys: [CELKey] {
    [.string("author"), .string("authorName"), .string("branch"), .string("signer")]
  }

  func value(forField field: String) -> CELValue? {
    switch field {
    case "author": .string(request.author)
    case "authorName": .string(request.authorName)
    case "branch": .string(request.branch)
    case "signer": .string(request.signer)
    default: nil
    }
  }
}

/// What the rules of policies see beside the change.
package struct PolicySurroundings: Sendable {
  let plan: CELValue
  let live: CELValue

  /// - Parameters:
  ///   - changes: all changes of the plan, in its order.
  ///   - live: the canonical live resources of the kinds that rules ask for, before the plan.
  package init(changes: [PolicyFacts], live: [Value], registry: KindRegistry) {
    var counts: [String: Int64] = ["create": 0, "update": 0, "delete": 0, "move": 0]
    for facts in changes { counts[facts.change.action, default: 0] += 1 }
    plan = .map([
      "changes": .list(changes.map(\.value)), "counts": .map(counts.mapValues { .int($0) }),
    ])
    var lists: [String: [CELValue]] = [:]
    for kind in registry.names { lists[kind] = [] }
    for content in live {
      guard let name = content["kind"]?.string, let kind = registry[name] else { continue }
      lists[name, default: []].append(kind.celValue(of: content))
    }
    self.live = .map(lists.mapValues { .list($0) })
  }
}
