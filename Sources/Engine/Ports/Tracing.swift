package import Planning
package import Resources

/// A resource of the head whose commits are wanted.
package struct TraceQuery: Sendable {
  package var key: ResourceKey
  /// The file that has it at the head.
  package var file: String
  /// Its canonical bytes at the head.
  package var content: [UInt8]
  /// Those that are live: only what differs from them is wanted; nil for everything.
  package var live: [UInt8]?

  package init(key: ResourceKey, file: String, content: [UInt8], live: [UInt8]?) {
    self.key = key
    self.file = file
    self.content = content
    self.live = live
  }
}

extension RevisionReader {
  /// A source that knows files and no more: each resource is the last commit's that touched its
  /// file.
  package func trace(
    _ queries: [TraceQuery], since base: String?,
  ) throws(SourceError) -> [ResourceKey: ResourceTrace] {
    if queries.isEmpty { return [:] }
    let origins = try origins(of: Set(queries.map(\.file)), since: base)
    var traces: [ResourceKey: ResourceTrace] = [:]
    for query in queries {
      traces[query.key] = origins[query.file].map { ResourceTrace(origin: $0) }
    }
    return traces
  }

  /// A source that knows files and no more cannot tell who took a resource out of one.
  package func deletions(
    _ files: [ResourceKey: String], since base: String?,
  ) throws(SourceError) -> [ResourceKey: Origin] { [:] }

  /// A source that knows no more of commits than their origins say.
  package func commits(_ ids: Set<String>) throws(SourceError) -> [CommitRecord] { [] }
}
