import CEL
import Testing

@Suite struct QuantityTests {
  @Test(arguments: [
    ("0", "0"), ("1", "1"), ("-1", "-1"), ("+1.50", "1.5"), (".5", "0.5"), ("5.", "5"),
    ("100m", "0.1"),
    ("1u", "0.000001"), ("1n", "0.000000001"), ("1k", "1000"), ("1.5M", "1500000"),
    ("1G", "1000000000"),
    ("1Ki", "1024"), ("1.5Gi", "1610612736"), ("1e3", "1000"), ("1E3", "1000"),
    ("1E", "1000000000000000000"),
    ("1e-3", "0.001"), ("1Ei", "1152921504606846976"), ("0.1n", "0.000000001"),
    ("-0.1n", "-0.000000001"),
    ("8Ei", "9223372036854775807"), ("99999999999999999999", "9223372036854775807"),
    ("1e100", "9223372036854775807"),
    ("0e100", "0"), ("1e-100", "0.000000001"), ("0.0000000001Gi", "0.107374183"), ("000001", "1"),
    ("0.00000000000000000000000001E", "0.00000001"),
  ])
  func readsAmounts(text: String, decimal: String) {
    #expect(Quantity(parsing: text)?.description == decimal)
  }

  @Test(arguments: [
    "", "-", ".", "Gi", "1gi", "1K", "1kk", "1 Gi", "1e", "1ee3", "1e+", "0x1", "1,5", "--1", "1Zi",
    "１",
    "1e99999999999999999999",
  ])
  func refusesWhatIsNone(text: String) {
    #expect(Quantity(parsing: text) == nil)
  }

  @Test func addsWithoutLosingAnything() {
    let most = Quantity(Int64.max)
    #expect(most.adding(Quantity(1))?.subtracting(most) == Quantity(1))
    #expect(Quantity(billionths: .max).adding(Quantity(1)) == nil)
    #expect(Quantity(billionths: .min).subtracting(Quantity(1)) == nil)
    #expect(most.adding(most)?.integer == nil)
  }
}

@Suite struct SemanticVersionTests {
  /// The order that semver.org gives as its example.
  @Test func ordersAsTheStandardSays() throws {
    let ordered = [
      "0.0.1", "0.1.0", "1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0-alpha", "1.0.0-alpha.1",
      "1.0.0-alpha.beta",
      "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.10.0",
      "2.0.0",
    ]
    for (index, one) in ordered.enumerated() {
      for (other, two) in ordered.enumerated() {
        let first = try #require(SemanticVersion(parsing: one))
        let second = try #require(SemanticVersion(parsing: two))
        #expect(first.compare(to: second) == Int64((index - other).signum()), "\(one) \(two)")
        #expect(first.description == one)
      }
    }
  }

  @Test(arguments: [
    "", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.3-", "1.2.3-01", "1.2.3-a..b", "1.2.3+", "1.2.3+a_b",
    "v1.2.3",
    "1.2.-3", "1.2.3 ", "a.b.c", "1.2.99999999999999999999", "1.2.3-é",
  ])
  func refusesWhatIsNone(text: String) {
    #expect(SemanticVersion(parsing: text) == nil)
  }

  @Test(arguments: [
    ("v1.2.3", "1.2.3"), ("1", "1.0.0"), ("1.02", "1.2.0"), ("v01.0-rc.1", "1.0.0-rc.1"),
    ("1.2.3+b", "1.2.3+b"),
  ])
  func forgivesWhenAsked(text: String, normal: String) {
    #expect(SemanticVersion(parsing: text, normalizes: true)?.description == normal)
  }
}
