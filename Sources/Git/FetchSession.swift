internal import CGit2
import Glibc

/// One conversation with a remote: it answers libgit2's questions and remembers why it said no.
final class FetchSession {
  let url: RemoteURL
  let operation: String
  let credentials: Credentials
  let trust: Trust
  let maximumBytes: Int
  let key: PrivateKeyText?
  /// Why a callback ended the conversation.
  var refusal: GitError?
  /// The credential methods that were tried.
  var attempts: Set<UInt32> = []
  /// The kinds of host key that are known, when the server showed another kind.
  var otherKeyTypes: [String] = []

  init(
    _ url: RemoteURL,
    _ credentials: Credentials,
    _ trust: Trust,
    _ maximumBytes: Int
  ) throws(GitError) {
    self.url = url
    self.credentials = credentials
    self.trust = trust
    self.maximumBytes = maximumBytes
    operation = "fetch \(url.redacted)"
    key =
      if url.transport == .ssh, let key = credentials.privateKey {
        try PrivateKeyText(key)
      } else {
        nil
      }
  }

  /// Checks what can be checked before the network is touched.
  func prepareTransport() throws(GitError) {
    try LibGit2.start()
    switch url.transport {
    case .path:
      // Opening it gives far better words than the transport would.
      _ = try Repository(opening: url.path)
    case .http:
      guard url.isLoopback || trust.allowsPlainHTTP else {
        let advice = "http:// is not protected against anybody on the way; use https://"
        throw GitError(.invalidURL, operation, advice)
      }
    case .https:
      try trustCertificates()
    case .ssh:
      break
    }
  }

  /// Connects; where the server has several host keys, asks for a kind that is known.
  func connect(_ remote: OpaquePointer) throws(GitError) {
    guard let failure = try unsafe connect(remote, askingFor: nil) else { return }
    let reason = explain(failure)
    for type in otherKeyTypes {
      refusal = nil
      if try unsafe connect(remote, askingFor: type) == nil { return }
      if let refusal, refusal.code != .hostKey { throw refusal }
    }
    throw reason
  }

  private func connect(
    _ remote: OpaquePointer,
    askingFor keyType: String?
  ) throws(GitError) -> Failure? {
    var options = unsafe git_remote_connect_options()
    unsafe git_remote_connect_options_init(&options, UInt32(GIT_REMOTE_CONNECT_OPTIONS_VERSION))
    unsafe options.callbacks = unsafe callbacks
    unsafe options.follow_redirects = GIT_REMOTE_REDIRECT_INITIAL
    let call = { attempt { unsafe git_remote_connect_ext(remote, GIT_DIRECTION_FETCH, &options) } }
    guard url.transport == .ssh else { return call() }
    let port = url.port ?? url.usualPort
    let hosts = keyType.map { trust.knownHosts.text(host: url.host, port: port, keyType: $0) }
    return try PrivateHome.run(knownHosts: hosts ?? "", operation, call)
  }

  func advertised(by remote: OpaquePointer) throws(GitError) -> AdvertisedReferences {
    var heads: UnsafeMutablePointer<UnsafePointer<git_remote_head>?>?
    var count = 0
    if let failure = attempt({ unsafe git_remote_ls(&heads, &count, remote) }) {
      throw explain(failure)
    }
    return unsafe AdvertisedReferences(
      UnsafeBufferPointer(start: heads, count: heads == nil ? 0 : count)
    )
  }

  func download(
    _ name: String,
    as localReference: String,
    _ remote: OpaquePointer
  ) throws(GitError) {
    var options = unsafe git_fetch_options()
    unsafe git_fetch_options_init(&options, UInt32(GIT_FETCH_OPTIONS_VERSION))
    unsafe options.callbacks = unsafe callbacks
    unsafe options.prune = GIT_FETCH_NO_PRUNE
    unsafe options.update_fetchhead = 0
    unsafe options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE
    unsafe options.follow_redirects = GIT_REMOTE_REDIRECT_INITIAL
    let refspec = unsafe strdup("+\(name):\(localReference)")
    defer { unsafe free(refspec) }
    var specs = unsafe [refspec]
    let failure = unsafe specs.withUnsafeMutableBufferPointer { buffer in
      var list = unsafe git_strarray(strings: buffer.baseAddress, count: buffer.count)
      return attempt { unsafe git_remote_download(remote, &list, &options) }
    }
    if let failure { throw explain(failure) }
  }

  /// The questions of libgit2 come back to this session, which the caller keeps alive.
  private var callbacks: git_remote_callbacks {
    var result = unsafe git_remote_callbacks()
    unsafe git_remote_init_callbacks(&result, UInt32(GIT_REMOTE_CALLBACKS_VERSION))
    unsafe result.payload = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe result.credentials = { credential, url, user, allowed, payload in
      unsafe FetchSession.with(payload) { unsafe $0.provide(credential, url, user, allowed) }
    }
    unsafe result.certificate_check = { certificate, valid, _, payload in
      unsafe FetchSession.with(payload) { unsafe $0.check(certificate, isValid: valid != 0) }
    }
    unsafe result.transfer_progress = { progress, payload in
      unsafe FetchSession.with(payload) { unsafe $0.proceed(progress) }
    }
    return unsafe result
  }

  private static func with(
    _ payload: UnsafeMutableRawPointer?,
    _ body: (FetchSession) -> Int32
  ) -> Int32 {
    guard let payload = unsafe payload else { return GIT_EUSER.rawValue }
    return unsafe body(Unmanaged<FetchSession>.fromOpaque(payload).takeUnretainedValue())
  }

  /// Ends the transfer when the remote sends more than we are ready to take.
  private func proceed(_ progress: UnsafePointer<git_indexer_progress>?) -> Int32 {
    guard let progress = unsafe progress, unsafe progress.pointee.received_bytes > maximumBytes
    else { return 0 }
    let message =
      "the remote sends more than \(maximumBytes) bytes; raise the limit if that is right"
    return refuse(GitError(.tooLarge, operation, message), GIT_EUSER)
  }

  /// Remembers why, for `explain`, and ends the conversation.
  func refuse(_ reason: GitError, _ status: git_error_code) -> Int32 {
    if refusal == nil { refusal = reason }
    return status.rawValue
  }
}
