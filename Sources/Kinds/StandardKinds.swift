package import Resources

extension KindRegistry {
  /// The kinds that Writ knows by itself.
  package static let standard = KindRegistry([
    .automationPack,
    .changeWindow,
    .escalationPolicy,
    .job,
    .onCall,
    .policy,
    .policyException,
    .receiver,
    .role,
    .routingPolicy,
    .schedule,
    .timeInterval,
  ])
}
