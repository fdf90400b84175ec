package import Resources
package import Signatures

/// What came of looking at signatures, as a document for programs.
package enum VerificationJSON {
  /// Every key is always there; what does not apply is null or empty.
  package static func value(_ verification: SourceVerification?) -> Value {
    guard let verification else { return .null }
    return [
      "mode": .string(verification.mode.rawValue),
      "verified": .bool(verification.isVerified),
      "revision": .string(verification.head),
      "base": verification.base.map { .string($0) } ?? .null,
      "commits": .integer(Int64(verification.commitCount)),
      "refusals": .array(verification.refusals.map(value)),
      "refusalsOmitted": .integer(Int64(verification.omittedCount)),
      "signer": verification.signers[verification.head].map(\.value) ?? .null,
      "summary": .string(verification.summary),
      "help": .array(verification.remedies.map { .string($0) }),
    ]
  }

  /// One refusal; what is known beside the reason is under keys of its own.
  private static func value(_ refusal: Refusal) -> Value {
    var members: [Value.Member] = [
      .init("commit", .string(refusal.commit)), .init("author", .string(refusal.author)),
      .init("subject", .string(refusal.subject)), .init("reason", .string(refusal.reason.word)),
      .init("message", .string(refusal.reason.words)),
    ]
    switch refusal.reason {
    case .signature(let reason): members += reason.fields
    case .notAllowed(let shortage):
      members += [
        .init("path", .string(shortage.path)), .init("rule", .string(shortage.rule)),
        .init("principals", .array(shortage.principals.map { .string($0) })),
        .init("threshold", .integer(Int64(shortage.threshold))),
        .init("counted", .array(shortage.counted.map { .string($0) })),
        .init("others", .array(shortage.others.map { .string($0) })),
      ]
    case .forgeDecided(let path): members += path.map { [.init("path", .string($0))] } ?? []
    case .fromTheFuture, .backDated: break
    }
    return .sorted(members)
  }
}
