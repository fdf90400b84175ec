package import Planning
package import Resources
internal import Synchronization

/// Policies as they were compiled, by their content.
///
/// Compiling takes longer than a plan of one change, and policies change rarely.
package final class PolicyCache: Sendable {
  /// How many are kept; beyond it all are forgotten.
  private static let limit = 4096

  private let members = Mutex<[Digest: PolicySet.Member]>([:])

  package init() {}

  /// The policies and exceptions that are live.
  ///
  /// - Parameter spread: how those are compiled that are not known yet.
  package func policies(
    of live: any LiveReader, spread: any Spread = OneByOne(),
  ) throws(StoreError) -> PolicySet {
    var keys: [ResourceKey] = []
    for kind in PolicySet.kinds {
      keys += try live.names(ofKind: kind).map { ResourceKey(kind: kind, name: $0) }
    }
    if keys.isEmpty { return PolicySet() }
    let contents = Array(try live.contents(of: keys))
    return PolicySet(
      spread.map(contents.count) { member(contents[$0].key, contents[$0].value) }
        .compactMap(\.self))
  }

  /// The policies that are live, with what their expressions ask about.
  package func context(
    of live: any LiveReader, branch: String, signers: [String: String],
    spread: any Spread = OneByOne(),
  ) throws(StoreError) -> PolicyContext {
    let set = try policies(of: live, spread: spread)
    if set.isEmpty { return PolicyContext() }
    var context = PolicyContext(set: set, branch: branch, signers: signers)
    for kind in set.liveKinds {
      let keys = try live.names(ofKind: kind).map { ResourceKey(kind: kind, name: $0) }
      let contents = try live.contents(of: keys)
      context.live += keys.sorted().compactMap { contents[$0].flatMap(Value.init(canonical:)) }
    }
    return context
  }

  /// The policies of resources that need not be live.
  package func policies(of resources: [Resource]) -> PolicySet {
    PolicySet(
      resources.filter { PolicySet.kinds.contains($0.key.kind) }
        .compactMap { member($0.key, $0.content) })
  }

  private func member(_ key: ResourceKey, _ bytes: [UInt8]) -> PolicySet.Member? {
    // The content has the key in it.
    let digest = Digest(of: bytes)
    if let known = members.withLock({ $0[digest] }) { return known }
    guard let content = Value(canonical: bytes), let member = PolicySet.Member(key, content) else {
      return nil
    }
    members.withLock { members in
      if members.count >= Self.limit { members.removeAll() }
      members[digest] = member
    }
    return member
  }
}
