import CEL
import Testing

@Suite struct NumberTextTests {
  @Test(
    arguments: [
      (0, 0, "0"), (0.5, 0, "0"), (1.5, 0, "2"), (2.5, 0, "2"), (0.125, 2, "0.12"),
      (0.375, 2, "0.38"),
      (999.996, 2, "1000.00"), (0.1, 20, "0.10000000000000000555"),
      (1e22, 1, "10000000000000000000000.0"),
      (1e23, 0, "99999999999999991611392"), (-1.005, 2, "-1.00"),
      (.leastNonzeroMagnitude, 3, "0.000"),
      (9.5, 0, "10"),
      (123_456_789.987_654_321, 4, "123456789.9877"), (0.000_001, 6, "0.000001"), (-0.0, 1, "-0.0"),
      (.nan, 2, "NaN"), (.infinity, 2, "Infinity"), (-.infinity, 2, "-Infinity"),
    ] as [(Double, Int, String)])
  func roundsExactlyToFixedDigits(number: Double, precision: Int, text: String) {
    #expect(NumberText.fixed(number, precision: precision) == text)
  }

  @Test(
    arguments: [
      (0, 2, "0.00e+00"), (1, 0, "1e+00"), (9.99, 1, "1.0e+01"), (1234.5, 3, "1.234e+03"),
      (0.00015, 1, "1.5e-04"), (.leastNonzeroMagnitude, 5, "4.94066e-324"),
      (1.797_693_134_862_315_7e308, 3, "1.798e+308"),
      (-2.5, 0, "-2e+00"), (-3.5, 0, "-4e+00"), (0.1, 17, "1.00000000000000006e-01"),
    ] as [(Double, Int, String)])
  func roundsExactlyToScientificDigits(number: Double, precision: Int, text: String) {
    #expect(NumberText.scientific(number, precision: precision) == text)
  }

  /// Sixteenths are exact, so whole-number arithmetic can tell what rounding must give.
  @Test func roundsSixteenthsAsWholeNumbersDo() {
    for sixteenths in -2_000...2_000 {
      let number = Double(sixteenths) / 16
      let scaled = abs(sixteenths) * 100
      var hundredths = scaled / 16
      let rest = scaled % 16
      if rest > 8 || (rest == 8 && hundredths % 2 == 1) { hundredths += 1 }
      let cents = hundredths % 100
      let expected =
        (sixteenths < 0 ? "-" : "") + "\(hundredths / 100)." + (cents < 10 ? "0" : "") + "\(cents)"
      #expect(NumberText.fixed(number, precision: 2) == expected)
    }
  }

  @Test func writesAllDigitsThatThereAre() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<500 {
      let number = Double(bitPattern: generator.next())
      guard number.isFinite else { continue }
      for text in [
        NumberText.fixed(number, precision: 1_000), NumberText.scientific(number, precision: 17),
        NumberText.text(of: number), NumberText.plainText(of: number),
      ] where !text.hasPrefix("0.000") && !text.hasPrefix("-0.000") {
        #expect(Double(text) == number, "seed \(seed)")
      }
    }
  }

  @Test(
    arguments: [
      (0, "0"), (-0.0, "-0"), (1, "1"), (123.456, "123.456"), (-0.0045, "-0.0045"),
      (1e20, "1e+20"),
      (1e21, "1e+21"), (1.5e-7, "1.5e-07"), (0.0001, "0.0001"), (1234567, "1234567"),
      (1e100, "1e+100"),
      (9_007_199_254_740_992, "9007199254740992"), (.leastNonzeroMagnitude, "5e-324"), (100, "100"),
      (0.1 + 0.2, "0.30000000000000004"),
    ] as [(Double, String)])
  func writesTheShortestText(number: Double, text: String) {
    #expect(NumberText.text(of: number) == text)
  }

  @Test(arguments: [
    "1", "-1.5", "+.5", "1.", "1e5", "1E-5", "NaN", "inf", "-Infinity", "0.1", "00.1",
  ])
  func readsDoubles(text: String) {
    #expect(NumberText.double(text) != nil)
  }

  @Test(arguments: [
    "", ".", "e5", "1e", "0x10", "1_000", " 1", "1 ", "--1", "-NaN", "nan(1)", "１", "1.2.3",
    "1e5.5",
  ])
  func refusesOtherDoubles(text: String) {
    #expect(NumberText.double(text) == nil)
  }

  @Test func keepsToTheRangesOfWholeNumbers() {
    #expect(NumberText.int(-7.9) == -7)
    #expect(NumberText.int(-0x1p63) == nil)
    #expect(NumberText.int(0x1p63) == nil)
    #expect(NumberText.int(Double.nan) == nil)
    #expect(NumberText.uint(-0.5) == nil)
    #expect(NumberText.uint(0x1p64) == nil)
    #expect(NumberText.uint(0x1p63) == 1 << 63)
    #expect(NumberText.int("9223372036854775808") == nil)
    #expect(NumberText.uint("-1") == nil)
  }
}
