extension CELLexer {
  /// A literal of a string or of bytes with its prefix, or nil if none begins here.
  mutating func text() throws(CELProblem) -> CELToken.Kind? {
    var (isRaw, isBytes, length) = (false, false, 0)
    prefix: while length < 2, let letter = peek(length) {
      switch letter | 0x20 {
      case UInt8(ascii: "r") where !isRaw: isRaw = true
      case UInt8(ascii: "b") where !isBytes: isBytes = true
      default: break prefix
      }
      length += 1
    }
    guard let quote = peek(length), quote == 0x22 || quote == 0x27 else { return nil }
    let start = position
    position += length
    let isTriple = peek(1) == quote && peek(2) == quote
    position += isTriple ? 3 : 1
    let content = try content(
      quote: quote, isTriple: isTriple, isRaw: isRaw, isBytes: isBytes, from: start)
    return isBytes ? .bytes(content) : .string(String(decoding: content, as: UTF8.self))
  }

  private mutating func content(
    quote: UInt8, isTriple: Bool, isRaw: Bool, isBytes: Bool, from start: Int
  ) throws(CELProblem) -> [UInt8] {
    var content: [UInt8] = []
    var mistake: CELProblem?
    while let byte = peek() {
      if byte == quote, !isTriple || (peek(1) == quote && peek(2) == quote) {
        position += isTriple ? 3 : 1
        if let mistake { throw mistake }
        return content
      }
      if !isTriple, byte == 0x0A || byte == 0x0D { break }
      if byte == UInt8(ascii: "\\"), !isRaw {
        do throws(CELProblem) {
          try escape(into: &content, isBytes: isBytes)
        } catch {
          if mistake == nil { mistake = error }
        }
      } else {
        content.append(byte)
        position += 1
      }
    }
    throw CELProblem(
      "the string has no end", offset: start, length: max(1, position - start),
      hint: peek() == nil
        ? "close it with \(isTriple ? "three quotes" : "a quote")"
        : "use three quotes for text over several lines")
  }

  private mutating func escape(into content: inout [UInt8], isBytes: Bool) throws(CELProblem) {
    let start = position
    guard let letter = peek(1) else {
      position += 1
      throw CELProblem("the string has no end", offset: start, length: 1)
    }
    position += 2
    switch letter {
    case UInt8(ascii: "a"): content.append(0x07)
    case UInt8(ascii: "b"): content.append(0x08)
    case UInt8(ascii: "f"): content.append(0x0C)
    case UInt8(ascii: "n"): content.append(0x0A)
    case UInt8(ascii: "r"): content.append(0x0D)
    case UInt8(ascii: "t"): content.append(0x09)
    case UInt8(ascii: "v"): content.append(0x0B)
    case UInt8(ascii: "\\"), UInt8(ascii: "?"), UInt8(ascii: "\""), UInt8(ascii: "'"),
      UInt8(ascii: "`"):
      content.append(letter)
    case UInt8(ascii: "x"), UInt8(ascii: "X"):
      try append(digits: 2, radix: 16, from: start, to: &content, isBytes: isBytes)
    case UInt8(ascii: "u") where !isBytes:
      try append(digits: 4, radix: 16, from: start, to: &content, isBytes: false)
    case UInt8(ascii: "U") where !isBytes:
      try append(digits: 8, radix: 16, from: start, to: &content, isBytes: false)
    case 0x30...0x33:
      position -= 1
      try append(digits: 3, radix: 8, from: start, to: &content, isBytes: isBytes)
    default:
      throw CELProblem(
        "unknown escape in the \(isBytes ? "bytes" : "string")", offset: start, length: 2,
        hint: "write '\\\\' for a backslash, or put r before the quote")
    }
  }

  private mutating func append(
    digits: Int, radix: UInt32, from start: Int, to content: inout [UInt8], isBytes: Bool
  ) throws(CELProblem) {
    var code: UInt32 = 0
    for _ in 0..<digits {
      guard let digit = peek().flatMap(Self.hexDigit), digit < radix else {
        throw CELProblem(
          "the escape needs \(digits) digits", offset: start, length: position - start)
      }
      code = code &* radix &+ digit
      position += 1
    }
    if isBytes {
      content.append(UInt8(truncatingIfNeeded: code))
    } else if let scalar = Unicode.Scalar(code) {
      content.append(contentsOf: Array(String(Character(scalar)).utf8))
    } else {
      throw CELProblem("the escape is no code point", offset: start, length: position - start)
    }
  }
}
