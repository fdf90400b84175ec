extension SourceVerification {
  /// What stands against the revision, in one sentence.
  package var summary: String {
    guard let first = refusals.first else { return verifiedSummary }
    let count = refusals.count + omittedCount
    let more = count == 1 ? "" : "; and \(count - 1) more"
    return "\(first.sentence)\(more)"
  }

  private var verifiedSummary: String {
    let short = head.prefix(12)
    if commitCount == 0 { return "revision \(short) has no commit that was not live before" }
    let what =
      mode == .head
      ? "revision \(short)"
      : commitCount == 1 ? "the new commit" : "all \(commitCount) new commits"
    guard let signer = signers[head] else { return "\(what) carry valid signatures" }
    let verb = commitCount == 1 ? "carries a valid signature" : "carry valid signatures"
    return "\(what) \(verb); the head is signed by \(signer.principal) (\(signer.key))"
  }

  /// The commands and edits that help against the refusals, each once.
  package var remedies: [String] {
    var result: [String] = []
    for refusal in refusals {
      let remedy = remedy(for: refusal)
      if !result.contains(remedy) { result.append(remedy) }
    }
    return result
  }

  private func remedy(for refusal: Refusal) -> String {
    switch refusal.reason {
    case .signature(.unknownKey(let key)):
      return "if you trust the key \(key), add it to the allowed signers or the keyring; if not, "
        + "find out who pushed"
    case .signature(.badSignature), .signature(.malformed):
      return "find out who changed the commit after it was signed, and push what was signed"
    case .signature(.unsupported), .signature(.wrongNamespace), .signature(.unsigned),
      .signature(.expired), .signature(.notYetValid), .signature(.revoked), .fromTheFuture,
      .backDated:
      return "sign with a key that counts, then push: \(signingCommand)"
    case .notAllowed(let shortage):
      let wanted = shortage.principals.joined(separator: ", ")
      return shortage.threshold == 1
        ? "let \(wanted) sign the change, or merge it with: git merge --no-ff -S"
        : "let \(shortage.threshold) of \(wanted) sign: one the change, the others its merges, "
          + "with: git merge --no-ff -S"
    case .forgeDecided:
      return "let a person sign what the forge signed, or name web-flow in a rule for these paths"
    }
  }

  private var signingCommand: String {
    if refusals.count + omittedCount == 1, refusals.first?.commit == head {
      return "git commit --amend --no-edit -S"
    }
    let start = base.map { String($0.prefix(12)) } ?? "--root"
    return "git rebase --rebase-merges --exec 'git commit --amend --no-edit -S' \(start)"
  }
}

extension Refusal {
  /// The commit, its author and subject, and what is wrong.
  package var sentence: String {
    "commit \(commit.prefix(12)) of \(author) (\"\(subject)\") \(reason.words)"
  }
}
