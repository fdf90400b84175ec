import Resources
import Testing

@Suite struct JSONPointerTests {
  static let pointers: [([String], String, String)] = [
    ([], "", ""), (["spec"], "/spec", "spec"),
    (["spec", "timeout"], "/spec/timeout", "spec.timeout"),
    (["spec", "steps", "0", "wait"], "/spec/steps/0/wait", "spec.steps[0].wait"),
    (["a/b", "c~d"], "/a~1b/c~0d", "a/b.c~d"), (["~1"], "/~01", "~1"), ([""], "/", ""),
    (["a", ""], "/a/", "a."), (["é😀"], "/é😀", "é😀"),
  ]

  @Test(arguments: pointers)
  func writes(_ tokens: [String], _ text: String, _ dotted: String) {
    let pointer = JSONPointer(tokens)
    #expect(pointer.description == text)
    #expect(pointer.dotted == dotted)
    #expect(JSONPointer(parsing: text) == pointer)
  }

  @Test func grows() {
    let pointer = JSONPointer(["spec"]).appending("steps").appending(2)
    #expect(pointer.tokens == ["spec", "steps", "2"])
  }

  @Test func sortsParentsBeforeChildren() {
    let pointers = ["/b", "/a/c", "", "/a", "/a/b"].map { JSONPointer(parsing: $0) }
    #expect(pointers.sorted().map(\.description) == ["", "/a", "/a/b", "/a/c", "/b"])
  }
}
