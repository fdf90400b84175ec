package import Planning
package import Resources

/// The words for one field that differs.
package enum FieldText {
  /// What stands in place of a value that is not there.
  package static let nothing = "(none)"

  /// `timeout`, `steps[0].id`, `metadata.labels.team`: the path without a leading `spec.`.
  package static func name(_ pointer: JSONPointer) -> String {
    var pointer = pointer
    if pointer.tokens.count > 1, pointer.tokens[0] == "spec" { pointer.tokens.removeFirst() }
    return pointer.tokens.isEmpty ? "(everything)" : TextLayout.escaped(pointer.dotted)
  }

  /// A value on one line: a word as it is, other text in quotes, the rest as JSON.
  package static func value(_ value: Value?) -> String {
    switch value {
    case nil: nothing
    case .string(let text): isWord(text) ? text : quoted(text)
    case let value?: TextLayout.escaped(CanonicalJSON.text(of: value))
    }
  }

  /// `30s → 45s` in at most `limit` columns, each side cut to its share.
  ///
  /// Two long texts are shown from shortly before the place where they begin to differ.
  package static func transition(_ change: FieldChange, to limit: Int) -> String {
    var old = value(change.old)
    var new = value(change.new)
    let room = limit - 3
    if TextLayout.width(of: old) + TextLayout.width(of: new) > room {
      (old, new) = withoutCommonHead(old, new, within: room / 2)
      let half = max(1, room / 2)
      let oldWidth = TextLayout.width(of: old)
      let newWidth = TextLayout.width(of: new)
      // A short side leaves its room to the other one.
      old = TextLayout.truncated(old, to: max(half, room - newWidth))
      new = TextLayout.truncated(new, to: max(room - half, room - oldWidth))
    }
    return "\(old) → \(new)"
  }

  /// More of a text than any line shows; longer ones are cut before they are measured.
  private static let excerptLength = 2000

  /// `change` with huge texts cut to a stretch from shortly before the place where they differ, so
  /// that a line about it costs no more than a line.
  static func excerpt(_ change: FieldChange) -> FieldChange {
    guard case .string(let old)? = change.old, case .string(let new)? = change.new,
      max(old.utf8.count, new.utf8.count) > excerptLength * 2
    else { return cut(change) }
    let common = zip(old.unicodeScalars, new.unicodeScalars).prefix { $0 == $1 }.count
    var change = change
    change.old = .string(stretch(of: old, from: common - 40))
    change.new = .string(stretch(of: new, from: common - 40))
    return change
  }

  private static func cut(_ change: FieldChange) -> FieldChange {
    var change = change
    if case .string(let text)? = change.old { change.old = .string(stretch(of: text, from: 0)) }
    if case .string(let text)? = change.new { change.new = .string(stretch(of: text, from: 0)) }
    return change
  }

  private static func stretch(of text: String, from start: Int) -> String {
    if text.utf8.count <= excerptLength { return text }
    let scalars = text.unicodeScalars.dropFirst(max(0, start))
    return (start > 0 ? "…" : "") + String(String.UnicodeScalarView(scalars.prefix(excerptLength)))
  }

  private static func withoutCommonHead(
    _ old: String,
    _ new: String,
    within limit: Int,
  ) -> (String, String) {
    guard TextLayout.width(of: old) > limit, TextLayout.width(of: new) > limit else {
      return (old, new)
    }
    let common = zip(old, new).prefix { $0 == $1 }.map(\.0)
    let start = common.count - wordLength(common)
    guard start > 2 else { return (old, new) }
    let mark = common[0] == "\"" ? "\"…" : "…"
    return (mark + String(old.dropFirst(start)), mark + String(new.dropFirst(start)))
  }

  /// How many characters at the end of `text` show where it stops: the word that has begun, or a
  /// few characters where there is no beginning near.
  private static func wordLength(_ text: [Character]) -> Int {
    var length = 0
    while length < min(12, text.count) {
      let index = text.count - 1 - length
      if text[index] == " " { return length }
      if index > 0, text[index] == "n", text[index - 1] == "\\" { return length }
      length += 1
    }
    return min(4, text.count)
  }

  /// Whether `text` can stand without quotes and still be taken for a text.
  private static func isWord(_ text: String) -> Bool {
    guard !text.isEmpty, text != nothing, text != "true", text != "false", text != "null" else {
      return false
    }
    if Double(text) != nil { return false }
    if let first = text.first, "[{\"'".contains(first) { return false }
    return text.unicodeScalars.allSatisfy { !$0.properties.isWhitespace }
      && TextLayout.escaped(text) == text
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" || scalar == "\\" { result.unicodeScalars.append("\\") }
      result.unicodeScalars.append(scalar)
    }
    return TextLayout.escaped(result) + "\""
  }
}
