package import Resources

/// Finds out which live resources are not what was applied.
///
/// Whoever writes to managed rows by other means than Writ leaves a trace in a trigger journal, so
/// looking costs as much as was written, not as much as there is.
package protocol DriftStore: Sendable {
  /// The open drifts, and what others wrote since without its being on record yet; by key.
  func drifts() throws(StoreError) -> [Drift]

  /// Puts on record what others wrote since the last call, in one transaction: journal events, the
  /// state root of the rows as they are now, and the open drifts. Changes no content.
  ///
  /// - Returns: the open drifts, by key.
  func recordDrift(at time: Timestamp) throws(StoreError) -> [Drift]

  /// Compares every live row and its content with the state tree, and marks what differs for
  /// `recordDrift`. Finds what happened while the triggers were gone; costs O(live state).
  ///
  /// - Returns: how many resources were marked.
  func auditDrift(at time: Timestamp) throws(StoreError) -> Int
}
