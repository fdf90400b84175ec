internal import CGit2

extension FetchSession {
  /// Gives libgit2 a credential: each method once, because it asks again and again otherwise.
  func provide(
    _ credential: UnsafeMutablePointer<UnsafeMutablePointer<git_credential>?>?,
    _ asking: UnsafePointer<CChar>?,
    _ given: UnsafePointer<CChar>?,
    _ allowed: UInt32
  ) -> Int32 {
    guard unsafe isSameServer(asking) else {
      let advice =
        "the remote redirects to another server, which gets no credentials; use its address"
      return refuse(GitError(.authentication, operation, advice), GIT_EAUTH)
    }
    let user = unsafe credentials.username ?? given.map { unsafe String(cString: $0) } ?? usualUser
    if allowed & GIT_CREDENTIAL_SSH_MEMORY.rawValue != 0, let key,
      attempts.insert(GIT_CREDENTIAL_SSH_MEMORY.rawValue).inserted
    {
      return unsafe git_credential_ssh_key_memory_new(
        credential,
        user,
        nil,
        key.bytes,
        credentials.passphrase
      )
    }
    if allowed & GIT_CREDENTIAL_USERPASS_PLAINTEXT.rawValue != 0, key == nil,
      let token = credentials.token,
      attempts.insert(GIT_CREDENTIAL_USERPASS_PLAINTEXT.rawValue).inserted
    {
      return unsafe git_credential_userpass_plaintext_new(credential, user, token)
    }
    if allowed & GIT_CREDENTIAL_USERNAME.rawValue != 0,
      attempts.insert(GIT_CREDENTIAL_USERNAME.rawValue).inserted
    {
      return unsafe git_credential_username_new(credential, user)
    }
    return refuse(GitError(.authentication, operation, authenticationAdvice), GIT_EAUTH)
  }

  private var usualUser: String {
    url.user ?? (url.transport == .ssh ? "git" : "x-access-token")
  }

  /// Whether the server that asks is the one that the address names.
  private func isSameServer(_ asking: UnsafePointer<CChar>?) -> Bool {
    guard let asking = unsafe asking else { return false }
    let text = unsafe String(cString: asking)
    if text == url.text { return true }
    guard let other = try? RemoteURL(text) else { return false }
    return url.isSameServer(as: other)
  }

  var authenticationAdvice: String {
    if url.transport == .ssh {
      guard let key else {
        return
          "the remote wants an SSH key and there is none; give a private key (ed25519 or ECDSA)"
      }
      guard key.isRSA else {
        return
          "the remote refused the SSH key; check that its public half is allowed to read there, "
          + "and the user and passphrase"
      }
      return "the remote refused the RSA key, which libssh2 1.10 can only use with SHA-1; make an "
        + "ed25519 or ECDSA key (`ssh-keygen -t ed25519`)"
    }
    guard credentials.token != nil else {
      return "the remote wants a token and there is none; put one into WRIT_GIT_TOKEN or a file"
    }
    return "the remote refused the token; check that it is valid and may read this repository"
  }
}
