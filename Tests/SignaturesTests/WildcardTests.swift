import Signatures
import Testing

/// Which names a pattern of a rule stands for.
struct WildcardTests {
  @Test func takesLinearTime() {
    #expect(
      !Wildcard(String(repeating: "*a", count: 500) + "b").matches(
        String(repeating: "a", count: 4000)))
  }

  @Test(arguments: [
    ("*@example.org", "ana@example.org", true), ("*@example.org", "ana@example.com", false),
    ("ana", "ana", true), ("ana", "anab", false), ("a?a", "ana", true), ("*", "", true),
    ("**", "x", true), ("", "", true), ("a*b*c", "aXbYc", true), ("a*b*c", "acb", false),
  ])
  func matchesNames(_ pattern: String, _ name: String, _ expected: Bool) {
    #expect(Wildcard(pattern).matches(name) == expected)
  }
}
