package import Resources

/// An answer to "why": a headline, and a chain of sentences below it.
package struct Explanation: Hashable, Sendable {
  /// One link of the chain.
  package struct Link: Hashable, Sendable {
    /// One word that says what it is: `because`, `signed`.
    package var label: String
    package var sentence: String
    /// What it is, for scripts.
    package var value: Value

    package init(_ label: String, _ sentence: String, _ value: Value = [:]) {
      self.label = label
      self.sentence = sentence
      self.value = value
    }
  }

  package var headline: String
  package var links: [Link]
  /// What to do next; nil where nothing is to be done.
  package var command: String?
  /// Further members of the JSON.
  package var members: [Value.Member]

  package init(
    _ headline: String, links: [Link] = [], command: String? = nil,
    members: [Value.Member] = [],
  ) {
    self.headline = headline
    self.links = links
    self.command = command
    self.members = members
  }

  package var value: Value {
    .sorted(
      members + [
        .init("formatVersion", 1), .init("summary", .string(headline)),
        .init("command", command.map { .string($0) } ?? .null),
        .init(
          "chain",
          .array(
            links.map { link in
              .sorted(
                (link.value.members ?? []) + [
                  .init("link", .string(link.label)), .init("sentence", .string(link.sentence)),
                ])
            })),
      ])
  }

  /// The headline, and each link beside its label; no line is longer than `width`.
  package func lines(width: Int, style: Style) -> [String] {
    var lines = TextLayout.wrapped(TextLayout.escaped(headline), to: width)
      .map { style.painted($0, .heading) }
    let column = (links.map { TextLayout.width(of: $0.label) }.max() ?? 0) + 2
    for link in links {
      let words = TextLayout.wrapped(
        TextLayout.escaped(link.sentence), to: max(20, width - column))
      for (index, words) in words.enumerated() {
        let label = TextLayout.padded(index == 0 ? link.label : "", to: column)
        lines.append(style.painted(label, .dim) + words)
      }
    }
    if let command {
      lines.append(style.painted(TextLayout.escaped("next: \(command)"), .update))
    }
    return lines
  }
}
