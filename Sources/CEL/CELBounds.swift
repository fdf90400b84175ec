/// How large an expression may be.
package struct CELBounds: Sendable, Hashable {
  /// The most UTF-8 bytes of source.
  package var sourceBytes: Int
  /// How deep operations may be nested; also bounds the stack that checking and running take.
  package var depth: Int
  /// How many problems are reported.
  package var problems: Int

  /// 64 KiB, 100 levels, 50 problems.
  package init(sourceBytes: Int = 65_536, depth: Int = 100, problems: Int = 50) {
    self.sourceBytes = sourceBytes
    self.depth = depth
    self.problems = problems
  }
}
