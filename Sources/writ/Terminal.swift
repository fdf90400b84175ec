import ArgumentParser
import Glibc
import Rendering
import Resources

/// Standard output and error, and what is at their other end.
enum Terminal {
  static var isInputTTY: Bool { isatty(STDIN_FILENO) == 1 }

  /// The width of the terminal; 80 where there is none, unless COLUMNS says otherwise.
  static var width: Int {
    if let text = Process.environment("COLUMNS"), let columns = Int(text), columns > 0 {
      return min(max(columns, 40), 400)
    }
    var size = winsize()
    if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
      return min(max(Int(size.ws_col), 40), 400)
    }
    return 80
  }

  /// The width for diagnostics: what reads them from a pipe wants each on one line.
  static var errorWidth: Int { isatty(STDERR_FILENO) == 1 ? width : 1 << 20 }

  static func style(for descriptor: Int32) -> Style {
    let isPlain = Process.environment("NO_COLOR").map { !$0.isEmpty } ?? false
    let isDumb = Process.environment("TERM") == "dumb"
    return Style(hasColour: isatty(descriptor) == 1 && !isPlain && !isDumb)
  }

  static var outputStyle: Style { style(for: STDOUT_FILENO) }
  static var errorStyle: Style { style(for: STDERR_FILENO) }

  static func write(_ text: String) { write(Array(text.utf8), to: STDOUT_FILENO) }

  static func writeLine(_ text: String) { write(text + "\n") }

  static func write(lines: [String]) { write(lines.map { $0 + "\n" }.joined()) }

  static func writeJSON(_ value: Value) {
    write(CanonicalJSON.bytes(of: value) + [UInt8(ascii: "\n")], to: STDOUT_FILENO)
  }

  static func writeError(_ text: String) { write(Array((text + "\n").utf8), to: STDERR_FILENO) }

  static func writeError(lines: [String]) { for line in lines { writeError(line) } }

  /// Writes everything, unless the reader has gone away.
  static func write(_ bytes: [UInt8], to descriptor: Int32) {
    var offset = 0
    bytes.withUnsafeBytes { buffer in
      while offset < buffer.count {
        let count = Glibc.write(
          descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset)
        if count < 0 {
          if errno == EINTR { continue }
          return
        }
        offset += count
      }
    }
  }

  /// Asks for a yes; anything else is a no.
  static func confirms(_ question: String) -> Bool {
    write(Array("\(question) [y/N] ".utf8), to: STDERR_FILENO)
    let answer = readLine(strippingNewline: true)?.lowercased() ?? ""
    return answer == "y" || answer == "yes"
  }
}
