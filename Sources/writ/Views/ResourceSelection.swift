import App
import Engine
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

  func notLive(_ names: [String]) -> StoreError {
    let kind = kind ?? ""
    let name = name ?? ""
    return StoreError(
      .notFound, "\(kind)/\(name) is not live",
      hint: Suggestion.didYouMean(name, among: names) ?? "see what is: writ get \(kind)")
  }
}

extension StateStore {
  /// The names of the live resources of a kind.
  func names(_ kind: String?) throws(StoreError) -> [String] {
    guard let kind else { return [] }
    return try read { live throws(StoreError) in try live.names(ofKind: kind) }
  }
}
