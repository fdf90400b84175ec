import Testing

/// What the checks see of a file.
struct CodeTests {
  @Test(arguments: [
    ("a // b", "a     "), ("a /* b */ c", "a         c"), ("\"a\" b", "    b"),
    ("\"\\\"a\" b", "      b"), ("\"\"\"\n\"a\"\n\"\"\" b", "   \n   \n    b"), ("a\nb", "a\nb"),
    ("\"// a\" b", "       b"), ("// \"a\nb", "      \nb".replacing("      ", with: "     ")),
  ])
  func blanksCommentsAndStrings(_ text: String, _ expected: String) {
    #expect(Code.bare(text) == expected)
  }

  @Test func findsImports() {
    let text = """
      import A
      internal import B
      package import struct C.D
      @preconcurrency import E
      // import F
      let a = "import G"
      let important = 1
      """
    #expect(Code.imports(text) == ["A", "B", "C", "E"])
  }
}
