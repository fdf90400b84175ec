/// One failure of the Git layer: what was tried, what went wrong, and what a person can do.
///
/// Two errors are equal when their codes are; the words are for people.
package struct GitError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of failure it is, for callers that must choose what to do next.
  package enum Code: String, Sendable, CaseIterable {
    /// Nothing exists at the path, or the remote repository does not exist.
    case notFound
    /// Something exists at the path, but it is not a repository.
    case notARepository
    /// No branch, tag or commit has this name.
    case unknownReference
    /// The beginning of an id is that of several objects.
    case ambiguousName
    /// The repository has no commit yet.
    case emptyRepository
    /// The repository names its objects with something else than SHA-1.
    case unsupportedObjectFormat
    /// The repository uses an extension that this program does not know.
    case unsupportedExtension
    /// The repository belongs to another user.
    case notOwned
    /// An object exists but its bytes are damaged or malformed.
    case corruptObject
    /// An object is not in this repository, as in shallow and partial clones.
    case missingObject
    /// The remote could not be reached, or the connection broke.
    case unreachable
    /// The remote refused the credentials, or wants some and there are none.
    case authentication
    /// The HTTPS certificate of the remote is not trusted.
    case certificate
    /// The SSH host key of the remote is not trusted.
    case hostKey
    /// A limit on bytes, depth or items was exceeded.
    case tooLarge
    /// The network gave up waiting.
    case timeout
    /// A path or name is not one that this program accepts.
    case invalidPath
    /// The address of a remote is malformed or its transport is not allowed.
    case invalidURL
    /// Anything else; `detail` has what libgit2 said.
    case other
  }

  /// What kind of failure it is.
  package let code: Code
  /// What was being done, as in `open /srv/config`.
  package let operation: String
  /// What is wrong and what to do, in words.
  package let message: String
  /// What libgit2 itself said, made safe to print; nil when it said nothing.
  package let detail: String?

  /// Makes an error from its fields.
  package init(_ code: Code, _ operation: String, _ message: String, detail: String? = nil) {
    self.code = code
    self.operation = operation
    self.message = message
    self.detail = detail
  }

  /// The operation, the message and the detail in one line.
  package var description: String {
    let said = detail.map { " (libgit2: \($0))" } ?? ""
    return "\(operation): \(message)\(said)"
  }

  /// Whether both are the same kind of failure.
  package static func == (left: GitError, right: GitError) -> Bool { left.code == right.code }
}
