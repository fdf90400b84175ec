package import Engine
internal import Git
package import Planning
package import Resources

extension GitRevision {
  package func trace(
    _ queries: [TraceQuery], since base: String?,
  ) throws(SourceError) -> [ResourceKey: ResourceTrace] {
    if queries.isEmpty { return [:] }
    do {
      var tracer = FieldTracer(queries, roots: roots, reader: reader)
      try tracer.run(
        repository, from: commit.id, hiding: base.flatMap { ObjectID(hex: $0) })
      var origins: [ObjectID: Origin] = [:]
      var traces: [ResourceKey: ResourceTrace] = [:]
      traces.reserveCapacity(queries.count)
      for (query, result) in zip(queries, tracer.results) {
        guard let result else { continue }
        let origin = try origins[result.commit] ?? Origin(repository.commit(result.commit))
        origins[result.commit] = origin
        traces[query.key] = ResourceTrace(origin: origin, fields: result.fields)
      }
      return traces
    } catch {
      throw SourceError(any: error)
    }
  }

  package func commits(_ ids: Set<String>) throws(SourceError) -> [CommitRecord] {
    do throws(GitError) {
      var records: [CommitRecord] = []
      for id in ids.sorted().compactMap({ ObjectID(hex: $0) }) {
        records.append(CommitRecord(try repository.commit(id)))
      }
      return records
    } catch {
      throw SourceError(error)
    }
  }
}

extension CommitRecord {
  init(_ commit: Commit) {
    self.init(
      commit: commit.id.description, author: Person(commit.author),
      committer: Person(commit.committer), subject: commit.summary)
  }
}

extension CommitRecord.Person {
  init(_ signature: Signature) {
    self.init(
      name: signature.name, email: signature.email,
      time: Timestamp(seconds: max(0, signature.time)))
  }
}
