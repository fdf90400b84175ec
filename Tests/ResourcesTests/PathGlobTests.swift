import Resources
import Testing

/// Which paths a pattern of a rule stands for.
struct PathGlobTests {
  @Test(arguments: [
    ("manifests/payments", "manifests/payments", true),
    ("manifests/payments", "manifests/payments/a/b.yaml", true),
    ("manifests/payments/", "manifests/payments/a.yaml", true),
    ("/manifests/payments", "manifests/payments/a.yaml", true),
    ("manifests/payments", "manifests/payments2/a.yaml", false),
    ("manifests/payments", "x/manifests/payments/a.yaml", false),
    ("manifests/*", "manifests/a.yaml", true), ("manifests/*", "manifests/a/b.yaml", false),
    ("manifests/*/jobs", "manifests/db/jobs/a.yaml", true),
    ("manifests/*.yaml", "manifests/a.yaml", true), ("manifests/*.yaml", "manifests/a.yml", false),
    ("manifests/**", "manifests/a/b/c.yaml", true), ("manifests/**", "manifests", false),
    ("**", "a", true), ("**", "a/b/c", true), ("**/prod", "prod/a.yaml", true),
    ("**/prod", "a/b/prod/c.yaml", true), ("**/prod", "a/reprod/c.yaml", false),
    ("**/*.yaml", "a.yaml", true), ("**/*.yaml", "a/b/c.yaml", true),
    ("a/**/z", "a/z", true), ("a/**/z", "a/b/c/z", true), ("a/**/z", "a/bz", false),
    ("a/**/b/**/c", "a/x/b/y/z/c", true), ("a/**/b/**/c", "a/x/y/c", false),
    ("job-?.yaml", "job-1.yaml", true), ("job-?.yaml", "job-12.yaml", false),
    ("job-?", "job-/", false), ("ä*", "äpfel", true), ("A", "a", false),
  ])
  func matches(_ pattern: String, _ path: String, _ expected: Bool) throws {
    #expect(try #require(PathGlob(pattern)).matches(path) == expected)
  }

  @Test(arguments: [
    "", "/", "a//b", "a/./b", "../a", "a**", "a/**b/c", String(repeating: "a", count: 2000),
  ])
  func refusesWhatMatchesNothing(_ pattern: String) { #expect(PathGlob(pattern) == nil) }

  /// A pattern that takes exponential time in a careless matcher.
  @Test func takesLinearTime() throws {
    let glob = try #require(
      PathGlob(Array(repeating: "**/*a*", count: 60).joined(separator: "/") + "/b"))
    #expect(!glob.matches(String(repeating: "aa/", count: 1300) + "c"))
  }
}
