/// One line of output: pieces of text with their roles.
///
/// Text is escaped as it enters, so nothing that came from outside can reach a terminal as more than
/// text.
package struct Line: Hashable, Sendable {
  package struct Span: Hashable, Sendable {
    package let text: String
    package let role: Style.Role

    package init(_ text: String, _ role: Style.Role = .plain) {
      self.text = TextLayout.escaped(text)
      self.role = role
    }
  }

  package private(set) var spans: [Span]

  package init(_ spans: [Span] = []) { self.spans = spans.filter { !$0.text.isEmpty } }

  package init(_ text: String, _ role: Style.Role = .plain) { self.init([Span(text, role)]) }

  package static let empty = Line()

  /// The columns that it takes.
  package var width: Int { spans.reduce(0) { $0 + TextLayout.width(of: $1.text) } }

  package mutating func append(_ text: String, _ role: Style.Role = .plain) {
    if !text.isEmpty { spans.append(Span(text, role)) }
  }

  package mutating func append(_ other: Line) { spans += other.spans }

  /// Appends blanks up to `column`, and at least `gap`.
  package mutating func move(to column: Int, gap: Int = 0) {
    append(TextLayout.blanks(max(gap, column - width)))
  }

  /// The line in at most `limit` columns, with `…` in place of what is cut off its end.
  package func truncated(to limit: Int) -> Line {
    if width <= limit { return self }
    var result = Line()
    var room = limit
    for span in spans {
      let width = TextLayout.width(of: span.text)
      // A last column is kept for the ellipsis, as something is cut for certain.
      guard width < room else {
        let text = width == room ? span.text + " " : span.text
        result.append(TextLayout.truncated(text, to: room), span.role)
        break
      }
      result.spans.append(span)
      room -= width
    }
    return result
  }

  /// The text of the line without blanks at its end.
  package func text(_ style: Style) -> String {
    var result = ""
    var pending = ""
    for span in spans {
      let isBlank = span.text.utf8.allSatisfy { $0 == 0x20 }
      if isBlank {
        pending += span.text
      } else {
        result += pending
        pending = ""
        result += style.painted(span.text, span.role)
      }
    }
    return result
  }
}
