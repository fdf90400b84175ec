import App
import Engine
import Planning
import Resources

/// What `Kind`, `kinds` or `Kind/name` on a command line means.
struct ResourceSelection {
  var kind: String?
  var name: String?

  init(_ text: String?, _ registry: KindRegistry) throws(SettingsError) {
    guard let text else { return }
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    let word = String(parts.first ?? "")
    guard let found = registry.kind(matching: word) else {
      throw SettingsError(
        "there is no kind \"\(word)\"",
        hint: Suggestion.didYouMean(word, among: registry.names)
          ?? "known kinds: \(registry.names.joined(separator: ", "))")
    }
    kind = found.name
    if parts.count == 2 { name = String(parts[1]) }
  }

  init(_ key: ResourceKey) {
    kind = key.kind
    name = key.name
  }

  /// The one resource that is meant by `text`.
  func single(_ text: String) throws(SettingsError) -> ResourceKey {
    guard let kind, let name, !name.isEmpty else {
      throw SettingsError("\"\(text)\" names no single resource", hint: "write Kind/name")
    }
    return ResourceKey(kind: kind, name: name)
  }

  func notLive(_ names: [String]) -> StoreError {
    let kind = kind ?? ""
    let name = name ?? ""
    return StoreError(
      .notFound, "\(kind)/\(name) is not live",
      hint: Suggestion.didYouMean(name, among: names) ?? "see what is: writ get \(kind)")
  }
}

extension ProvenanceReader {
  /// What is known of the commit that made a live resource what it is.
  func commit(of record: LiveRecord) throws(StoreError) -> LiveCommit? {
    guard let id = record.origin?.commit else { return nil }
    return try commit(id)
  }
}

extension StateStore {
  /// The names of the live resources of a kind.
  func names(_ kind: String?) throws(StoreError) -> [String] {
    guard let kind else { return [] }
    return try read { live throws(StoreError) in try live.names(ofKind: kind) }
  }
}
