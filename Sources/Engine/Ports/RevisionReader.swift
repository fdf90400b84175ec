package import Planning
package import Resources

/// One revision of a repository, read without a checkout.
///
/// Synchronous, on one thread.
package protocol RevisionReader {
  /// The full commit id.
  var revision: String { get }
  /// The manifest roots that are read; `""` is the whole tree.
  var roots: [String] { get }
  /// Those of `roots` that this revision does not have.
  var missingRoots: [String] { get }
  /// Whether the history may end early, as in a shallow clone.
  var isShallow: Bool { get }

  func contains(_ revision: String) -> Bool
  /// How this revision relates to an earlier one.
  func ancestry(since revision: String) throws(SourceError) -> PlanInput.Ancestry
  /// The manifests of the files that differ from `base`; of all files where `base` is nil.
  func delta(since base: String?) throws(SourceError) -> SourceDelta
  /// Reads some files again, keeping where each field stands.
  func resources(inFiles files: [String]) throws(SourceError) -> [Resource]
  /// The newest commit that touched each of `files`, among those since `base`.
  func origins(of files: Set<String>, since base: String?) throws(SourceError) -> [String: Origin]
  /// Which commits, among those since `base`, made resources what they are at this revision.
  func trace(
    _ queries: [TraceQuery], since base: String?,
  ) throws(SourceError) -> [ResourceKey: ResourceTrace]
  /// Which commits, among those since `base`, took resources out of the files that they were applied
  /// from; where nobody can tell, the resource is left out.
  func deletions(
    _ files: [ResourceKey: String], since base: String?,
  ) throws(SourceError) -> [ResourceKey: Origin]
  /// What is known of commits, by id; those that are not there are left out.
  func commits(_ ids: Set<String>) throws(SourceError) -> [CommitRecord]
}

/// What differs between a revision and an earlier one.
package struct SourceDelta: Sendable {
  /// Whether every file was read, rather than the changed ones.
  package var isEverything: Bool
  /// The manifest files that differ; all of them when everything was read.
  package var touchedFiles: Set<String>
  /// Those that exist at the revision.
  package var presentFiles: Set<String>
  package var resources: [Resource]
  package var diagnostics: [Diagnostic]
  /// The resources of documents with errors, as far as they can be told.
  package var brokenKeys: Set<ResourceKey>
  /// How many blobs were read.
  package var blobsRead: Int

  package init(
    isEverything: Bool, touchedFiles: Set<String>, presentFiles: Set<String>,
    resources: [Resource], diagnostics: [Diagnostic], brokenKeys: Set<ResourceKey> = [],
    blobsRead: Int,
  ) {
    self.isEverything = isEverything
    self.touchedFiles = touchedFiles
    self.presentFiles = presentFiles
    self.resources = resources
    self.diagnostics = diagnostics
    self.brokenKeys = brokenKeys
    self.blobsRead = blobsRead
  }
}

/// What goes wrong with the source, by what the loop and a person can do about it.
package struct SourceError: Error, Sendable, CustomStringConvertible {
  package enum Code: String, Sendable {
    case notFound = "not-found"
    case notARepository = "not-a-repository"
    case emptyRepository = "empty-repository"
    case unknownReference = "unknown-reference"
    case unsupported
    case permission
    case corrupt
    case incomplete
    case unreachable
    case authentication
    case untrustedHost = "untrusted-host"
    case tooLarge = "too-large"
    case timeout
    /// The program is shutting down.
    case cancelled
    case invalidPath = "invalid-path"
    case usage
    /// Signatures cannot be judged: keys or programs for it are missing or unreadable.
    case trust
    /// The source moved while it was looked at; looking again helps.
    case moved
    case other
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
}
