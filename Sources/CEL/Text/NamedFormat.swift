/// A form of text that has a name.
package enum NamedFormat: String, CaseIterable, Sendable, CustomStringConvertible {
  case dns1123Label, dns1123Subdomain, dns1035Label, qualifiedName, dns1123LabelPrefix
  case dns1123SubdomainPrefix, dns1035LabelPrefix, labelValue, uri, uuid, byte, date, datetime

  /// The name.
  package var description: String { rawValue }

  /// What is wrong with `text`; empty where it has this form.
  package func problems(with text: String) -> [String] {
    switch self {
    case .dns1123Label: Self.label(text, .small)
    case .dns1123LabelPrefix: Self.label(Self.withoutDash(text), .small)
    case .dns1123Subdomain: Self.subdomain(text)
    case .dns1123SubdomainPrefix: Self.subdomain(Self.withoutDash(text))
    case .dns1035Label: Self.label(text, .smallFromLetter)
    case .dns1035LabelPrefix: Self.label(Self.withoutDash(text), .smallFromLetter)
    case .labelValue: text.isEmpty ? [] : Self.label(text, .name)
    case .qualifiedName: Self.qualified(text)
    case .uri: WebAddress(parsing: text) == nil ? ["must be an absolute URI or path"] : []
    case .uuid:
      Self.isUUID(text) ? [] : ["must be a UUID such as 123e4567-e89b-12d3-a456-426614174000"]
    case .byte: Base64.decoded(text) == nil ? ["must be base64"] : []
    case .date: Self.isDate(text) ? [] : ["must be a date such as 2024-02-29"]
    case .datetime: Self.isDateTime(text) ? [] : ["must be a time such as 2024-02-29T12:00:00Z"]
    }
  }

  /// Which characters a label may have.
  private enum Letters {
    case small, smallFromLetter, name

    var rule: String {
      switch self {
      case .small:
        "must be small letters a to z, digits and '-', with a letter or digit at both ends"
      case .smallFromLetter:
        "must be small letters a to z, digits and '-', begin with a letter and not end with '-'"
      case .name:
        "must be letters, digits, '-', '_' and '.', with a letter or digit at both ends"
      }
    }

    func isInner(_ byte: UInt8) -> Bool {
      isOuter(byte) || byte == UInt8(ascii: "-")
        || (self == .name && (byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")))
    }

    func isOuter(_ byte: UInt8) -> Bool {
      switch byte {
      case 0x30...0x39, 0x61...0x7A: true
      case 0x41...0x5A: self == .name
      default: false
      }
    }
  }

  private static func fits(_ text: String, _ letters: Letters) -> Bool {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, let last = bytes.last else { return false }
    if letters == .smallFromLetter, !(0x61...0x7A).contains(first) { return false }
    return letters.isOuter(first) && letters.isOuter(last)
      && bytes.allSatisfy(letters.isInner)
  }

  private static func label(_ text: String, _ letters: Letters) -> [String] {
    var problems: [String] = []
    if text.utf8.count > 63 { problems.append("must have at most 63 characters") }
    if !fits(text, letters) { problems.append(letters.rule) }
    return problems
  }

  private static func subdomain(_ text: String) -> [String] {
    var problems: [String] = []
    if text.utf8.count > 253 { problems.append("must have at most 253 characters") }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    if !parts.allSatisfy({ fits(String($0), .small) }) {
      problems.append("each part between dots \(Letters.small.rule)")
    }
    return problems
  }

  private static func qualified(_ text: String) -> [String] {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    switch parts.count {
    case 1: return label(parts[0], .name)
    case 2:
      return subdomain(parts[0]).map { "the prefix " + $0 }
        + label(parts[1], .name).map { "the name " + $0 }
    default: return ["must be a name, or a prefix, a slash and a name"]
    }
  }

  /// A prefix may end with a dash, because more follows.
  private static func withoutDash(_ text: String) -> String {
    text.hasSuffix("-") && text.utf8.count > 1 ? String(text.dropLast()) : text
  }

  private static func isUUID(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.count == 36 else { return false }
    return bytes.enumerated().allSatisfy { index, byte in
      switch index {
      case 8, 13, 18, 23: byte == UInt8(ascii: "-")
      default: Unicode.Scalar(byte).properties.isASCIIHexDigit
      }
    }
  }

  private static func isDate(_ text: String) -> Bool {
    text.utf8.count == 10 && isDateTime(text + "T00:00:00Z")
  }

  private static func isDateTime(_ text: String) -> Bool {
    do throws(CELFailure) {
      _ = try CELTimestamp(parsing: text)
      return true
    } catch {
      return false
    }
  }
}
