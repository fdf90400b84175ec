internal import CGit2
internal import Faults

extension Repository {
  /// Brings one reference of a remote into `localReference` and answers its commit.
  ///
  /// `reference` is a branch, a full reference, a tag or `HEAD`. When the remote has what
  /// `localReference` already stands for, nothing is fetched. Otherwise `localReference` is moved
  /// even if the history was rewritten; compare with `isDescendant` to see that. It is moved only
  /// after every object is on disk. Tags, pruning and `FETCH_HEAD` are left alone.
  ///
  /// Blocks without end when the remote falls silent: run it in a process that can be killed, which
  /// also keeps the certificate authorities, a setting of the whole process, apart.
  package func fetch(
    from url: RemoteURL,
    reference: String,
    into localReference: String,
    credentials: Credentials = Credentials(),
    trust: Trust = Trust(),
    maximumBytes: Int = 1 << 30
  ) throws(GitError) -> ObjectID {
    let session = try FetchSession(url, credentials, trust, maximumBytes)
    try requireName(localReference, session.operation)
    try session.prepareTransport()
    let remote = try unsafe Handle<RemoteKind> {
      var options = unsafe git_remote_create_options()
      unsafe git_remote_create_options_init(&options, UInt32(GIT_REMOTE_CREATE_OPTIONS_VERSION))
      unsafe options.repository = handle.pointer
      // Looking `insteadOf` up could redirect us, and leaks 20 KB per setting in libgit2 1.5.
      unsafe options.flags =
        GIT_REMOTE_CREATE_SKIP_INSTEADOF.rawValue
        | GIT_REMOTE_CREATE_SKIP_DEFAULT_FETCHSPEC.rawValue
      return unsafe git_remote_create_with_opts(&$0, url.text, &options)
    } explain: {
      $0.error(.invalidURL, session.operation, "libgit2 does not understand the address")
    }
    try unsafe session.connect(remote.pointer)
    defer { unsafe git_remote_disconnect(remote.pointer) }
    let advertised = try unsafe session.advertised(by: remote.pointer)
    let wanted = try advertised.find(reference, session.operation)
    if try self.reference(localReference) != wanted.target {
      try unsafe session.download(wanted.name, as: localReference, remote.pointer)
      unsafe git_odb_refresh(database.pointer)
      FaultPoint.reach(.fetchObjectsReceived)
    }
    let commit = try commitID(of: wanted.target, session.operation)
    if try self.reference(localReference) != wanted.target {
      try setReference(localReference, to: wanted.target)
    }
    return commit
  }

  /// Follows tags from `id` to a commit.
  private func commitID(of id: ObjectID, _ operation: String) throws(GitError) -> ObjectID {
    let object = try unsafe Handle<ObjectKind> {
      var raw = id.raw
      return unsafe git_object_lookup(&$0, handle.pointer, &raw, GIT_OBJECT_ANY)
    } explain: {
      explain($0, reading: id, operation)
    }
    let commit = try unsafe Handle<ObjectKind> {
      unsafe git_object_peel(&$0, object.pointer, GIT_OBJECT_COMMIT)
    } explain: {
      $0.error(
        .unknownReference,
        operation,
        "the reference stands for something else than a commit"
      )
    }
    return unsafe ObjectID(git_object_id(commit.pointer)) ?? id
  }
}

/// What a remote says it has.
struct AdvertisedReferences {
  private let targets: [String: ObjectID]
  private let headTarget: String?

  init(_ heads: UnsafeBufferPointer<UnsafePointer<git_remote_head>?>) {
    var targets: [String: ObjectID] = [:]
    var headTarget: String?
    for index in heads.indices {
      guard let head = unsafe heads[index], let raw = unsafe head.pointee.name else { continue }
      let name = unsafe String(cString: raw)
      targets[name] = unsafe ObjectID(head.pointee.oid)
      if name == "HEAD" {
        headTarget = unsafe head.pointee.symref_target.map { unsafe String(cString: $0) }
      }
    }
    self.targets = targets
    self.headTarget = headTarget
  }

  /// Finds what `reference` means: exactly, or as a branch, or as a tag.
  func find(_ reference: String, _ operation: String) throws(GitError) -> Reference {
    guard !targets.isEmpty else {
      throw GitError(.emptyRepository, operation, "the remote has no commit yet; push one first")
    }
    if reference == "HEAD", let headTarget, let target = targets[headTarget] {
      return Reference(name: headTarget, target: target)
    }
    for name in [reference, "refs/heads/\(reference)", "refs/tags/\(reference)"] {
      guard name == "HEAD" || name.hasPrefix("refs/") else { continue }
      if let target = targets[name] { return Reference(name: name, target: target) }
    }
    if reference == "HEAD" {
      let advice = "the remote's HEAD names a branch that does not exist; name a branch instead"
      throw GitError(.emptyRepository, operation, advice)
    }
    let names = targets.keys.filter { !$0.hasSuffix("^{}") && $0 != "HEAD" }.sorted()
    let suggestion = Suggestion.text(for: reference, among: names)
    let message = "the remote has no branch or tag \(printable(reference))\(suggestion)"
    throw GitError(.unknownReference, operation, message)
  }
}
