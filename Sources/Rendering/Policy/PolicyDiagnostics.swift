package import Planning
package import Resources

/// What policies say, as diagnostics with places.
package struct PolicyDiagnostics {
  private let time: Timestamp

  /// - Parameter time: the moment at which exceptions are judged.
  package init(at time: Timestamp) { self.time = time }

  /// The findings of an audit, policies that match nothing, and exceptions that ran out.
  package func diagnostics(
    _ audit: PolicyAudit, _ set: PolicySet, _ resources: [Resource],
  ) -> [Diagnostic] {
    var places: [ResourceKey: SourceLocation] = [:]
    for resource in resources { places[resource.key] = resource.location }
    func place(_ kind: String, _ name: String) -> SourceLocation {
      places[ResourceKey(kind: kind, name: name)] ?? SourceLocation(file: "", range: .start)
    }
    var result: [Diagnostic] = []
    for finding in audit.findings where !finding.isWaived(at: time) {
      result.append(
        diagnostic(finding, orAt: place("Policy", finding.policy)))
    }
    for policy in set.names where audit.matches[policy] == 0 {
      result.append(
        Diagnostic(
          .warning, code: "policy-matches-nothing",
          "no resource here is one that this policy is about", at: place("Policy", policy),
          resource: ResourceKey(kind: "Policy", name: policy),
          hint: "see whether spec.match says what it should"))
    }
    for exception in set.exceptions where exception.exception.expires <= time {
      let name = exception.exception.name
      result.append(
        Diagnostic(
          .warning, code: "exception-ran-out",
          "the exception ran out at \(exception.exception.expires); its policies hold again",
          at: place("PolicyException", name),
          resource: ResourceKey(kind: "PolicyException", name: name),
          hint: "remove it, or ask \(exception.exception.owner) for a new date"))
    }
    return result.sorted()
  }

  private func diagnostic(
    _ finding: PolicyFinding, orAt place: SourceLocation,
  ) -> Diagnostic {
    let word =
      switch finding.severity {
      case .deny: "denied"
      case .approve: "needs approval"
      case .warn: "warning"
      }
    var message = "\(word) by Policy/\(finding.policy): \(finding.message)"
    if let exception = finding.exception {
      message += " (the exception \(exception.name) ran out at \(exception.expires))"
    }
    return Diagnostic(
      finding.severity == .deny ? .error : .warning, code: "policy-\(finding.severity.rawValue)",
      message, at: finding.location ?? place, resource: finding.subject)
  }
}
