package import Resources

extension KindRegistry {
  /// The kinds that Writ knows by itself.
  package static let standard = KindRegistry([
    .automationPack,
    .changeWindow,
    .commandPolicy,
    .escalationPolicy,
    .job,
    .onCall,
    .policy,
    .policyException,
    .probe,
    .receiver,
    .role,
    .routingPolicy,
    .schedule,
    .timeInterval,
  ])
}
