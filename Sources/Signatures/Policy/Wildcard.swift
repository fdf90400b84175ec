/// A pattern in which `*` stands for any text and `?` for one character.
///
/// Matching takes time in the product of both lengths, whatever the pattern.
package struct Wildcard: Hashable, Sendable {
  package let text: String

  /// Any text is a pattern.
  package init(_ text: String) { self.text = text }

  /// Whether the whole of `name` fits.
  package func matches(_ name: String) -> Bool {
    let pattern = Array(text.unicodeScalars)
    let name = Array(name.unicodeScalars)
    var p = 0
    var n = 0
    // After a star only the last one ever needs to take more.
    var star: (p: Int, n: Int)?
    while n < name.count {
      if p < pattern.count, pattern[p] == "*" {
        star = (p, n)
        p += 1
      } else if p < pattern.count, pattern[p] == "?" || pattern[p] == name[n] {
        p += 1
        n += 1
      } else if let last = star {
        p = last.p + 1
        n = last.n + 1
        star = (last.p, n)
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == "*" }
  }
}
