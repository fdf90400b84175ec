package import Resources

/// What the policies that are live judge by: themselves, exceptions, and what they ask about.
package struct PolicyContext: Sendable {
  /// The canonical bytes of the live resources of kind Policy and PolicyException.
  package var resources: [ResourceKey: [UInt8]]
  /// The canonical bytes of live resources of the kinds that expressions name as `live.KIND`.
  package var live: [ResourceKey: [UInt8]]
  /// The branch that the revision is the head of, where it is known.
  package var branch: String
  /// The principals that signed commits, by commit, as far as that was verified.
  package var signers: [String: String]

  package init(
    resources: [ResourceKey: [UInt8]] = [:], live: [ResourceKey: [UInt8]] = [:],
    branch: String = "", signers: [String: String] = [:],
  ) {
    self.resources = resources
    self.live = live
    self.branch = branch
    self.signers = signers
  }
}
