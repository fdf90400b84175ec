import Engine
import Git
package import GitSource
package import Persistence
package import Signatures

/// The signatures of the source, judged by the keys that the settings name.
extension Workspace {
  /// Where the commits are that are judged.
  package enum VerifiedRepository: Sendable {
    /// What `revision` opens: a repository on this machine itself, or the mirror of a remote one.
    case opened
    /// The mirror, which a loop follows.
    case mirror
  }

  /// Judges `head`; nil where nobody asks for signatures.
  ///
  /// - Parameters:
  ///   - base: the live revision.
  ///   - store: where earlier verdicts are.
  ///   - remembers: whether `store` may be written.
  package func verification(
    of head: String, since base: String?, in repository: VerifiedRepository = .opened,
    store: Store?, remembers: Bool,
  ) async throws -> SourceVerification? {
    guard settings.verify.mode != .off else { return nil }
    let contents = try trust()
    return try await verifier(repository, store: store, remembers: remembers)
      .verify(head: head, since: base, by: contents)
  }

  /// Reads the files of keys, to find what is wrong with them.
  @discardableResult
  package func trust() throws(SettingsError) -> TrustFiles.Contents {
    do throws(TrustFiles.Problem) {
      return try settings.verify.read()
    } catch {
      throw SettingsError(error.message, hint: error.hint, diagnostics: error.diagnostics)
    }
  }

  func verifier(
    _ repository: VerifiedRepository, store: Store?, remembers: Bool,
  ) throws(SourceError) -> CommitVerifier {
    var path = data.mirrorPath
    var kind = Repository.Kind.mirror
    if repository == .opened, case .path(let local) = try location() {
      path = local
      kind = .checkout
    }
    return CommitVerifier(
      repositoryPath: path, kind: kind, trust: settings.verify, cache: store,
      remembers: remembers, wall: wall, clock: TimerClock())
  }
}
