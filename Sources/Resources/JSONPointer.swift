/// A path into a value, RFC 6901: `/spec/timeout`.
package struct JSONPointer: Hashable, Sendable, Comparable, CustomStringConvertible {
  package var tokens: [String]

  package init(_ tokens: [String] = []) { self.tokens = tokens }

  package func appending(_ token: String) -> JSONPointer { JSONPointer(tokens + [token]) }

  package func appending(_ index: Int) -> JSONPointer { appending(String(index)) }

  package var description: String {
    var text = ""
    for token in tokens {
      text += "/"
      for character in token.unicodeScalars {
        switch character {
        case "~": text += "~0"
        case "/": text += "~1"
        default: text.unicodeScalars.append(character)
        }
      }
    }
    return text
  }

  /// `spec.timeout`, `spec.steps[0]`: the form that error messages use.
  package var dotted: String {
    var text = ""
    for token in tokens {
      if !token.isEmpty, token.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
        text += "[\(token)]"
      } else {
        text += text.isEmpty ? token : ".\(token)"
      }
    }
    return text
  }

  package static func < (a: JSONPointer, b: JSONPointer) -> Bool {
    a.tokens.lexicographicallyPrecedes(b.tokens)
  }
}

extension JSONPointer {
  /// Reads the form that `dotted` writes: `spec.timeout`, `spec.steps[0].id`.
  ///
  /// Keys with dots in them cannot be told from paths; write those as RFC 6901 has it.
  package init(dotted text: some StringProtocol) {
    if text.hasPrefix("/") {
      self.init(parsing: String(text))
    } else {
      let separators: Set<Character> = [".", "[", "]"]
      self.init(text.split(whereSeparator: separators.contains).map { String($0) })
    }
  }

  /// Reads the form that `description` writes.
  package init(parsing text: String) {
    self.init(
      text.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { token in
        var result = ""
        var isEscaped = false
        for scalar in token.unicodeScalars {
          if isEscaped {
            result += scalar == "1" ? "/" : "~"
            isEscaped = false
          } else if scalar == "~" {
            isEscaped = true
          } else {
            result.unicodeScalars.append(scalar)
          }
        }
        return result
      })
  }
}
