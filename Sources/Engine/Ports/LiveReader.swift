package import Planning
package import Resources

/// One consistent view of the live state.
///
/// Synchronous, for use inside one read transaction.
package protocol LiveReader {
  func summary() throws(StoreError) -> LiveSummary
  /// Whether the live state is exactly the snapshot of its revision.
  func isExact() throws(StoreError) -> Bool
  func resources(inFiles files: [String]) throws(StoreError) -> [LiveResource]
  func resources(named keys: [ResourceKey]) throws(StoreError) -> [LiveResource]
  func allResources() throws(StoreError) -> [LiveResource]
  /// The canonical bytes of those of `keys` that are live.
  func contents(of keys: [ResourceKey]) throws(StoreError) -> [ResourceKey: [UInt8]]
  /// Who names one of `keys`.
  func referrers(to keys: [ResourceKey]) throws(StoreError) -> [Referrer]
  func claimHolders(of claims: [String]) throws(StoreError) -> [ClaimHolder]
  func names(ofKind kind: String) throws(StoreError) -> [String]
  /// The live resources that are not what was applied, by key.
  func drifts() throws(StoreError) -> [Drift]
  /// The state tree with the buckets of `keys` loaded.
  func tree(around keys: [ResourceKey]) throws(StoreError) -> StateTree
}

/// What goes wrong with the store, by what the caller can do about it.
package struct StoreError: Error, Sendable, CustomStringConvertible {
  package enum Code: String, Sendable {
    /// Another process holds the write lock for too long.
    case busy
    case readOnly = "read-only"
    case corrupt
    /// The database was written by a newer Writ.
    case newerSchema = "newer-schema"
    /// The database has to be migrated by a writing command first.
    case olderSchema = "older-schema"
    /// There is a file, and no table in it yet.
    case noSchema = "no-schema"
    case otherApplication = "other-application"
    case permission
    case full
    case inputOutput = "input-output"
    /// The live state is not what the plan was made for.
    case stale
    /// The state that the plan predicts is not the state that it makes.
    case rootMismatch = "root-mismatch"
    case notFound = "not-found"
    /// A person has to allow it first.
    case blocked
    /// What was stored means something else to this version of Writ.
    case incompatible
    case other

    /// Whether it is the store that failed, rather than what was asked of it.
    package var isOfTheStore: Bool {
      switch self {
      case .readOnly, .corrupt, .permission, .full, .inputOutput: true
      case .busy, .newerSchema, .olderSchema, .noSchema, .otherApplication, .stale,
        .rootMismatch, .notFound, .blocked, .incompatible, .other:
        false
      }
    }
  }

  package var code: Code
  package var message: String
  package var hint: String?

  package init(_ code: Code, _ message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }

  package var description: String { message }

  /// Whether trying again later may help.
  package var mayPass: Bool {
    switch code {
    case .corrupt, .blocked, .incompatible, .rootMismatch, .notFound, .newerSchema, .olderSchema,
      .noSchema,
      .otherApplication:
      false
    case .busy, .readOnly, .permission, .full, .inputOutput, .stale, .other: true
    }
  }
}
