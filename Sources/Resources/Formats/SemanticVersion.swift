/// A version by semver.org 2.0.0: `1.2.0`, `2.0.0-rc.1+build.5`.
package struct SemanticVersion: Hashable, Sendable {
  package let major: String
  package let minor: String
  package let patch: String
  /// The identifiers after `-`.
  package let prerelease: [String]
  /// The identifiers after `+`, which say nothing about order.
  package let build: [String]

  package init(parsing text: String) throws(TextFormat.Problem) {
    guard text.utf8.count <= 128 else {
      throw TextFormat.Problem("it is longer than 128 characters")
    }
    let beforeBuild = text.utf8.prefix { $0 != UInt8(ascii: "+") }
    let core = beforeBuild.prefix { $0 != UInt8(ascii: "-") }
    let numbers = Self.identifiers(core)
    guard numbers.count == 3, numbers.allSatisfy({ Self.isNumber($0.utf8) }) else {
      throw TextFormat.Problem(
        "it must be three numbers without leading zeros: major.minor.patch",
        hint: text.first == "v" ? "write it without the \"v\"" : nil)
    }
    (major, minor, patch) = (numbers[0], numbers[1], numbers[2])
    prerelease =
      core.endIndex == beforeBuild.endIndex
      ? [] : Self.identifiers(beforeBuild[core.endIndex...].dropFirst())
    build =
      beforeBuild.endIndex == text.endIndex
      ? [] : Self.identifiers(text.utf8[beforeBuild.endIndex...].dropFirst())
    guard (prerelease + build).allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isIdentifier) })
    else {
      throw TextFormat.Problem("identifiers are letters, digits and \"-\", with dots between")
    }
    guard prerelease.allSatisfy({ !$0.utf8.allSatisfy(Digits.isDigit) || Self.isNumber($0.utf8) })
    else { throw TextFormat.Problem("a number in the pre-release part has a leading zero") }
  }

  private static func identifiers(_ bytes: Substring.UTF8View) -> [String] {
    bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  private static func isIdentifier(_ byte: UInt8) -> Bool {
    Digits.isAlphanumeric(byte) || byte == UInt8(ascii: "-")
  }

  private static func isNumber(_ bytes: String.UTF8View) -> Bool {
    !bytes.isEmpty && bytes.allSatisfy(Digits.isDigit)
      && (bytes.count == 1 || bytes.first != UInt8(ascii: "0"))
  }
}

extension SemanticVersion: Comparable {
  /// Precedence by section 11 of the standard; build identifiers break ties, to have a total order.
  package static func < (a: SemanticVersion, b: SemanticVersion) -> Bool {
    for (x, y) in [(a.major, b.major), (a.minor, b.minor), (a.patch, b.patch)] where x != y {
      return precedes(x, y)
    }
    if a.prerelease != b.prerelease {
      guard !a.prerelease.isEmpty, !b.prerelease.isEmpty else { return b.prerelease.isEmpty }
      return a.prerelease.lexicographicallyPrecedes(b.prerelease, by: precedes)
    }
    return a.build.lexicographicallyPrecedes(b.build, by: precedes)
  }

  private static func precedes(_ a: String, _ b: String) -> Bool {
    switch (isNumber(a.utf8), isNumber(b.utf8)) {
    case (true, true) where a.utf8.count != b.utf8.count: a.utf8.count < b.utf8.count
    case (true, false): true
    case (false, true): false
    default: a.utf8.lexicographicallyPrecedes(b.utf8)
    }
  }
}

extension SemanticVersion: CustomStringConvertible {
  package var description: String {
    "\(major).\(minor).\(patch)"
      + (prerelease.isEmpty ? "" : "-" + prerelease.joined(separator: "."))
      + (build.isEmpty ? "" : "+" + build.joined(separator: "."))
  }
}

extension TextFormat {
  /// A version by semver.org.
  package static let semanticVersion = TextFormat(
    name: "a semantic version",
    pattern: {
      let number = "(?:0|[1-9][0-9]*)"
      let identifier = "(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
      return "^(?=.{1,128}$)\(number)\\.\(number)\\.\(number)"
        + "(?:-\(identifier)(?:\\.\(identifier))*)?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$"
    }(),
    example: "1.2.0",
  ) { text throws(Problem) in try SemanticVersion(parsing: text).description }
}
