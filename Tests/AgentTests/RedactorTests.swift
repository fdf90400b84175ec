import Actions
import Testing

/// Secrets are taken out, however the stream is cut.
@Suite struct RedactorTests {
  /// Marks what belongs to any occurrence, byte by byte.
  private func slow(_ patterns: [[UInt8]], _ stream: [UInt8]) -> [UInt8] {
    var covered = [Bool](repeating: false, count: stream.count)
    for pattern in patterns where !pattern.isEmpty && pattern.count <= stream.count {
      for start in 0...(stream.count - pattern.count)
      where Array(stream[start..<start + pattern.count]) == pattern {
        for index in start..<start + pattern.count { covered[index] = true }
      }
    }
    var output: [UInt8] = []
    for index in stream.indices {
      if !covered[index] {
        output.append(stream[index])
      } else if index == 0 || !covered[index - 1] {
        output += Redactor.mark
      }
    }
    return output
  }

  private func fast(
    _ patterns: [[UInt8]], _ stream: [UInt8], random: inout SplitMix,
  ) -> [UInt8] {
    var redactor = Redactor(patterns)
    var output: [UInt8] = []
    var rest = stream[...]
    while !rest.isEmpty {
      let part = rest.prefix(Int.random(in: 1...7, using: &random))
      redactor.feed(Array(part).span, into: &output)
      rest = rest.dropFirst(part.count)
    }
    redactor.finish(into: &output)
    return output
  }

  @Test(arguments: 0..<40) func agreesWithTheSlowWay(seed: UInt64) {
    var random = SplitMix(state: seed)
    for _ in 0..<50 {
      let letters = UInt8.random(in: 2...4, using: &random)
      let text = { (length: Int, random: inout SplitMix) -> [UInt8] in
        (0..<length).map { _ in 97 + UInt8.random(in: 0..<letters, using: &random) }
      }
      let patterns = (0..<Int.random(in: 0...6, using: &random)).map { _ in
        text(Int.random(in: 0...9, using: &random), &random)
      }
      let stream = text(Int.random(in: 0...200, using: &random), &random)
      #expect(
        fast(patterns, stream, random: &random) == slow(patterns, stream),
        "seed \(seed): \(patterns) in \(stream)")
    }
  }

  private func redact(_ secrets: [String], _ text: String) -> String {
    var redactor = Redactor(SecretForms(of: secrets.map { Array($0.utf8) }).patterns)
    var output: [UInt8] = []
    redactor.feed(Array(text.utf8).span, into: &output)
    redactor.finish(into: &output)
    return String(decoding: output, as: UTF8.self)
  }

  @Test(arguments: [
    ("hunter22", "x hunter22 y", "x [REDACTED] y"),
    ("hunter22", "hunter2", "hunter2"),
    ("hunter22", "hunterhunter22hunter22!", "hunter[REDACTED]!"),
    ("abc", "abc", "abc"),
    ("hunter22", "aHVudGVyMjI=", "[REDACTED]"),
    ("hunter22", "aHVudGVyMjIK", "[REDACTED]"),
    // user:hunter22, as basic authentication has it; digits at the rim belong to both sides
    ("hunter22", "dXNlcjpodW50ZXIyMg==", "dXNlcjp[REDACTED]g=="),
    ("p@ss w/rd", "p%40ss%20w%2Frd p%40ss+w%2frd", "[REDACTED] [REDACTED]"),
    ("line-number-1\nshort\nline-number-3\n", "line-number-3 short", "[REDACTED] short"),
  ]) func takesOutEveryForm(secret: String, text: String, expected: String) {
    #expect(redact([secret], text) == expected)
  }

  @Test func holdsBackNoMoreThanItMust() {
    var redactor = Redactor([Array("secret".utf8)])
    var output: [UInt8] = []
    redactor.feed(Array("a sec".utf8).span, into: &output)
    #expect(output == Array("a ".utf8))
    redactor.feed(Array("ond".utf8).span, into: &output)
    #expect(output == Array("a second".utf8))
  }

  @Test func takesLinearTimeWithLongAndNastyPatterns() {
    let nasty = [UInt8](repeating: 97, count: 20_000) + [98]
    let forms = SecretForms(of: [nasty])
    var redactor = Redactor(forms.patterns)
    var output: [UInt8] = []
    let stream = [UInt8](repeating: 97, count: 1 << 20)
    // In the square of it, this would take minutes.
    redactor.feed(stream.span, into: &output)
    redactor.finish(into: &output)
    #expect(output == stream)
  }
}
