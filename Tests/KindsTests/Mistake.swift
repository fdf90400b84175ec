import Resources
import Testing

/// A manifest with mistakes in it, and the whole of what must be said about them.
struct Mistake: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var kind: String
  /// The `spec`, two columns further right than it stands here, from line 5 on.
  var spec: String
  /// `line:column code`, sorted by place, followed by a part of the message or of the hint.
  var expected: [(place: String, code: String, text: String)]

  init(
    _ description: String, _ kind: String, _ spec: String,
    _ expected: (String, String, String)...,
  ) {
    testDescription = description
    self.kind = kind
    self.spec = spec
    self.expected = expected.map { ($0.0, $0.1, $0.2) }
  }

  var manifest: String {
    let lines = spec.split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 }
    return """
      apiVersion: writ/v1
      kind: \(kind)
      metadata: {name: x}
      spec:
      \(lines.joined(separator: "\n"))

      """
  }

  func run() {
    let found = Decoding.decode(manifest).diagnostics
    let places = found.map {
      "\($0.location.range.start.line):\($0.location.range.start.column) \($0.code)"
    }
    #expect(places == expected.map { "\($0.place) \($0.code)" }, "\(found)")
    guard found.count == expected.count else { return }
    for (diagnostic, (_, _, text)) in zip(found, expected) {
      #expect(
        (diagnostic.message + " | " + (diagnostic.hint ?? "")).contains(text), "\(diagnostic)")
    }
  }
}
