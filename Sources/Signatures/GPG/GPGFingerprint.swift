/// The full fingerprint of a GPG key: 40 or 64 hexadecimal digits, in upper case.
///
/// Shorter key ids are not taken: others can make keys with the same id.
package struct GPGFingerprint: Hashable, Sendable {
  package let text: String

  /// Reads digits of either case; blanks between them, as gpg prints them, do not count.
  package init?(_ text: String) {
    let digits = text.filter { $0 != " " }.uppercased()
    guard [40, 64].contains(digits.utf8.count),
      digits.utf8.allSatisfy({
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          || (UInt8(ascii: "A")...UInt8(ascii: "F")).contains($0)
      })
    else { return nil }
    self.text = digits
  }
}
