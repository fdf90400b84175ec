/// A place in a text file; lines and columns count from 1, columns in Unicode scalars.
package struct SourcePosition: Hashable, Comparable, Sendable {
  package var line: Int32
  package var column: Int32

  package init(line: Int, column: Int) {
    self.line = Int32(clamping: line)
    self.column = Int32(clamping: column)
  }

  package static let start = SourcePosition(line: 1, column: 1)

  package static func < (a: SourcePosition, b: SourcePosition) -> Bool {
    (a.line, a.column) < (b.line, b.column)
  }
}

/// A half-open stretch of a text file, from `start` up to and without `end`.
package struct SourceRange: Hashable, Sendable {
  package var start: SourcePosition
  package var end: SourcePosition

  package init(start: SourcePosition, end: SourcePosition) {
    self.start = start
    self.end = end
  }

  package static let start = SourceRange(start: .start, end: .start)
}

/// A stretch of one file of a repository; `file` is relative to the repository's root.
package struct SourceLocation: Hashable, Comparable, Sendable, CustomStringConvertible {
  package var file: String
  package var range: SourceRange

  package init(file: String, range: SourceRange) {
    self.file = file
    self.range = range
  }

  /// `file:line:column`, the form that editors and terminals turn into a link.
  package var description: String { "\(file):\(range.start.line):\(range.start.column)" }

  package static func < (a: SourceLocation, b: SourceLocation) -> Bool {
    if a.file != b.file { return a.file.utf8.lexicographicallyPrecedes(b.file.utf8) }
    if a.range.start != b.range.start { return a.range.start < b.range.start }
    return a.range.end < b.range.end
  }
}
