import Resources
import Testing
import YAML

/// The places of the bytes of scalars, however they are written.
struct ScalarTextTests {
  @Test(arguments: [
    "a: plain text", "a: 'it''s'", "a: \"tab\\tand \\u00e9 and \\x41\"", "a: |\n  one\n  two\n",
    "a: >\n  one\n  two\n\n  three\n", "a: >-\n  one\n    more\n  less\n",
    "a: |-\n    deep\n\n    end",
    "a: plain\n  goes on\n\n  after a blank", "a: 'quoted\n  goes on'",
    "a: \"quoted \\\n  goes on\"",
    "a: \"é ü\" # comment", "a: |\n  ä\n   b\n", "- x\n- >\n   f\n   g\n",
    "a: {b: 'c d', e: [f g]}",
    "a: >\n\n  first\n  second\n", "a: |+\n  kept\n\n",
  ])
  func everyByteHasThePlaceOfItsCharacter(_ text: String) throws {
    let bytes = Array(text.utf8)
    let root = try #require(YAMLReader.read(bytes, file: "a.yaml").documents.first?.root)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { Array($0.unicodeScalars) }
    try check(root, bytes, lines)
  }

  private func check(_ node: Node, _ bytes: [UInt8], _ lines: [[Unicode.Scalar]]) throws {
    switch node.content {
    case .list(let items): for item in items { try check(item, bytes, lines) }
    case .map(let entries): for entry in entries { try check(entry.value, bytes, lines) }
    case .string(let text):
      let scalar = try #require(ScalarText(text, at: node.range, in: bytes), "\(text)")
      var offset = 0
      for character in text.unicodeScalars {
        let place = scalar.range(offset: offset, length: 1).start
        let line = lines[Int(place.line) - 1]
        let column = Int(place.column) - 1
        if character.value > 0x20, column < line.count, line[column] != "\\" {
          #expect(line[column] == character, "\(text): \(offset)")
        }
        offset += String(character).utf8.count
      }
    default: break
    }
  }
}
