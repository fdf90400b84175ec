package import Resources

/// A change that waits until people agree to it, and how many of whom.
package struct ApprovalRequirement: Hashable, Sendable {
  package var key: ResourceKey
  /// What an approval binds to; see `Change.identity`.
  package var change: Digest
  /// What asks for it: `Policy/NAME`, or `spec.approval`.
  package var source: String
  /// Why, for those who are asked.
  package var message: String
  /// How many people must agree, each counted once.
  package var approvers: Int
  /// Roles of which an approver must have one; none means anybody.
  package var roles: [String]
  /// A live PolicyException that covers it, as long as it has not run out.
  package var exception: PolicyFinding.Exception?

  package init(
    key: ResourceKey, change: Digest, source: String, message: String, approvers: Int,
    roles: [String], exception: PolicyFinding.Exception? = nil,
  ) {
    self.exception = exception
    self.key = key
    self.change = change
    self.source = source
    self.message = message
    self.approvers = approvers
    self.roles = roles
  }
}

extension ApprovalRequirement: Comparable {
  package static func < (a: ApprovalRequirement, b: ApprovalRequirement) -> Bool {
    a.key != b.key ? a.key < b.key : a.source < b.source
  }
}

extension Change {
  /// What an approval of this change binds to.
  ///
  /// It covers what the change does and to which file it belongs, and not the commit: it stays when
  /// an unrelated commit is merged, and is another one as soon as the change differs.
  package var identity: Digest {
    var members: [Value.Member] = [.init("action", .string(action.rawValue))]
    if let after { members.append(.init("after", .string(after.description))) }
    if let before { members.append(.init("before", .string(before.description))) }
    members.append(.init("file", .string(location.file)))
    members.append(.init("key", .string(key.description)))
    if let previousFile { members.append(.init("previousFile", .string(previousFile))) }
    return Digest(of: CanonicalJSON.bytes(of: .object(members)))
  }
}

extension ApprovalRequirement {
  package var value: Value {
    var members: [Value.Member] = [
      .init("approvers", .integer(Int64(approvers))),
      .init("change", .string(change.description)),
      .init("key", .string(key.description)),
      .init("message", .string(message)),
      .init("roles", .array(roles.map { .string($0) })),
      .init("source", .string(source)),
    ]
    if let exception { members.append(.init("exception", exception.value)) }
    return .sorted(members)
  }

  init?(_ value: Value) {
    guard let key = value["key"]?.string.flatMap({ ResourceKey($0) }),
      let change = value["change"]?.string.flatMap({ Digest(hex: $0) }),
      let source = value["source"]?.string, let message = value["message"]?.string,
      let approvers = value["approvers"]?.integer, let roles = value["roles"]?.array
    else { return nil }
    self.init(
      key: key, change: change, source: source, message: message,
      approvers: Int(clamping: approvers), roles: roles.compactMap(\.string),
      exception: value["exception"].flatMap(PolicyFinding.Exception.init))
  }
}
