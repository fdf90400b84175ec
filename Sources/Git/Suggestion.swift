/// Finds names that a person may have meant.
enum Suggestion {
  private static let most = 5
  private static let considered = 10_000
  private static let longest = 128

  /// Words to put behind a message: `; did you mean …?`, or what there is, or nothing.
  static func text(for name: String, among references: [String]) -> String {
    let close = names(closeTo: name, among: references)
    if !close.isEmpty { return "; did you mean \(close.joined(separator: ", "))?" }
    let some = references.prefix(most).map(short)
    return some.isEmpty ? "" : "; there are \(some.joined(separator: ", "))"
  }

  /// At most five short names, the closest first and equally close ones in order of name.
  static func names(closeTo name: String, among references: [String]) -> [String] {
    let wanted = Array(short(name).lowercased().utf8.prefix(longest))
    let allowed = max(2, wanted.count / 3)
    let ranked = references.prefix(considered).compactMap { reference -> (Int, String)? in
      let candidate = short(reference)
      let last = candidate.split(separator: "/").last.map(String.init) ?? candidate
      let distances = [candidate, last].map {
        distance(wanted, Array($0.lowercased().utf8.prefix(longest)))
      }
      guard let best = distances.min(), best <= allowed else { return nil }
      return (best, candidate)
    }
    return ranked.sorted { $0 < $1 }.prefix(most).map(\.1)
  }

  private static func short(_ reference: String) -> String {
    for prefix in ["refs/heads/", "refs/tags/", "refs/remotes/"] where reference.hasPrefix(prefix) {
      return String(reference.dropFirst(prefix.count))
    }
    return reference
  }

  /// The Levenshtein distance.
  private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var row = Array(0...right.count)
    for (line, byte) in left.enumerated() {
      var diagonal = row[0]
      row[0] = line + 1
      for column in 0..<right.count {
        let change = diagonal + (byte == right[column] ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(change, row[column] + 1, diagonal + 1)
      }
    }
    return row[right.count]
  }
}
