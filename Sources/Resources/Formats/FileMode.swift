extension TextFormat {
  /// Permissions of a file in octal digits; its normal form has four of them.
  package static let fileMode = TextFormat(
    name: "a file mode", pattern: "^[0-7]?[0-7]{3}$", example: "0644",
  ) { text throws(Problem) in
    let digits = text.utf8
    guard (3...4).contains(digits.count),
      digits.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "7") })
    else { throw Problem("it must be three or four octal digits, in quotes") }
    return digits.count == 3 ? "0" + text : text
  }
}
