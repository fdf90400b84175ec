import Resources
import Testing
import YAML

@Suite struct CoreSchemaTests {
  @Test(arguments: [
    Row("", #"null"#), Row("null", "null"), Row("Null", "null"), Row("NULL", "null"),
    Row("~", "null"), Row("nULL", #""nULL""#), Row("~a", #""~a""#), Row("nil", #""nil""#),
    Row("true", "true"), Row("True", "true"), Row("TRUE", "true"), Row("tRue", #""tRue""#),
    Row("false", "false"), Row("False", "false"), Row("FALSE", "false"),
    Row("0", "0"), Row("-0", "0"), Row("+1", "1"), Row("-12", "-12"), Row("42", "42"),
    Row("9223372036854775807", "9223372036854775807"),
    Row("-9223372036854775808", "-9223372036854775808"),
    Row("0o17", "15"), Row("0o0", "0"), Row("0o18", #""0o18""#), Row("-0o17", #""-0o17""#),
    Row("0x1F", "31"), Row("0xff", "255"), Row("0x", #""0x""#), Row("0xfg", #""0xfg""#),
    Row("0X1F", #""0X1F""#), Row("0x7fffffffffffffff", "9223372036854775807"),
    Row("0.5", "0.5"), Row(".5", "0.5"), Row("-.5", "-0.5"), Row("1.", "1"), Row("1e3", "1000"),
    Row("1.5E-3", "0.0015"), Row("+1.5", "1.5"), Row("0e3", "0"), Row("1e", #""1e""#),
    Row("1e+", #""1e+""#), Row("1.5.5", #""1.5.5""#), Row(".", #"".""#), Row("..", #""..""#),
    Row("+", #""+""#), Row("-.", #""-.""#), Row("--1", #""--1""#), Row("+.nan", #""+.nan""#),
    Row(".infinity", #"".infinity""#), Row(".e3", #"".e3""#), Row("._1", #""._1""#),
  ])
  func resolvesPlainScalars(_ row: Row) {
    let reading = Reading("a: \(row.text)\n")
    #expect(reading.findings == [])
    #expect(reading.values == row.expected.map { "{\"a\":\($0)}" })
  }

  @Test(arguments: [
    "30 2 * * *", "*/5 * * * *x", "2026-12-24T18:00:00Z", "2026-12-24 18:00:00", "2026-12-25",
    "5m", "1h30m", "10%", "1.2.0", "v1.2", "mon-fri", "a:b", "22:00-04:00", "12:60", "12:75",
    "1:2:", "12:30pm", "1:", "::1", "fe80::1", "10.0.0.1", "10.0.0.0/8", "/bin/sh", "-eu", "-",
    "http://a/b?c=d#e", "nope", "yess", "offf", "Oops", "None", "yEs", "oN", "true story",
    "1 000", "1,000", "_1", "1_a", "1_000_b", "0123abc", "01-02", "0b", "0b12", "0o1_7",
    "12:30:xx", "12:300", "3rd", "1.2_a", "=", "a<<b", "<<",
  ])
  func leavesOtherTextAlone(_ text: String) {
    // A plain scalar cannot start with "*" or be "-", and "1:" would be a key.
    let needsQuotes = text.hasPrefix("*") || text == "-" || text.hasSuffix(":")
    let reading = Reading("a: \(needsQuotes ? "'\(text)'" : text)\n")
    #expect(reading.findings == [])
    #expect(reading.documents.first?.root["a"]?.content == .string(text))
  }

  @Test(arguments: [
    "yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF", "y", "Y", "n",
    "N", "0644", "-012", "+07", "00", "01.5", "089", "12:30", "1:20:30", "190:20:30.15", "08:30",
    "-1:30", "00:11:22:33:44:55", "1_000", "1_", "-1_000", "1_000.5", "1.5_0", "0x_ff",
    "0xdead_beef", "0b101", "-0b1", "0b1_0", "-0x1F",
  ])
  func refusesWhatOldReadersReadOtherwise(_ text: String) {
    let reading = Reading("a: \(text)\n")
    #expect(reading.findings == ["1:4 ambiguous-scalar"])
    #expect(reading.diagnostics.first?.hint?.contains("write \"\(text)\" in quotes") == true)
    #expect(reading.documents.isEmpty)
    for quoted in ["'\(text)'", "\"\(text)\"", "!!str \(text)", "! \(text)", "|-\n  \(text)"] {
      let reading = Reading("a: \(quoted)\n")
      #expect(reading.findings == [])
      #expect(reading.documents.first?.root["a"]?.content == .string(text))
    }
  }

  @Test(arguments: [
    Row("yes", #"write "yes" in quotes for the text, or true for the boolean"#),
    Row("Off", #"write "Off" in quotes for the text, or false for the boolean"#),
    Row(
      "0644",
      #"write "0644" in quotes for the text, or 0o644 for the octal number, "#
        + "or 644 for the decimal number"),
    Row("-012", #"write "-012" in quotes for the text, or -12 for the decimal number"#),
    Row("089", #"write "089" in quotes for the text, or 89 for the decimal number"#),
    Row("00", #"write "00" in quotes for the text, or 0 for the number"#),
    Row("01.5", #"write "01.5" in quotes for the text"#),
    Row("12:30", #"write "12:30" in quotes for the text"#),
    Row("1_000", #"write "1_000" in quotes for the text, or 1000 for the number"#),
    Row(".inf", #"write ".inf" in quotes for the text"#),
  ])
  func saysHowToWriteIt(_ row: Row) {
    #expect(Reading("- \(row.text)\n").diagnostics.map(\.hint) == row.expected)
  }

  @Test(arguments: [
    ".inf", ".Inf", ".INF", "-.inf", "+.Inf", ".nan", ".NaN", ".NAN", "1e400", "-1e400",
  ])
  func refusesWhatIsNotFinite(_ text: String) {
    #expect(Reading("a: \(text)\n").findings == ["1:4 not-finite"])
  }

  @Test(arguments: [
    "9223372036854775808", "-9223372036854775809", "99999999999999999999999",
    "0x8000000000000000", "0o1000000000000000000000",
  ])
  func refusesIntegersBeyond64Bits(_ text: String) {
    let reading = Reading("a: \(text)\n")
    #expect(reading.findings == ["1:4 integer-out-of-range"])
    #expect(reading.diagnostics.first?.hint == "write \"\(text)\" in quotes for the text")
  }

  @Test(arguments: [
    Row("yes: 1", #"{"yes":1}"#), Row("on: 1", #"{"on":1}"#), Row("0644: 1", #"{"0644":1}"#),
    Row("12:30: 1", #"{"12:30":1}"#), Row("null: 1", #"{"null":1}"#), Row("1: 1", #"{"1":1}"#),
    Row("true: 1", #"{"true":1}"#), Row("'': 1", #"{"":1}"#), Row("? a\n: 1", #"{"a":1}"#),
    Row("? |-\n  a b\n: 1", #"{"a b":1}"#), Row("'<<': 1", #"{"<<":1}"#),
    Row("!!str 1: 1", #"{"1":1}"#), Row("{a, b: }", #"{"a":null,"b":null}"#),
  ])
  func takesKeysAsText(_ row: Row) {
    let reading = Reading(row.text + "\n")
    #expect(reading.findings == [])
    #expect(reading.values == row.expected)
  }
}
