internal import CGit2
internal import Faults
import Glibc

extension Repository {
  /// Answers how many packs the repository has; each fetch that brought something left one.
  package func packCount() throws(GitError) -> Int {
    try PackFolder(path + "objects/pack").names().count
  }

  /// Puts all that references reach into one pack when there are more than `limit` packs.
  ///
  /// Answers whether it did. Old packs go only after the new one is complete and on disk, so after
  /// a crash at any instant every reachable object is readable. What no reference reaches is lost.
  /// Packs with a `.keep` file stay. No fetch may run into the same repository meanwhile; the
  /// caller holds the lock.
  package func repack(whenMoreThan limit: Int = 0) throws(GitError) -> Bool {
    let operation = "repack \(printable(path))"
    let folder = PackFolder(path + "objects/pack")
    let old = try folder.names()
    guard old.count > limit, !old.isEmpty else { return false }
    let builder = try unsafe Handle<PackBuilderKind> {
      unsafe git_packbuilder_new(&$0, handle.pointer)
    } explain: {
      $0.error(.other, operation, "a new pack cannot be started")
    }
    unsafe git_packbuilder_set_threads(builder.pointer, 1)
    try unsafe insertReachable(into: builder.pointer, operation)
    if unsafe git_packbuilder_object_count(builder.pointer) > 0 {
      let failure = attempt { unsafe git_packbuilder_write(builder.pointer, nil, 0o444, nil, nil) }
      if let failure {
        throw failure.error(.other, operation, "the new pack cannot be written; is the disk full?")
      }
    }
    let new = unsafe git_packbuilder_name(builder.pointer).map {
      unsafe "pack-" + String(cString: $0)
    }
    try folder.synchronise()
    if let new { try folder.requireComplete(new) }
    FaultPoint.reach(.fetchPackJoined)
    for name in old where name != new {
      try folder.delete(name)
      FaultPoint.reach(.fetchPackDeleted)
    }
    try folder.synchronise()
    unsafe git_odb_refresh(database.pointer)
    return true
  }

  /// Adds every object that a reference or a detached `HEAD` reaches.
  private func insertReachable(
    into builder: OpaquePointer,
    _ operation: String
  ) throws(GitError) {
    let walk = try unsafe Handle<RevisionWalkKind> {
      unsafe git_revwalk_new(&$0, handle.pointer)
    } explain: {
      $0.error(.other, operation, "the walk cannot start")
    }
    var roots = try references().map(\.target)
    if unsafe git_repository_head_detached(handle.pointer) == 1 { roots.append(try head()) }
    for root in roots {
      try unsafe insert(root, into: builder, walk.pointer, operation)
    }
    if let failure = attempt({ unsafe git_packbuilder_insert_walk(builder, walk.pointer) }) {
      throw failure.error(
        failure.isNotFound ? .missingObject : .other,
        operation,
        "not every object can be read; run `git fsck` or clone afresh; nothing was deleted"
      )
    }
  }

  /// Adds the object of one reference: tags one by one, commits by way of `walk`.
  private func insert(
    _ id: ObjectID,
    into builder: OpaquePointer,
    _ walk: OpaquePointer,
    _ operation: String
  ) throws(GitError) {
    let object = try unsafe Handle<ObjectKind> {
      var raw = id.raw
      return unsafe git_object_lookup(&$0, handle.pointer, &raw, GIT_OBJECT_ANY)
    } explain: {
      explain($0, reading: id, operation)
    }
    var raw = id.raw
    let failure: Failure?
    var target: ObjectID?
    switch unsafe git_object_type(object.pointer) {
    case GIT_OBJECT_COMMIT:
      failure = attempt { unsafe git_revwalk_push(walk, &raw) }
    case GIT_OBJECT_TAG:
      target = unsafe ObjectID(git_tag_target_id(object.pointer))
      failure = attempt { unsafe git_packbuilder_insert(builder, &raw, nil) }
    default:
      failure = attempt { unsafe git_packbuilder_insert_recur(builder, &raw, nil) }
    }
    if let failure { throw explain(failure, reading: id, operation) }
    if let target { try unsafe insert(target, into: builder, walk, operation) }
  }
}
