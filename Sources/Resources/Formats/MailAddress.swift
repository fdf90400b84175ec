extension TextFormat {
  /// An address such as `ops@example.com`; its normal form has a small domain.
  package static let email = TextFormat(
    name: "a mail address",
    pattern: "^(?=.{3,254}$)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
      + "@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
      + "(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$",
    example: "ops@example.com",
  ) { text throws(Problem) in
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, (3...254).contains(text.utf8.count),
      (1...64).contains(parts[0].utf8.count)
    else { throw Problem("it must look like name@domain") }
    guard
      parts[0].utf8.allSatisfy({
        Digits.isAlphanumeric($0) || ".!#$%&'*+/=?^_`{|}~-".utf8.contains($0)
      })
    else { throw Problem("the part before the @ has a character that is not allowed") }
    guard HostName.problem(with: parts[1]) == nil else {
      throw Problem("the part after the @ is not a host name")
    }
    return "\(parts[0])@\(String(parts[1]).asciiLowercased)"
  }

  /// The name of a host or an IPv4 address.
  package static let hostName = TextFormat(
    name: "a host name",
    pattern: "^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
      + "(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$",
    example: "mail.example.com",
  ) { text throws(Problem) in
    if let problem = HostName.problem(with: text[...]) { throw Problem(problem) }
    return text.asciiLowercased
  }
}

private enum HostName {
  static func problem(with text: Substring) -> String? {
    if text.utf8.count > 253 { return "it is longer than 253 characters" }
    let labels = text.split(separator: ".", omittingEmptySubsequences: false)
    let isFine = labels.allSatisfy { label in
      (1...63).contains(label.utf8.count) && label.utf8.first != UInt8(ascii: "-")
        && label.utf8.last != UInt8(ascii: "-")
        && label.utf8.allSatisfy { Digits.isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }
    return isFine ? nil : "it must be letters, digits and \"-\", with dots between"
  }
}
