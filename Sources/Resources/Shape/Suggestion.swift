/// "Did you mean …": the known word nearest to an unknown one.
package enum Suggestion {
  /// `did you mean "timeout"?`, where some candidate is near enough to be a slip.
  package static func didYouMean(_ word: String, among candidates: [String]) -> String? {
    nearest(to: word, among: candidates).map { "did you mean \"\($0)\"?" }
  }

  /// The candidate with the fewest edits, at most a third of the word's length and at most three.
  ///
  /// Case, `_` and `-` do not count, so that `time_zone` finds `timeZone`. Ties go to the first in
  /// alphabetical order.
  package static func nearest(to word: String, among candidates: [String]) -> String? {
    let folded = fold(word)
    guard folded.count <= 64 else { return nil }
    var best: (distance: Int, word: String)?
    for candidate in candidates {
      let other = fold(candidate)
      let limit = min(3, max(1, max(folded.count, other.count) / 3))
      // A wrong word may stand in a file thousands of times, and some lists have hundreds of words.
      guard abs(folded.count - other.count) <= limit else { continue }
      let found = (distance: distance(folded, other), word: candidate)
      if found.distance <= limit, best.map({ found < $0 }) ?? true { best = found }
    }
    return best?.word
  }

  private static func fold(_ word: String) -> [UInt8] {
    word.utf8.compactMap { byte in
      switch byte {
      case UInt8(ascii: "_"), UInt8(ascii: "-"): nil
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte + 32
      default: byte
      }
    }
  }

  /// Optimal string alignment distance: insert, delete, replace, swap neighbours (Damerau 1964).
  static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in 0..<a.count {
      var row = [i + 1]
      for j in 0..<b.count {
        var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          cost = min(cost, beforeLast[j - 1] + 1)
        }
        row.append(cost)
      }
      beforeLast = last
      last = row
    }
    return last[b.count]
  }
}
