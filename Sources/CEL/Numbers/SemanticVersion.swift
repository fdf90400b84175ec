/// A version as semver.org 2.0 defines it, such as `1.2.3-rc.1+build`.
package struct SemanticVersion: Equatable, Sendable, CustomStringConvertible {
  /// The three numbers.
  package let major, minor, patch: UInt64
  /// What follows `-`, in parts.
  package let preRelease: [Identifier]
  /// What follows `+`.
  package let build: [String]

  /// A part of what follows `-`.
  package enum Identifier: Hashable, Sendable {
    case number(UInt64)
    case text(String)
  }

  private static let lengthLimit = 256

  /// Reads `text`; nil where it is no version.
  ///
  /// With `normalizes`, a `v` before it, missing numbers and zeros before numbers are forgiven.
  package init?(parsing text: String, normalizes: Bool = false) {
    guard text.utf8.count <= Self.lengthLimit else { return nil }
    var rest = text[...]
    if normalizes, rest.hasPrefix("v") { rest = rest.dropFirst() }
    let core = rest.prefix { $0 != "-" && $0 != "+" }
    rest = rest.dropFirst(core.count)
    var numbers = core.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    if normalizes {
      while numbers.count < 3 { numbers.append("0") }
      numbers = numbers.map(Self.withoutLeadingZeros)
    }
    let values = numbers.compactMap(Self.number)
    guard numbers.count == 3, values.count == 3 else { return nil }
    (major, minor, patch) = (values[0], values[1], values[2])

    var parts: [Identifier] = []
    if rest.first == "-" {
      let label = rest.dropFirst().prefix { $0 != "+" }
      rest = rest.dropFirst(label.count + 1)
      for part in label.split(separator: ".", omittingEmptySubsequences: false) {
        guard let identifier = Self.identifier(String(part)) else { return nil }
        parts.append(identifier)
      }
    }
    preRelease = parts
    var builds: [String] = []
    if rest.first == "+" {
      builds = rest.dropFirst().split(separator: ".", omittingEmptySubsequences: false)
        .map(String.init)
    }
    guard builds.allSatisfy(Self.isLabel) else { return nil }
    build = builds
  }

  private static func withoutLeadingZeros(_ text: String) -> String {
    let trimmed = text.drop { $0 == "0" }
    return trimmed.isEmpty && !text.isEmpty ? "0" : String(trimmed)
  }

  private static func number(_ text: String) -> UInt64? {
    guard text == "0" || !text.hasPrefix("0"), isDigits(text) else { return nil }
    return UInt64(text)
  }

  private static func isDigits(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }

  private static func isLabel(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
          || (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "-")
      }
  }

  private static func identifier(_ text: String) -> Identifier? {
    guard isLabel(text) else { return nil }
    return isDigits(text) ? number(text).map(Identifier.number) : .text(text)
  }

  /// Whether both have the same precedence; builds do not count.
  package static func == (one: SemanticVersion, other: SemanticVersion) -> Bool {
    one.compare(to: other) == 0
  }

  /// Compares by precedence, which does not look at builds: below 0 where this is the older one.
  package func compare(to other: SemanticVersion) -> Int64 {
    for (one, two) in [(major, other.major), (minor, other.minor), (patch, other.patch)]
    where one != two {
      return one < two ? -1 : 1
    }
    if preRelease.isEmpty || other.preRelease.isEmpty {
      if preRelease.isEmpty, other.preRelease.isEmpty { return 0 }
      return preRelease.isEmpty ? 1 : -1
    }
    for (one, two) in zip(preRelease, other.preRelease) where one != two {
      switch (one, two) {
      case (.number(let one), .number(let two)): return one < two ? -1 : 1
      case (.number, .text): return -1
      case (.text, .number): return 1
      case (.text(let one), .text(let two)):
        return one.utf8.lexicographicallyPrecedes(two.utf8) ? -1 : 1
      }
    }
    let difference = preRelease.count - other.preRelease.count
    return Int64(difference.signum())
  }

  /// The version as it is written.
  package var description: String {
    var text = "\(major).\(minor).\(patch)"
    if !preRelease.isEmpty {
      let parts = preRelease.map { part in
        switch part {
        case .number(let number): String(number)
        case .text(let label): label
        }
      }
      text += "-" + parts.joined(separator: ".")
    }
    return build.isEmpty ? text : text + "+" + build.joined(separator: ".")
  }
}
