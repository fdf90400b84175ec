internal import CGit2

extension FetchSession {
  /// Finds words for a failed conversation: what a callback refused comes before what libgit2 says.
  func explain(_ failure: Failure) -> GitError {
    if let refusal { return refusal }
    switch failure.status {
    case GIT_EAUTH.rawValue:
      return failure.error(.authentication, operation, authenticationAdvice)
    case GIT_ECERTIFICATE.rawValue:
      let code: GitError.Code = url.transport == .ssh ? .hostKey : .certificate
      return failure.error(code, operation, "the server \(url.host) is not trusted")
    default:
      return explainText(failure)
    }
  }

  private func explainText(_ failure: Failure) -> GitError {
    let text = failure.text?.lowercased() ?? ""
    func says(_ words: String...) -> Bool { words.contains { text.contains($0) } }
    if says("status code: 401", "status code: 403", "authentication replays") {
      return failure.error(.authentication, operation, authenticationAdvice)
    }
    if says("failed to authenticate", "extract public key", "passphrase", "private key") {
      let advice =
        "the private key cannot be used; check its passphrase and that it is ed25519 or ECDSA"
      return failure.error(.authentication, operation, advice)
    }
    if says("unable to negotiate", "kex", "exchange encryption keys", "hostkey algorithm") {
      let advice = "this libssh2 and the server have no algorithm in common; use https:// instead"
      return failure.error(.unreachable, operation, advice)
    }
    if says("object not found") {
      let advice =
        "the remote lacks an object that its own commits name; run `git fsck` there"
      return failure.error(.corruptObject, operation, advice)
    }
    if says("status code: 404", "not found", "does not exist", "does not appear", "not a git") {
      let advice =
        "the server has no such repository, or hides it; check the path and the credentials"
      return failure.error(.notFound, operation, advice)
    }
    if says("certificate", "x509") {
      let advice =
        "the server \(url.host) is not trusted; give the right certificate authority file"
      return failure.error(.certificate, operation, advice)
    }
    if says("timed out", "timeout") {
      return failure.error(.timeout, operation, "the network gave up waiting; try again later")
    }
    if says("failed to resolve", "failed to connect", "connection", "socket", "unexpected eof")
      || [GIT_ERROR_NET, GIT_ERROR_SSH, GIT_ERROR_SSL, GIT_ERROR_HTTP].contains(where: {
        $0.rawValue == failure.category
      })
    {
      let advice = "the server \(url.host) cannot be reached; check address, network and server"
      return failure.error(.unreachable, operation, advice)
    }
    if [GIT_ERROR_INDEXER, GIT_ERROR_ZLIB].contains(where: { $0.rawValue == failure.category }) {
      let advice = "the remote sent damaged objects; try again, then run `git fsck` there"
      return failure.error(.corruptObject, operation, advice)
    }
    return failure.error(
      .other,
      operation,
      "the fetch failed; the disk may be the cause, or damage in the remote: run `git fsck` there"
    )
  }
}
