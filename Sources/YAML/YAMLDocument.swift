package import Resources

/// One document of a YAML file.
package struct YAMLDocument: Hashable, Sendable {
  package let root: Node
  /// From the `---`, or the root where there is none, to the end of the root.
  package let range: SourceRange
}

/// How much of a file is read before it is refused.
package struct YAMLLimits: Hashable, Sendable {
  /// The length of a file, byte order mark included.
  package var maximumBytes: Int
  /// How deep lists and maps nest; the root is the first level.
  package var maximumDepth: Int
  package var maximumDocuments: Int
  /// Scalars, lists, maps and keys, over all documents of a file.
  package var maximumNodes: Int
  /// After so many errors the rest of the file is not looked at.
  package var maximumDiagnostics: Int

  package init(
    maximumBytes: Int = 1 << 20,
    maximumDepth: Int = 64,
    maximumDocuments: Int = 10_000,
    maximumNodes: Int = 200_000,
    maximumDiagnostics: Int = 100,
  ) {
    self.maximumBytes = maximumBytes
    self.maximumDepth = maximumDepth
    self.maximumDocuments = maximumDocuments
    self.maximumNodes = maximumNodes
    self.maximumDiagnostics = maximumDiagnostics
  }

  package static let standard = YAMLLimits()
}
