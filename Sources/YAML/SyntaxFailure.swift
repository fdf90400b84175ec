internal import Resources

/// What libyaml could not read, in its words and places.
struct SyntaxFailure {
  var problem: String
  var place: SourcePosition
  var context: String?
  var contextPlace: SourcePosition

  /// The same in our words.
  func diagnostic(in text: Span<UInt8>, file: String) -> Diagnostic {
    let line = TextLine(number: Int(place.line), in: text)
    // libyaml ends the last line of a file even where the file does not.
    let place = min(place, line.end)
    let words = words(found: line.character(column: Int(place.column)))
    let isAtContext = context != nil && words.isAtContext
    let other = isAtContext ? place : contextPlace
    var hint = words.hint
    if line.hasTabIndentation {
      hint = "line \(line.number) is indented with a tab; YAML wants spaces"
    }
    let location = location(isAtContext ? contextPlace : place, file)
    let hasOther = context != nil && contextPlace != place
    return Diagnostic(
      code: words.code, words.message, at: location, hint: hint,
      related: hasOther ? self.location(other, file) : nil)
  }

  private func location(_ position: SourcePosition, _ file: String) -> SourceLocation {
    SourceLocation(file: file, range: SourceRange(start: position, end: position))
  }
}

extension SyntaxFailure {
  private struct Words {
    var message: String
    var hint: String
    var code = "syntax"
    /// The place to look at is where the construct starts, not where libyaml gave up.
    var isAtContext = false
  }

  private func words(found: Character?) -> Words {
    switch (problem, context ?? "") {
    case ("mapping values are not allowed in this context", _):
      Words(
        message: "a colon and a space are not possible here",
        hint: "check the indentation, or put the value in quotes if the colon belongs to it")
    case ("mapping keys are not allowed in this context", _):
      Words(message: "a key is not possible here", hint: "check the indentation")
    case ("block sequence entries are not allowed in this context", _):
      Words(
        message: "a list item is not possible here",
        hint: "put the \"-\" on a line of its own, below the key")
    case ("could not find expected ':'", _):
      Words(
        message: "a colon is missing after this key",
        hint: "write \"key: value\", or check the indentation", isAtContext: true)
    case ("did not find expected key", _) where found == ":",
      ("did not find expected node content", _) where found == ":":
      Words(
        message: "the key before this colon is missing",
        hint: "write \"key: value\", or put the value in quotes if the colon belongs to it",
        code: "empty-key")
    case ("did not find expected key", _):
      Words(
        message: "a key of the map that starts on line \(contextPlace.line) should stand here",
        hint: "give all keys of a map the same indentation, and quote a value that has quotes "
          + "or a colon in it")
    case ("did not find expected '-' indicator", _):
      Words(
        message: "an item of the list that starts on line \(contextPlace.line) should stand here",
        hint: "start each item with \"- \", with the same indentation")
    case ("did not find expected ',' or ']'", _):
      Words(
        message: "\",\" or \"]\" is missing in the list that starts on line \(contextPlace.line)",
        hint: "close the list with \"]\", or quote an item that has a comma, bracket or colon")
    case ("did not find expected ',' or '}'", _):
      Words(
        message: "\",\" or \"}\" is missing in the map that starts on line \(contextPlace.line)",
        hint: "close the map with \"}\", or quote a value that has a comma, brace or colon")
    case ("found unexpected end of stream", _):
      Words(
        message: "this quote is never closed",
        hint: "close it; inside '…' write '' for a quote, inside \"…\" write \\\"",
        isAtContext: true)
    case ("found unexpected document indicator", _):
      Words(
        message: "this quote is not closed before the document ends", hint: "close the quote",
        isAtContext: true)
    case ("found unknown escape character", _):
      Words(
        message: "there is no such escape in double quotes",
        hint: "write \\\\ for a backslash, or use single quotes")
    case ("did not find expected hexdecimal number", _):
      Words(
        message: "the escape needs hexadecimal digits",
        hint: "write \\x41, \\u00e4 or \\U0001f600")
    case ("found invalid Unicode character escape code", _):
      Words(
        message: "the escape is no Unicode character",
        hint: "write one character as one escape: \\U0001f600, not two halves")
    case ("found character that cannot start any token", _): unstartable(found)
    case ("found a tab character that violates indentation", _),
      ("found a tab character where an indentation space is expected", _):
      Words(message: "a tab is not possible here", hint: "indent with spaces")
    case ("found undefined tag handle", _):
      Words(
        message: "tags of one's own are not allowed",
        hint: "remove the tag, or put the value in quotes if it is text", code: "tag")
    case ("found incompatible YAML document", _):
      Words(
        message: "this version of YAML is not known",
        hint: "remove the line with %YAML; files are read as YAML 1.2", code: "yaml-version")
    case ("found duplicate %TAG directive", _):
      Words(
        message: "%TAG directives are not allowed", hint: "remove them", code: "tag-directive")
    case ("found unknown directive name", _):
      Words(
        message: "there is no such directive",
        hint: "put the text in quotes if it starts with %", isAtContext: true)
    case ("did not find expected <document start>", _):
      Words(
        message: "the document has ended, and nothing but \"---\" may follow",
        hint: "check the indentation; a document is one map, one list or one scalar")
    case ("did not find expected node content", _):
      Words(message: "a value is missing here", hint: "write the value, or \"\" for no text")
    case ("did not find expected comment or line break", "while scanning a block scalar"):
      Words(
        message: "nothing may follow \"|\" or \">\" on its line", hint: "start the text below")
    case ("found an indentation indicator equal to 0", _):
      Words(
        message: "the indentation after \"|\" or \">\" must be 1 to 9", hint: "leave the 0 out")
    case ("did not find expected alphabetic or numeric character", "while scanning an alias"):
      Words(
        message: "\"*\" starts an alias, and aliases are not allowed",
        hint: "put the value in quotes", code: "alias", isAtContext: true)
    case ("did not find expected alphabetic or numeric character", "while scanning an anchor"):
      Words(
        message: "\"&\" starts an anchor, and anchors are not allowed",
        hint: "put the value in quotes", code: "anchor", isAtContext: true)
    case (_, "while scanning a tag"), (_, "while parsing a tag"):
      Words(
        message: "\"!\" starts a tag, and this is none",
        hint: "put the value in quotes if it is text", code: "tag", isAtContext: true)
    default:
      Words(
        message: [context, problem].compactMap(\.self).joined(separator: ", "),
        hint: "check the quotes, brackets and indentation")
    }
  }

  private func unstartable(_ found: Character?) -> Words {
    if found == "\t" {
      return Words(message: "a tab is not possible here", hint: "indent with spaces")
    }
    let name = found.map { "\"\($0)\"" } ?? "this character"
    return Words(
      message: "a value cannot start with \(name)", hint: "put the whole value in quotes")
  }
}

/// One line of a file, for the words of a diagnostic.
private struct TextLine {
  let number: Int
  private let text: String

  /// The line with `number`, which counts from 1, or the last of the file.
  init(number: Int, in bytes: Span<UInt8>) {
    var line = 1
    var start = 0
    var end = 0
    while end < bytes.count {
      let byte = bytes[end]
      if byte == 0x0A || byte == 0x0D {
        guard line < number else { break }
        let isPair = byte == 0x0D && end + 1 < bytes.count && bytes[end + 1] == 0x0A
        end += isPair ? 1 : 0
        line += 1
        start = end + 1
      }
      end += 1
    }
    self.number = line
    text = String(copying: bytes.extracting(start..<end))
  }

  var end: SourcePosition {
    SourcePosition(line: number, column: text.unicodeScalars.count + 1)
  }

  var hasTabIndentation: Bool {
    text.unicodeScalars.prefix { $0 == " " || $0 == "\t" }.contains("\t")
  }

  func character(column: Int) -> Character? {
    text.unicodeScalars.dropFirst(column - 1).first.map { Character($0) }
  }
}
