package import Planning
package import Resources

/// The row of a resource before and after one journal event, complete enough to fold the journal
/// in both directions.
package struct ResourceTransition: Hashable, Sendable {
  package struct Side: Hashable, Sendable {
    package var digest: Digest
    package var location: SourceLocation
    package var marks: Marks
    package var isOrphaned: Bool
    package var references: [Reference]
    package var claims: [Claim]

    package init(
      digest: Digest, location: SourceLocation, marks: Marks, isOrphaned: Bool,
      references: [Reference] = [], claims: [Claim] = [],
    ) {
      self.digest = digest
      self.location = location
      self.marks = marks
      self.isOrphaned = isOrphaned
      self.references = references
      self.claims = claims
    }

    package init(_ live: LiveResource) {
      self.init(
        digest: live.digest, location: live.location, marks: live.marks,
        isOrphaned: live.isOrphaned, references: live.references, claims: live.claims)
    }
  }

  package var key: ResourceKey
  /// Nil where the resource did not exist.
  package var before: Side?
  /// Nil where the resource is gone.
  package var after: Side?
  package var reason: String
  package var origin: Origin?
  /// Where the fields come from after the event; nil where it left them as they were, and for a
  /// create of which this event and `origin` say it all.
  package var origins: FieldOrigins?
  /// Where they came from before it; nil where it left them as they were.
  package var previousOrigins: FieldOrigins?

  package init(
    key: ResourceKey, before: Side?, after: Side?, reason: String, origin: Origin?,
    origins: FieldOrigins? = nil, previousOrigins: FieldOrigins? = nil,
  ) {
    self.key = key
    self.before = before
    self.after = after
    self.reason = reason
    self.origin = origin
    self.origins = origins
    self.previousOrigins = previousOrigins
  }

  package var payload: [UInt8] { payload(origin: origin?.value) }

  /// The payload with `origin` as JSON already; for many transitions out of one commit.
  package func payload(origin: Value?) -> [UInt8] {
    var members: [Value.Member] = []
    members.reserveCapacity(6)
    if let after { members.append(.init("after", after.value)) }
    if let before { members.append(.init("before", before.value)) }
    if let origin { members.append(.init("origin", origin)) }
    if let origins { members.append(.init("origins", origins.value)) }
    if let previousOrigins { members.append(.init("previousOrigins", previousOrigins.value)) }
    members.append(.init("reason", .string(reason)))
    return CanonicalJSON.bytes(of: .object(members))
  }

  /// Reads what `payload` wrote; nil for another form.
  package init?(key: ResourceKey, payload: [UInt8]) {
    guard let value = Value(canonical: payload) else { return nil }
    self.init(key: key, value: value)
  }

  /// Reads the payload as a value; nil for another form.
  package init?(key: ResourceKey, value: Value) {
    guard let reason = value["reason"]?.string else { return nil }
    self.init(
      key: key, before: value["before"].flatMap(Side.init),
      after: value["after"].flatMap(Side.init),
      reason: reason, origin: value["origin"].flatMap { Origin($0) },
      origins: value["origins"].flatMap { FieldOrigins($0) },
      previousOrigins: value["previousOrigins"].flatMap { FieldOrigins($0) })
  }
}

extension ResourceTransition.Side {
  /// As the journal has it.
  package var value: Value {
    var members: [Value.Member] = []
    members.reserveCapacity(7)
    if !claims.isEmpty { members.append(.init("claims", .array(claims.map(\.value)))) }
    members.append(.init("digest", .string(digest.description)))
    members.append(.init("location", location.value))
    if marks.isKept { members.append(.init("noPrune", true)) }
    if isOrphaned { members.append(.init("orphaned", true)) }
    if marks.isProtected { members.append(.init("protected", true)) }
    if !references.isEmpty { members.append(.init("references", .array(references.map(\.value)))) }
    return .object(members)
  }

  package init?(_ value: Value) {
    guard let digest = value["digest"]?.string.flatMap({ Digest(hex: $0) }),
      let location = value["location"].flatMap(SourceLocation.init)
    else { return nil }
    self.init(
      digest: digest, location: location,
      marks: Marks(isProtected: value["protected"] == true, isKept: value["noPrune"] == true),
      isOrphaned: value["orphaned"] == true,
      references: (value["references"]?.array ?? []).compactMap(Reference.init),
      claims: (value["claims"]?.array ?? []).compactMap(Claim.init))
  }
}
