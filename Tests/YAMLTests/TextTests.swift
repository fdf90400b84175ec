import Resources
import Testing
import YAML

@Suite struct TextTests {
  static let notText: [([UInt8], String)] = [
    ([0xFF, 0xFE, 0x61, 0x00], "1:1 not-utf8"),
    ([0xFE, 0xFF, 0x00, 0x61], "1:1 not-utf8"),
    ([0x61, 0x00, 0x3A, 0x00], "1:2 not-text"),
    (Array("a: 1\nb: ".utf8) + [0xE4, 0x0A], "2:4 not-utf8"),
    (Array("ä: 1\r\nö: ü".utf8) + [0x80], "2:5 not-utf8"),
    (Array("a: ".utf8) + [0xC0, 0x80], "1:4 not-utf8"),
    (Array("a: ".utf8) + [0xED, 0xA0, 0x80], "1:4 not-utf8"),
    (Array("a: ".utf8) + [0xF4, 0x90, 0x80, 0x80], "1:4 not-utf8"),
    (Array("a: ".utf8) + [0xF0, 0x9F, 0x98], "1:4 not-utf8"),
    (Array("a: ".utf8) + [0xE2, 0x82], "1:4 not-utf8"),
    (Array("a: ".utf8) + [0xC3], "1:4 not-utf8"),
    ([0x7F, 0x45, 0x4C, 0x46, 0x02, 0x01, 0x01, 0x00], "1:1 not-text"),
    (Array("a: 12345678\u{7F}".utf8), "1:12 not-text"),
    (Array("a: \u{1B}[0m\n".utf8), "1:4 not-text"),
    (Array("a: \u{80}\n".utf8), "1:4 not-text"),
    (Array("a: \u{FFFE}\n".utf8), "1:4 not-text"),
    (Array("a: 1\n\u{FEFF}---\nb: 1\n".utf8), "2:1 not-text"),
    (Array("\u{FEFF}\u{FEFF}a: 1\n".utf8), "1:1 not-text"),
    (Array("a: b\u{85}c\n".utf8), "1:5 line-separator"),
    (Array("a: b\u{2028}c\n".utf8), "1:5 line-separator"),
    (Array("a: b\u{2029}c\n".utf8), "1:5 line-separator"),
    (Array(String(repeating: "\n%TAG !a! b", count: 200).utf8), "102:1 tag-directive"),
  ]

  @Test(arguments: notText)
  func refusesWhatIsNoText(_ bytes: [UInt8], _ finding: String) {
    let reading = Reading(bytes)
    #expect(reading.findings == [finding])
    #expect(reading.diagnostics.first?.hint?.isEmpty == false)
    #expect(reading.documents.isEmpty)
  }

  /// At each offset, so that the word-wise and the byte-wise part of the check both see it.
  @Test func findsBadBytesAnywhere() {
    let line = Array("key: a value of some length".utf8)
    for offset in line.indices {
      for byte: UInt8 in [0, 1, 0x1F, 0x7F, 0x80, 0xFF] {
        var bytes = line
        bytes[offset] = byte
        let code = byte < 0x80 ? "not-text" : "not-utf8"
        #expect(Reading(bytes).findings == ["1:\(offset + 1) \(code)"])
      }
    }
  }

  @Test func stripsAByteOrderMark() {
    let reading = Reading("\u{FEFF}a: yes\n")
    #expect(reading.findings == ["1:4 ambiguous-scalar"])
    #expect(Reading("\u{FEFF}a: 1\n").places == Reading("a: 1\n").places)
    #expect(Reading("\u{FEFF}").findings == [])
  }

  @Test func countsColumnsInUnicodeScalars() {
    #expect(
      Reading("ключ: 'ж😀'\n\"é\": [e\u{301}x, 日本]\n").places == [
        ". 1:1-2:15", "/ключ= 1:1-1:5", "/ключ 1:7-1:11", "/é= 2:1-2:4", "/é 2:6-2:15",
        "/é/0 2:7-2:10", "/é/1 2:12-2:14",
      ])
  }

  @Test func readsEveryLineEndingAlike() {
    let text = """
      # A comment
      a: 1
      b:
        - c: |
            one

            two
          d: >-
            folded
            text
        - "quoted
          over lines"
      ---
      e: [1,
        2]

      """
    let expected = Reading(text)
    #expect(expected.findings == [])
    #expect(expected.values.count == 2)
    for ending in ["\r\n", "\r"] {
      let reading = Reading(
        text.split(separator: "\n", omittingEmptySubsequences: false)
          .joined(separator: ending))
      #expect(reading.findings == [])
      #expect(reading.values == expected.values)
      #expect(reading.documents == expected.documents)
    }
    #expect(Reading("a: 1\r\nb: yes\r\n").findings == ["2:4 ambiguous-scalar"])
  }

  @Test func readsBytesWhereverTheyAre() {
    let bytes = Array("a: [1, yes]\n".utf8)
    let array = YAMLReader.read(bytes, file: "a.yaml")
    let span = YAMLReader.read(bytes.span, file: "a.yaml")
    let raw = bytes.withUnsafeBytes { YAMLReader.read($0, file: "a.yaml") }
    #expect(array == span)
    #expect(array == raw)
    let none = YAMLReader.read(UnsafeRawBufferPointer(start: nil, count: 0), file: "a.yaml")
    #expect(none.documents.isEmpty && none.diagnostics.isEmpty)
  }
}
