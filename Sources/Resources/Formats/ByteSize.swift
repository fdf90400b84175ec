/// A number of bytes, as `64KiB`, `1MiB` or `65536` say it.
package struct ByteSize: Hashable, Comparable, Sendable {
  package var count: Int64

  package init(_ count: Int64) { self.count = count }

  package static func kibibytes(_ count: Int64) -> ByteSize { ByteSize(count << 10) }
  package static func mebibytes(_ count: Int64) -> ByteSize { ByteSize(count << 20) }
  package static func gibibytes(_ count: Int64) -> ByteSize { ByteSize(count << 30) }

  /// The most that a text may say: 1024 TiB.
  package static let largest = ByteSize(1 << 50)

  package static func < (a: ByteSize, b: ByteSize) -> Bool { a.count < b.count }

  private static let binary: [(symbol: String, bytes: Int64)] = [
    ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
  ]

  private static let units: [(symbol: String, bytes: Int64)] =
    binary + [
      ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000), ("B", 1),
      ("", 1),
    ]

  /// Reads digits and a unit: `B`, `KiB`, `MiB`, `GiB`, `TiB`, or `kB`, `MB`, `GB`, `TB` for powers
  /// of 1000; without a unit it counts bytes.
  package init(parsing text: String) throws(TextFormat.Problem) {
    let digits = text.utf8.prefix(while: Digits.isDigit)
    guard !digits.isEmpty, digits.count <= 16, let value = Int64(String(text[..<digits.endIndex]))
    else { throw TextFormat.Problem("it must begin with a whole number of at most 16 digits") }
    let symbol = text[digits.endIndex...]
    guard let unit = Self.units.first(where: { $0.symbol.utf8.elementsEqual(symbol.utf8) }) else {
      throw TextFormat.Problem(
        "units are B, KiB, MiB, GiB, TiB, kB, MB, GB and TB",
        hint: Suggestion.didYouMean(String(symbol.prefix(8)), among: Self.units.map(\.symbol)))
    }
    let (bytes, overflow) = value.multipliedReportingOverflow(by: unit.bytes)
    guard !overflow, bytes <= Self.largest.count else {
      throw TextFormat.Problem("it is more than \(Self.largest)")
    }
    count = bytes
  }
}

extension ByteSize: CustomStringConvertible {
  /// The one way to write it: the largest binary unit that leaves no rest.
  package var description: String {
    for unit in Self.binary where count > 0 && count.isMultiple(of: unit.bytes) {
      return "\(count / unit.bytes)\(unit.symbol)"
    }
    return "\(count)B"
  }
}

extension ByteSize {
  /// For people, in the largest binary unit that gives at least one: `1.2 MiB`, `340 B`.
  package var approximate: String {
    for unit in Self.binary where count >= unit.bytes {
      let tenths = count / (unit.bytes / 10)
      return "\(tenths / 10).\(tenths % 10) \(unit.symbol)"
    }
    return "\(count) B"
  }
}

extension TextFormat {
  /// A number of bytes within `range`, whose bounds a pattern cannot say.
  package static func byteSize(in range: ClosedRange<ByteSize>) -> TextFormat {
    TextFormat(
      name: "a number of bytes", pattern: "^[0-9]{1,16}(?:B|KiB|MiB|GiB|TiB|kB|MB|GB|TB)?$",
      example: range.contains(.kibibytes(64)) ? "64KiB" : range.upperBound.description,
      integers: [range.lowerBound.count...range.upperBound.count], meaning: .bytes,
    ) { text throws(Problem) in
      let size = try ByteSize(parsing: text)
      guard range.contains(size) else {
        throw Problem("it must lie between \(range.lowerBound) and \(range.upperBound)")
      }
      return size.description
    }
  }

  package static let byteSize = byteSize(in: ByteSize(0)...ByteSize.largest)
}
