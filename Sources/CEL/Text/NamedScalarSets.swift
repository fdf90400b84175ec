/// The character classes of RE2 that have a name.
package enum NamedScalarSets {
  /// The digits of `\d`.
  package static let digits = ScalarSet([0x30...0x39])
  /// The letters, digits and underscore of `\w`.
  package static let words = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
  /// The white space of `\s`, which has no vertical tab.
  package static let spaces = ScalarSet([0x09...0x0A, 0x0C...0x0D, 0x20...0x20])
  /// The line feed alone.
  package static let newline = ScalarSet(0x0A)

  /// The class of `[[:name:]]`; nil where there is none.
  package static func posix(_ name: String) -> ScalarSet? {
    switch name {
    case "alnum": ScalarSet([0x30...0x39, 0x41...0x5A, 0x61...0x7A])
    case "alpha": ScalarSet([0x41...0x5A, 0x61...0x7A])
    case "ascii": ScalarSet([0x00...0x7F])
    case "blank": ScalarSet([0x09...0x09, 0x20...0x20])
    case "cntrl": ScalarSet([0x00...0x1F, 0x7F...0x7F])
    case "digit": digits
    case "graph": ScalarSet([0x21...0x7E])
    case "lower": ScalarSet([0x61...0x7A])
    case "print": ScalarSet([0x20...0x7E])
    case "punct": ScalarSet([0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E])
    case "space": ScalarSet([0x09...0x0D, 0x20...0x20])
    case "upper": ScalarSet([0x41...0x5A])
    case "word": words
    case "xdigit": ScalarSet([0x30...0x39, 0x41...0x46, 0x61...0x66])
    default: nil
    }
  }

  /// The scalars of the Unicode general category `name`, such as `L` or `Lu`; nil where there is none.
  ///
  /// Scripts are not here: the standard library of Swift does not know them.
  package static func category(_ name: String) -> ScalarSet? {
    if name == "Any" { return ScalarSet([0...ScalarSet.last]) }
    return categories[name] ?? groups[name]
  }

  /// The categories that share a first letter, by that letter.
  private static let groups: [String: ScalarSet] = {
    var result: [String: ScalarSet] = [:]
    for (name, set) in categories {
      let letter = String(name.prefix(1))
      result[letter] = result[letter]?.union(set) ?? set
    }
    return result
  }()

  /// Every general category by its two letters, read once from the properties of all scalars.
  private static let categories: [String: ScalarSet] = {
    var ranges: [String: [ClosedRange<UInt32>]] = ["Cs": [0xD800...0xDFFF]]
    func add(_ range: ClosedRange<UInt32>, to name: String) {
      ranges[name, default: []].append(range)
    }
    var start: UInt32 = 0
    var current: String?
    for value in UInt32(0)...0xE1000 {
      // Planes 4 to 13 are empty: no Unicode version has put anything there.
      let skipped = (0x40001..<0xE0000).contains(value)
      if skipped { continue }
      let name = Unicode.Scalar(value).flatMap { abbreviation($0.properties.generalCategory) }
      if name == current { continue }
      if let current { add(start...(value - 1), to: current) }
      start = value
      current = name
    }
    // Plane 14 has nothing above its first 4096 places, and 15 and 16 are all private.
    ranges["Co", default: []] += [0xF0000...0xFFFFD, 0x100000...0x10FFFD]
    return ranges.mapValues(ScalarSet.init)
  }()

  private static func abbreviation(_ category: Unicode.GeneralCategory) -> String? {
    switch category {
    case .uppercaseLetter: "Lu"
    case .lowercaseLetter: "Ll"
    case .titlecaseLetter: "Lt"
    case .modifierLetter: "Lm"
    case .otherLetter: "Lo"
    case .nonspacingMark: "Mn"
    case .spacingMark: "Mc"
    case .enclosingMark: "Me"
    case .decimalNumber: "Nd"
    case .letterNumber: "Nl"
    case .otherNumber: "No"
    case .connectorPunctuation: "Pc"
    case .dashPunctuation: "Pd"
    case .openPunctuation: "Ps"
    case .closePunctuation: "Pe"
    case .initialPunctuation: "Pi"
    case .finalPunctuation: "Pf"
    case .otherPunctuation: "Po"
    case .mathSymbol: "Sm"
    case .currencySymbol: "Sc"
    case .modifierSymbol: "Sk"
    case .otherSymbol: "So"
    case .spaceSeparator: "Zs"
    case .lineSeparator: "Zl"
    case .paragraphSeparator: "Zp"
    case .control: "Cc"
    case .format: "Cf"
    case .surrogate: "Cs"
    case .privateUse: "Co"
    case .unassigned: nil
    @unknown default: nil
    }
  }
}
