package import Kinds
package import Resources

/// The policies and exceptions that are in force, ready to judge.
package struct PolicySet: Sendable {
  /// A policy whose expressions no longer compile; it fails what it matches.
  package struct Broken: Sendable {
    package var name: String
    package var severity: String
    package var match: PolicyMatch
    package var message: String
  }

  /// A PolicyException.
  package struct Exception: Sendable {
    package var policies: Set<String>
    package var match: PolicyMatch
    package var exception: PolicyFinding.Exception
  }

  /// One resource of kind Policy or PolicyException, read and compiled.
  package enum Member: Sendable {
    case policy(CompiledPolicy)
    case broken(Broken)
    case exception(Exception)

    /// Reads a canonical resource; nil for one of another kind.
    package init?(_ key: ResourceKey, _ content: Value) {
      guard let spec = content["spec"] else { return nil }
      switch key.kind {
      case Kind.policy.name:
        let (policy, mistakes) = CompiledPolicy.compile(name: key.name, spec: spec)
        if let policy {
          self = .policy(policy)
        } else {
          self = .broken(
            Broken(
              name: key.name, severity: spec["severity"]?.string ?? "deny",
              match: PolicyMatch(spec["match"]),
              message: "the policy does not compile: "
                + (mistakes.first.map { "\($0.problem)" } ?? "unknown")))
        }
      case Kind.policyException.name:
        guard
          let expires = spec["expires"]?.string.flatMap({ try? Timestamp(parsing: $0) })
        else { return nil }
        self = .exception(
          Exception(
            policies: Set((spec["policies"]?.array ?? []).compactMap(\.string)),
            match: PolicyMatch(spec["match"]),
            exception: PolicyFinding.Exception(
              name: key.name, owner: spec["owner"]?.string ?? "",
              reason: spec["reason"]?.string ?? "", expires: expires)))
      default: return nil
      }
    }
  }

  /// Sorted by name.
  package private(set) var policies: [CompiledPolicy] = []
  package private(set) var broken: [Broken] = []
  package private(set) var exceptions: [Exception] = []

  package static let kinds = [Kind.policy.name, Kind.policyException.name]

  package init(_ members: [Member] = []) {
    for member in members {
      switch member {
      case .policy(let policy): policies.append(policy)
      case .broken(let policy): broken.append(policy)
      case .exception(let exception): exceptions.append(exception)
      }
    }
    policies.sort { $0.name < $1.name }
    broken.sort { $0.name < $1.name }
    exceptions.sort { $0.exception.name < $1.exception.name }
  }

  /// The names of the policies that compile, sorted.
  package var names: [String] { policies.map(\.name) }

  package var isEmpty: Bool { policies.isEmpty && broken.isEmpty }

  /// The policies that judge changes one by one.
  var aboutChanges: [CompiledPolicy] { policies.filter { !$0.isAboutPlan } }

  /// The kinds whose live resources the expressions look at.
  package var liveKinds: [String] { Set(policies.flatMap(\.liveKinds)).sorted() }

  /// The exception from `policy` that covers all of `change` the longest.
  func exception(of policy: String, for change: PolicyChange) -> PolicyFinding.Exception? {
    exceptions.filter { $0.policies.contains(policy) && $0.match.coversWhole(change) }
      .max { $0.exception.expires < $1.exception.expires }?.exception
  }
}
