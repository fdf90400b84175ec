package import Resources

/// A moment in the life of the state, as a person names it.
///
/// This is what the words say by themselves; which revision, plan or event they mean is for somebody
/// with a repository and a journal to find out.
package enum Moment: Hashable, Sendable {
  /// What is in force now.
  case live
  /// What the head of the followed reference asks for.
  case head
  /// `2026-11-21T10:00:00Z`, or a day, which means its first instant in UTC.
  case time(Timestamp)
  /// `2h`: so long before now.
  case ago(TimeSpan)
  /// `#42`: after the event with this sequence.
  case sequence(Int64)
  /// A path to a saved plan, told by its slash.
  case file(String)
  /// A commit, a branch, a tag, the digest of an applied plan, or a file without a slash.
  case name(String)
  /// `1000d`: a length of time, and the beginning of a commit id just as well.
  case agoOrName(TimeSpan, String)

  /// No word for a moment is longer.
  package static let lengthLimit = 4096

  /// Reads what a command line says.
  ///
  /// Times are told by the shape of a date, sequences by `#`, files by a slash at the front. What is
  /// a time but not a valid one is refused, not taken for a name.
  package init(parsing text: String) throws(TextFormat.Problem) {
    guard !text.isEmpty else { throw TextFormat.Problem("it is empty") }
    guard text.utf8.count <= Self.lengthLimit else {
      throw TextFormat.Problem("it is longer than \(Self.lengthLimit) bytes")
    }
    guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw TextFormat.Problem("it has a control character")
    }
    switch text {
    case "live": self = .live
    case "head": self = .head
    default:
      if text.hasPrefix("#") {
        self = .sequence(try Self.sequence(text.dropFirst()))
      } else if ["/", "./", "../"].contains(where: text.hasPrefix) {
        self = .file(text)
      } else if Self.looksLikeATime(Array(text.utf8)) {
        self = .time(try Self.time(text))
      } else {
        self = Self.span(text) ?? .name(text)
      }
    }
  }

  private static func sequence(_ digits: Substring) throws(TextFormat.Problem) -> Int64 {
    guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
      let number = Int64(digits), number > 0
    else { throw TextFormat.Problem("after # stands the number of an event, from 1") }
    return number
  }

  /// Whether `bytes` begin as a date does and end there or go on with a time of day.
  private static func looksLikeATime(_ bytes: [UInt8]) -> Bool {
    func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
    guard bytes.count >= 10 else { return false }
    for index in 0..<10 {
      let isDash = index == 4 || index == 7
      if isDash ? bytes[index] != UInt8(ascii: "-") : !isDigit(bytes[index]) { return false }
    }
    guard bytes.count > 10 else { return true }
    let isSeparated = [UInt8(ascii: "T"), UInt8(ascii: "t"), 0x20].contains(bytes[10])
    return isSeparated && (bytes.count == 11 || isDigit(bytes[11]))
  }

  private static func time(_ text: String) throws(TextFormat.Problem) -> Timestamp {
    if text.utf8.count > 10 { return try Timestamp(parsing: text) }
    let date = try CivilDate(parsing: text)
    return Timestamp(seconds: Int64(date.daysSinceEpoch) * 86_400)
  }

  private static func span(_ text: String) -> Moment? {
    guard let span = try? TimeSpan(parsing: text) else { return nil }
    let isCommitToo = text.utf8.count >= 4 && text.allSatisfy(\.isHexDigit)
    return isCommitToo ? .agoOrName(span, text) : .ago(span)
  }
}
