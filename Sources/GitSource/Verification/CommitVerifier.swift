import Dispatch
package import Engine
import Faults
package import Git
import Resources
package import Signatures

/// Judges the signatures of the commits of one repository.
///
/// SSH signatures are checked in this process, because starting `ssh-keygen` costs more than the
/// rest of the work together; GPG signatures by gpg itself.
package struct CommitVerifier: SourceVerifier {
  private let repositoryPath: String
  private let kind: Repository.Kind
  private let trust: TrustFiles
  private let cache: (any VerdictCache)?
  private let remembers: Bool
  private let wall: any WallClock
  private let clock: any Clock<Duration>

  /// How many commits one range may have.
  package static let commitLimit = 50_000
  /// How many of them may be signed with GPG, which costs a process for each.
  package static let gpgLimit = 10_000
  /// How many paths one commit may change where a rule asks who changed them.
  package static let pathLimit = 1_000_000

  /// - Parameters:
  ///   - cache: where verdicts are found that were reached before.
  ///   - remembers: whether new ones are put there.
  package init(
    repositoryPath: String, kind: Repository.Kind, trust: TrustFiles,
    cache: (any VerdictCache)?, remembers: Bool, wall: any WallClock, clock: any Clock<Duration>,
  ) {
    self.repositoryPath = repositoryPath
    self.kind = kind
    self.trust = trust
    self.cache = cache
    self.remembers = remembers
    self.wall = wall
    self.clock = clock
  }

  package var mode: VerificationMode { trust.mode }

  package func verify(
    head: String, since base: String?,
  ) async throws(SourceError) -> SourceVerification {
    let contents: TrustFiles.Contents
    do throws(TrustFiles.Problem) {
      contents = try trust.read()
    } catch {
      let first = error.diagnostics.first.map { "; the first: \($0.location): \($0.message)" } ?? ""
      throw SourceError(.trust, error.message + first, hint: error.hint)
    }
    return try await verify(head: head, since: base, by: contents)
  }

  /// Judges with keys that were read before.
  package func verify(
    head: String, since base: String?, by contents: TrustFiles.Contents,
  ) async throws(SourceError) -> SourceVerification {
    var walked = try await blocking { () throws(SourceError) in
      try walk(head: head, since: base, contents)
    }
    try await askGPG(&walked, contents)
    let now = wall.now()
    FaultPoint.reach(.verifyJudged)
    if remembers, !walked.fresh.isEmpty {
      // Without the cache the next check is slower, and no less right.
      try? cache?.remember(walked.fresh, keyring: contents.digest, at: now)
    }
    FaultPoint.reach(.verifyRemembered)
    let commits = walked.commits
    let policy = SigningPolicy(rules: trust.rules)
    let facts = try await blocking { () throws(SourceError) in
      try withPaths(commits, policy)
    }
    var signers: [String: Signer] = [:]
    for case (let commit, .verified(let signer)) in facts.map({ ($0.id, $0.verdict) }) {
      signers[commit] = signer
    }
    return SourceVerification(
      mode: mode, head: head, base: base, commitCount: facts.count,
      refusals: policy.refusals(of: facts, at: now), signers: signers)
  }

  // MARK: Reading commits

  private struct Walked: Sendable {
    /// Newest first; those whose signature gpg has to judge count as unsigned until then.
    var commits: [(facts: CommitFacts, commit: Commit)] = []
    var pending: [(index: Int, signed: SignedCommit)] = []
    /// Verdicts that the cache does not have.
    var fresh: [String: CommitVerdict] = [:]
  }

  private func walk(
    head: String, since base: String?, _ contents: TrustFiles.Contents,
  ) throws(SourceError) -> Walked {
    do {
      let repository = try Repository(opening: repositoryPath, kind: kind)
      guard let headID = ObjectID(hex: head) else {
        throw SourceError(.unknownReference, "\(head) is not the id of a commit")
      }
      let commits = try commits(of: repository, headID, base)
      let known = try knownVerdicts(commits, contents.digest)
      var walked = Walked()
      for commit in commits {
        let id = commit.id.description
        let verdict = try known[id] ?? verdict(of: commit, repository, contents, &walked)
        walked.commits.append((try facts(commit, verdict, repository), commit))
      }
      return walked
    } catch {
      throw SourceError(any: error)
    }
  }

  private func commits(
    of repository: borrowing Repository, _ head: ObjectID, _ base: String?,
  ) throws -> [Commit] {
    if mode == .head { return [try repository.commit(head)] }
    guard !repository.isShallow else {
      throw SourceError(
        .incomplete,
        "this clone is shallow, so the signatures of a range of commits cannot be checked",
        hint: "fetch everything: git fetch --unshallow; in CI: fetch-depth: 0; or use verify: head")
    }
    let start = try start(repository, base)
    var commits: [Commit] = []
    let end = try repository.history(from: head, hiding: start, limit: Self.commitLimit) {
      commits.append($0)
      return true
    }
    guard end == .complete else {
      throw SourceError(
        .tooLarge,
        "\(start.map { "since \($0.abbreviated)" } ?? "the whole history") has more than \(Self.commitLimit) commits, too many to check at once",
        hint: "name a commit that you trust with all below it in verify.since of writ.yaml")
    }
    return commits
  }

  /// The commit below which nothing is looked at: what is live, else what the settings trust.
  private func start(_ repository: borrowing Repository, _ base: String?) throws -> ObjectID? {
    if let base = base.flatMap({ ObjectID(hex: $0) }), repository.contains(base) { return base }
    guard let since = trust.since else { return nil }
    guard let id = ObjectID(hex: since), repository.contains(id) else {
      throw SourceError(
        .trust, "the commit \(since) of verify.since is not in the repository",
        hint: "name the full id of a commit that is, or leave the setting out")
    }
    return id
  }

  private func knownVerdicts(
    _ commits: [Commit], _ keyring: Digest,
  ) throws(StoreError) -> [String: CommitVerdict] {
    guard let cache else { return [:] }
    return try cache.verdicts(of: commits.map(\.id.description), keyring: keyring)
  }

  private func verdict(
    of commit: Commit, _ repository: borrowing Repository, _ contents: TrustFiles.Contents,
    _ walked: inout Walked,
  ) throws(GitError) -> CommitVerdict {
    let verdict: CommitVerdict
    let raw = try repository.rawCommit(commit.id, maximumBytes: SignedCommit.maximumBytes)
    do throws(SignedCommit.Problem) {
      let signed = try SignedCommit(raw: raw)
      switch signed.format {
      case .ssh: verdict = contents.ssh.verdict(of: signed, at: commit.time)
      case .pgp:
        guard contents.gpgKeyring != nil else {
          verdict = .refused(
            .unsupported("it is a GPG signature, and verify.gpgKeyring is not set"))
          break
        }
        walked.pending.append((walked.commits.count, signed))
        return .refused(.unsigned)
      case .unknown(let line): verdict = .refused(.unsupported("it starts with \"\(line)\""))
      }
    } catch {
      switch error {
      case .unsigned: verdict = .refused(.unsigned)
      case .malformed(let words): verdict = .refused(.malformed(words))
      }
    }
    walked.fresh[commit.id.description] = verdict
    return verdict
  }

  private func facts(
    _ commit: Commit, _ verdict: CommitVerdict, _ repository: borrowing Repository,
  ) throws(GitError) -> CommitFacts {
    var parentTime: Timestamp?
    for parent in commit.parents where repository.contains(parent) {
      let time = try repository.commit(parent).time
      parentTime = max(parentTime ?? time, time)
    }
    return CommitFacts(
      id: commit.id.description, parents: commit.parents.map(\.description),
      author: "\(commit.author.name) <\(commit.author.email)>", subject: commit.summary,
      time: commit.time, parentTime: parentTime, verdict: verdict)
  }

  // MARK: GPG

  private func askGPG(
    _ walked: inout Walked, _ contents: TrustFiles.Contents,
  ) async throws(SourceError) {
    guard let keyring = contents.gpgKeyring, !walked.pending.isEmpty else { return }
    guard walked.pending.count <= Self.gpgLimit else {
      throw SourceError(
        .tooLarge,
        "\(walked.pending.count) commits are signed with GPG, and \(Self.gpgLimit) can be checked at once",
        hint: "name a commit that you trust with all below it in verify.since of writ.yaml")
    }
    let home = try await GPGHome.open(
      keyring: keyring, program: trust.findGPG(), clock: clock)
    let gpg = GPGTrust(
      keys: home.keys, principals: trust.gpgPrincipals, revoked: contents.revoked,
      webFlow: trust.webFlow)
    for (index, signed) in walked.pending {
      let facts = walked.commits[index].facts
      let status = try await home.status(of: signed, name: facts.id)
      let verdict = gpg.verdict(status, at: facts.time)
      walked.commits[index].facts.verdict = verdict
      walked.fresh[facts.id] = verdict
    }
  }

  // MARK: Paths

  /// Adds the paths that each commit decided, where somebody asks for them.
  private func withPaths(
    _ commits: [(facts: CommitFacts, commit: Commit)], _ policy: SigningPolicy,
  ) throws(SourceError) -> [CommitFacts] {
    do {
      let repository = try Repository(opening: repositoryPath, kind: kind)
      return try commits.map { facts, commit in
        guard case .verified(let signer) = facts.verdict else { return facts }
        if policy.rules.isEmpty, !signer.isWebFlow { return facts }
        if commit.parents.contains(where: { !repository.contains($0) }) {
          throw SourceError(
            .incomplete,
            "this clone is shallow, so what commit \(commit.id.abbreviated) decided cannot be told",
            hint: "fetch everything: git fetch --unshallow; in CI: fetch-depth: 0")
        }
        var facts = facts
        let paths = try repository.decidedPaths(
          commit: commit, limits: WalkLimits(changes: Self.pathLimit))
        facts.ownPaths = signer.isWebFlow ? paths : paths.filter(policy.covers)
        return facts
      }
    } catch {
      throw SourceError(any: error)
    }
  }

  /// Runs `body` on a thread of its own, away from those that everything else shares.
  private func blocking<Result: Sendable>(
    _ body: @escaping @Sendable () throws(SourceError) -> Result,
  ) async throws(SourceError) -> Result {
    let result = await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        continuation.resume(
          returning: Swift.Result { () throws(SourceError) in try body() })
      }
    }
    return try result.get()
  }
}

extension Commit {
  /// When the commit was put into the repository, as it says itself.
  fileprivate var time: Timestamp {
    let seconds = min(max(0, committer.time), 7_258_118_399)
    return Timestamp(nanoseconds: seconds * 1_000_000_000)
  }
}
