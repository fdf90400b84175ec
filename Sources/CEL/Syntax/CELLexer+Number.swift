extension CELLexer {
  /// A whole number, decimal or hexadecimal, with an optional `u`, or a floating-point number.
  mutating func number() throws(CELProblem) -> CELToken.Kind {
    let start = position
    if peek() == UInt8(ascii: "0"), let next = peek(1), next | 0x20 == UInt8(ascii: "x") {
      position += 2
      let digits = take { Self.hexDigit($0) != nil }
      return try whole(digits, radix: 16, from: start)
    }
    var digits = take(Self.isDigit)
    var isDouble = false
    if peek() == UInt8(ascii: "."), let next = peek(1), Self.isDigit(next) {
      position += 1
      digits += "." + take(Self.isDigit)
      isDouble = true
    }
    if let letter = peek(), letter | 0x20 == UInt8(ascii: "e") {
      let hasSign = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-")
      if let digit = peek(hasSign ? 2 : 1), Self.isDigit(digit) {
        digits += "e" + (peek(1) == UInt8(ascii: "-") ? "-" : "")
        position += hasSign ? 2 : 1
        digits += take(Self.isDigit)
        isDouble = true
      }
    }
    guard isDouble else { return try whole(digits, radix: 10, from: start) }
    try refuseName(from: start)
    guard let double = Double(digits.first == "." ? "0" + digits : digits) else {
      throw CELProblem("this is not a number", offset: start, length: position - start)
    }
    return .double(double)
  }

  private mutating func whole(
    _ digits: String, radix: Int, from start: Int
  ) throws(CELProblem) -> CELToken.Kind {
    let isUnsigned = peek().map { $0 | 0x20 == UInt8(ascii: "u") } == true
    if isUnsigned { position += 1 }
    try refuseName(from: start)
    guard !digits.isEmpty else {
      throw CELProblem("digits are missing after '0x'", offset: start, length: position - start)
    }
    guard let number = UInt64(digits, radix: radix) else {
      throw CELProblem(
        "the number is too large for 64 bits", offset: start, length: position - start,
        hint: "write it with a decimal point for a double")
    }
    return isUnsigned ? .uint(number) : .int(number)
  }

  private mutating func refuseName(from start: Int) throws(CELProblem) {
    guard let byte = peek(), Self.isNameStart(byte) else { return }
    _ = take { Self.isNameStart($0) || Self.isDigit($0) }
    throw CELProblem(
      "a number cannot run into a name", offset: start, length: position - start)
  }

  private mutating func take(_ accepts: (UInt8) -> Bool) -> String {
    let start = position
    while let byte = peek(), accepts(byte) { position += 1 }
    return String(decoding: source[start..<position], as: UTF8.self)
  }
}
