extension TextFormat {
  /// An expression in CEL, kept as text; its normal form has no blanks around it.
  package static let expression = TextFormat(
    name: "an expression", pattern: "[^ \\t\\n\\r]", example: "run.exitCode == 0",
  ) { text throws(Problem) in
    func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
    let utf8 = text.utf8
    guard let first = utf8.first, let last = utf8.last else { throw Problem("it is empty") }
    if !isBlank(first), !isBlank(last) { return text }
    guard let start = utf8.firstIndex(where: { !isBlank($0) }),
      let end = utf8.lastIndex(where: { !isBlank($0) })
    else { throw Problem("it is blank") }
    return String(text[start...end])
  }
}

extension TextRule {
  /// A CEL expression of at most 8192 characters.
  package static let expression = TextRule(length: 1...8192, format: .expression)
}
