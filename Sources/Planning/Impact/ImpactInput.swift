package import Resources

/// Everything that the analyzers of impact depend on: the plan, and what is live around it.
package struct ImpactInput: Sendable {
  /// A changed resource as it is and as it will be.
  package struct Sides: Sendable {
    package var old: Value?
    package var new: Value?

    package init(old: Value?, new: Value?) {
      self.old = old
      self.new = new
    }

    /// What the resource is after the change, or else was before it.
    package var latest: Value? { new ?? old }
  }

  package var plan: Plan
  /// The moment from which things to come are counted.
  package var time: Timestamp
  /// The contents of the changed resources, as many as `changeLimit` allows.
  package var sides: [ResourceKey: Sides]
  /// Who names whom, from the changed resources outwards: a target and those that name it.
  package var namedBy: [ResourceKey: [ResourceKey]]
  /// Whether the search for those ended at its limit.
  package var isCut: Bool
  /// The resources that will be live and that changed policies are about, by key; none where no
  /// policy changes.
  package var resources: [Standing] = []
  /// Whether there are more of those than were read.
  package var isCutForPolicies = false

  /// A resource that will be live.
  package struct Standing: Sendable {
    package var key: ResourceKey
    package var content: Value
    package var file: String

    package init(key: ResourceKey, content: Value, file: String) {
      self.key = key
      self.content = content
      self.file = file
    }
  }

  /// For changed policies no more resources are read.
  package static let resourceLimit = 100_000

  /// The contents of no more changes are read.
  package static let changeLimit = 20_000
  /// The search through references visits no more resources.
  package static let reachLimit = 10_000

  package init(
    plan: Plan, time: Timestamp, sides: [ResourceKey: Sides] = [:],
    namedBy: [ResourceKey: [ResourceKey]] = [:], isCut: Bool = false,
  ) {
    self.plan = plan
    self.time = time
    self.sides = sides
    self.namedBy = namedBy
    self.isCut = isCut
  }
}

/// Says what a plan does to one area; pure.
package protocol ImpactAnalyzer: Sendable {
  /// The area's word, unique among the analyzers.
  var area: String { get }
  func section(_ input: ImpactInput) -> ImpactSection
}

/// An area that nothing can be said about yet.
package struct UnavailableImpact: ImpactAnalyzer {
  package let area: String
  private let reason: String

  package init(area: String, reason: String) {
    self.area = area
    self.reason = reason
  }

  package func section(_ input: ImpactInput) -> ImpactSection {
    ImpactSection(area: area, notAvailable: reason)
  }
}
