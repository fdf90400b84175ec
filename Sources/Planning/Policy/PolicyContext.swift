package import Resources

/// What the policies that are live judge by: themselves, and what they ask about.
package struct PolicyContext: Sendable {
  package var set: PolicySet
  /// The canonical live resources of the kinds that expressions name as `live.KIND`, by key.
  package var live: [Value]
  /// The branch that the revision is the head of, where it is known.
  package var branch: String
  /// The principals that signed commits, by commit, as far as that was verified.
  package var signers: [String: String]

  package init(
    set: PolicySet = PolicySet(), live: [Value] = [], branch: String = "",
    signers: [String: String] = [:],
  ) {
    self.set = set
    self.live = live
    self.branch = branch
    self.signers = signers
  }
}
