// Redirections and here-documents.
extension ShellParser {
  func atProcessSubstitution() -> Bool { dialect.hasExtensions && (at("<(") || at(">(")) }

  /// Reads a redirection with the number before it, or nothing.
  mutating func parseRedirection() throws(Failure) -> ShellRedirection? {
    var index = position
    while index < end, bytes[index].isShellDigit { index += 1 }
    try step(index - position)
    guard index < end else { return nil }
    let byte = bytes[index]
    if byte == UInt8(ascii: "{") && index == position {
      try refuseNamedDescriptor()
      return nil
    }
    if byte == UInt8(ascii: "&") {
      guard index == position, at("&>") else { return nil }
      guard dialect.redirectsBothStreams else {
        throw failure("'&>' means different things to different shells")
      }
    } else {
      guard byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">") else { return nil }
      if index == position && atProcessSubstitution() { return nil }
      position = index
    }
    let kind = try parseOperator()
    let stripsTabs = kind == .hereDocument && peek() == UInt8(ascii: "-")
    if stripsTabs { try advance() }
    try skipBlanks()
    guard let next = peek(), !next.isShellDelimiter, !atNumberedRedirection() else {
      throw unexpected()
    }
    let target = try parseWord()
    if kind == .hereDocument { try expectHereDocument(target, stripsTabs: stripsTabs) }
    return ShellRedirection(operator: kind, target: target)
  }

  /// Whether a number stands here that belongs to the redirection after it.
  private func atNumberedRedirection() -> Bool {
    var index = position
    while index < end, bytes[index].isShellDigit { index += 1 }
    guard index > position, index < end else { return false }
    return bytes[index] == UInt8(ascii: "<") || bytes[index] == UInt8(ascii: ">")
  }

  private mutating func parseOperator() throws(Failure) -> ShellRedirection.Operator {
    let operators: [(String, ShellRedirection.Operator)] = [
      ("<<<", .hereString), ("&>>", .appendBoth), ("<<", .hereDocument), (">>", .append),
      (">|", .clobber), ("<>", .readWrite), ("<&", .duplicateInput), (">&", .duplicateOutput),
      ("&>", .writeBoth), ("<", .read), (">", .write),
    ]
    for (text, kind) in operators where at(text) {
      if kind == .hereString && !dialect.hasExtensions { throw unexpected() }
      try advance(text.utf8.count)
      return kind
    }
    throw unexpected()
  }

  /// Refuses `{name}>file`, which sets a variable.
  private func refuseNamedDescriptor() throws(Failure) {
    var index = position + 1
    while index < end,
      bytes[index].isShellName || bytes[index] == UInt8(ascii: "[")
        || bytes[index] == UInt8(ascii: "]")
    { index += 1 }
    guard index + 1 < end, bytes[index] == UInt8(ascii: "}"),
      bytes[index + 1] == UInt8(ascii: "<") || bytes[index + 1] == UInt8(ascii: ">")
    else { return }
    throw failure("a redirection that sets a variable")
  }

  private mutating func expectHereDocument(
    _ target: ShellWord, stripsTabs: Bool,
  ) throws(Failure) {
    var delimiter = ""
    var isQuoted = false
    for part in target.parts {
      switch part {
      case .literal(let text): delimiter += text
      case .quoted(let text):
        delimiter += text
        isQuoted = true
      case .doubleQuoted(let parts):
        isQuoted = true
        for inner in parts {
          guard case .literal(let text) = inner else {
            throw failure("the end of a here-document is not plain")
          }
          delimiter += text
        }
      default: throw failure("the end of a here-document is not plain")
      }
    }
    guard !delimiter.contains("\n"), !delimiter.isEmpty else {
      throw failure("the end of a here-document is not plain")
    }
    pending.append(
      PendingHereDocument(
        delimiter: Array(delimiter.utf8), isQuoted: isQuoted, stripsTabs: stripsTabs))
  }

  /// Reads the bodies of the here-documents that began on the line that just ended.
  mutating func readHereDocuments() throws(Failure) {
    guard !pending.isEmpty else { return }
    let documents = pending
    pending = []
    for document in documents {
      let start = position
      var bodyEnd: Int?
      while position < end {
        let lineStart = position
        while let byte = peek(), byte != UInt8(ascii: "\n") { try advance() }
        var line = bytes[lineStart..<position]
        if document.stripsTabs { line = line.drop { $0 == UInt8(ascii: "\t") } }
        let isLast = position == end
        if !isLast { try advance() }
        if line.elementsEqual(document.delimiter) {
          bodyEnd = lineStart
          break
        }
      }
      guard let bodyEnd else { throw failure("a here-document has no end") }
      let after = position
      if document.isQuoted {
        hereDocuments.append(ShellWord([.quoted(text(start..<bodyEnd))]))
      } else {
        hereDocuments.append(try parseHereDocumentBody(start..<bodyEnd))
      }
      position = after
    }
  }

  private mutating func parseHereDocumentBody(_ range: Range<Int>) throws(Failure) -> ShellWord {
    let outerEnd = end
    position = range.lowerBound
    end = range.upperBound
    defer { end = outerEnd }
    var index = range.lowerBound
    while index + 1 < range.upperBound {
      if bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "\n") {
        throw Failure(reason: "a here-document continues a line", offset: index)
      }
      index += 1
    }
    try step(range.count)
    return ShellWord(try parseQuotedParts(until: nil))
  }
}
