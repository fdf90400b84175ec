package import Resources

extension CommitVerdict {
  /// The verdict as JSON, for keeping it.
  package var value: Value {
    switch self {
    case .verified(let signer):
      return [
        "verdict": "verified", "principal": .string(signer.principal), "key": .string(signer.key),
        "kind": .string(signer.kind.rawValue),
        "names": .array(signer.names.map { .string($0) }),
      ]
    case .refused(let reason):
      var members = reason.fields
      members.append(Value.Member("verdict", .string(reason.word)))
      return .sorted(members)
    }
  }

  /// Reads what `value` wrote; nil for another form.
  package init?(_ value: Value) {
    guard let word = value["verdict"]?.string else { return nil }
    if word == "verified" {
      guard let principal = value["principal"]?.string, let key = value["key"]?.string,
        let kind = value["kind"]?.string.flatMap(Signer.Kind.init),
        let names = value["names"]?.array?.compactMap(\.string), !names.isEmpty
      else { return nil }
      self = .verified(Signer(principal: principal, key: key, kind: kind, names: names))
      return
    }
    guard let reason = Reason(word, value) else { return nil }
    self = .refused(reason)
  }
}

extension CommitVerdict.Reason {
  /// What is known beside the word.
  package var fields: [Value.Member] {
    func key(_ key: String) -> Value.Member { Value.Member("key", .string(key)) }
    func time(_ time: Timestamp) -> Value.Member { Value.Member("time", .string(time.description)) }
    return switch self {
    case .unsigned: []
    case .malformed(let text), .wrongNamespace(let text), .unsupported(let text):
      [Value.Member("detail", .string(text))]
    case .badSignature(let name), .unknownKey(let name): [key(name)]
    case .notYetValid(let name, let principal, let at), .expired(let name, let principal, let at):
      [key(name), Value.Member("principal", .string(principal)), time(at)]
    case .revoked(let name, let since): [key(name)] + (since.map { [time($0)] } ?? [])
    }
  }

  fileprivate init?(_ word: String, _ value: Value) {
    let key = value["key"]?.string
    let detail = value["detail"]?.string
    let principal = value["principal"]?.string
    var time: Timestamp?
    if let text = value["time"]?.string {
      do throws(TextFormat.Problem) { time = try Timestamp(parsing: text) } catch { return nil }
    }
    switch (word, key, detail, principal, time) {
    case ("unsigned", _, _, _, _): self = .unsigned
    case ("malformed-signature", _, let detail?, _, _): self = .malformed(detail)
    case ("wrong-namespace", _, let detail?, _, _): self = .wrongNamespace(detail)
    case ("unsupported-signature", _, let detail?, _, _): self = .unsupported(detail)
    case ("bad-signature", let key?, _, _, _): self = .badSignature(key: key)
    case ("unknown-key", let key?, _, _, _): self = .unknownKey(key)
    case ("not-yet-valid", let key?, _, let principal?, let time?):
      self = .notYetValid(key: key, principal: principal, from: time)
    case ("expired", let key?, _, let principal?, let time?):
      self = .expired(key: key, principal: principal, since: time)
    case ("revoked", let key?, _, _, let time): self = .revoked(key: key, since: time)
    default: return nil
    }
  }
}
