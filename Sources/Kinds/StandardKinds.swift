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
    .receiver,
    .routingPolicy,
    .schedule,
    .timeInterval,
  ])
}
