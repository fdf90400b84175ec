package import Resources

/// One commit that is not what the settings ask for, and why.
package struct Refusal: Hashable, Sendable {
  package enum Reason: Hashable, Sendable {
    case signature(CommitVerdict.Reason)
    /// The commit says that it was made later than now.
    case fromTheFuture(Timestamp)
    /// The commit says that it is older than what it builds on.
    case backDated(Timestamp, parent: Timestamp)
    /// Too few of those who may have signed a change.
    case notAllowed(Shortage)
    /// A forge signed more than a plain merge.
    case forgeDecided(path: String?)
  }

  /// What a rule asked for, and what there was.
  package struct Shortage: Hashable, Sendable {
    /// The first path that the commit changed and that the rule is about.
    package var path: String
    /// How many more such paths there are.
    package var morePaths: Int
    package var rule: String
    package var principals: [String]
    package var threshold: Int
    /// The principals whose signatures count, sorted.
    package var counted: [String]
    /// Those whose do not.
    package var others: [String]

    package init(
      path: String, morePaths: Int, rule: String, principals: [String], threshold: Int,
      counted: [String], others: [String],
    ) {
      self.path = path
      self.morePaths = morePaths
      self.rule = rule
      self.principals = principals
      self.threshold = threshold
      self.counted = counted
      self.others = others
    }
  }

  package var commit: String
  package var author: String
  package var subject: String
  package var reason: Reason

  package init(commit: String, author: String, subject: String, reason: Reason) {
    self.commit = commit
    self.author = author
    self.subject = subject
    self.reason = reason
  }

  init(_ facts: CommitFacts, _ reason: Reason) {
    self.init(commit: facts.id, author: facts.author, subject: facts.subject, reason: reason)
  }
}

extension Refusal.Reason {
  /// A stable word in kebab case, for scripts.
  package var word: String {
    switch self {
    case .signature(let reason): reason.word
    case .fromTheFuture: "from-the-future"
    case .backDated: "back-dated"
    case .notAllowed: "not-allowed"
    case .forgeDecided: "forge-decided"
    }
  }

  /// One word in CamelCase, for the condition `SourceVerified`.
  package var conditionReason: String {
    switch self {
    case .signature(let reason):
      switch reason {
      case .unsigned: "Unsigned"
      case .unknownKey: "UnknownSigner"
      case .expired, .notYetValid: "Expired"
      case .revoked: "Revoked"
      case .malformed, .wrongNamespace, .unsupported, .badSignature: "BadSignature"
      }
    case .fromTheFuture, .backDated: "WrongTime"
    case .notAllowed, .forgeDecided: "WrongSigner"
    }
  }

  /// What is wrong, in words that follow on a commit's name.
  package var words: String {
    switch self {
    case .signature(let reason): reason.words
    case .fromTheFuture(let time): "says that it was made at \(time), which is still to come"
    case .backDated(let time, let parent):
      "says that it was made at \(time), long before its parent of \(parent)"
    case .notAllowed(let shortage): shortage.words
    case .forgeDecided(let path?):
      "is signed by web-flow, which may only merge, and changes \(path)"
    case .forgeDecided(nil): "is signed by web-flow, which may only merge, and is no merge"
    }
  }
}

extension Refusal.Shortage {
  var words: String {
    let more = morePaths == 0 ? "" : " and \(morePaths) more"
    let wanted = principals.joined(separator: ", ")
    let asked = threshold == 1 ? "the signature of" : "\(threshold) signatures out of"
    let have =
      counted.isEmpty
      ? others.isEmpty ? "nobody's" : "that of \(others.joined(separator: ", ")) only"
      : "that of \(counted.joined(separator: ", ")) only"
    return "changes \(path)\(more), which takes \(asked) \(wanted) (rule \(rule)), and has \(have)"
  }
}
