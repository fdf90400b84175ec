internal import Engine
internal import Git
internal import Planning
internal import Resources

/// Finds the commit that took each of some resources out of its file.
///
/// That is not always the last commit that touched the file: who deletes a resource and has somebody
/// else change its neighbour is still who deleted it. Where the same commit put the resource into
/// another file, its deletion there is looked for. A version that cannot be read counts as one that
/// has what is looked for.
struct DeletionTracer {
  /// How many commits are looked at, how many versions are decoded, and how many moves followed.
  ///
  /// Without a base the whole history would be walked; then only its newest part is. In a commit that
  /// changes many files a moved resource is not looked for.
  private static let commitLimit = (since: 20_000, ever: 2000)
  private static let versionLimit = 20_000
  private static let moveLimit = 8
  private static let arrivalLimit = 64

  /// One commit that touched a file, and all that it changed.
  private struct Touch {
    var commit: Commit
    var change: TreeChange
  }

  private let roots: [String]
  private var versions: VersionReader
  private(set) var found: [ResourceKey: Origin] = [:]
  /// The files that resources are in after a commit that changed those files.
  private var arrivals: [ObjectID: [ResourceKey: [String]]] = [:]

  init(roots: [String], reader: ManifestReader) {
    self.roots = roots
    versions = VersionReader(reader: reader)
  }

  /// - Parameter files: the file that each resource was applied from.
  mutating func run(
    _ files: [ResourceKey: String], _ repository: borrowing Repository, from head: ObjectID,
    hiding base: ObjectID?,
  ) throws {
    var wanted = files
    for _ in 0..<Self.moveLimit where !wanted.isEmpty {
      let touches = try touches(Set(wanted.values), repository, from: head, hiding: base)
      var moved: [ResourceKey: String] = [:]
      for (key, file) in wanted.sorted(by: { $0.key < $1.key }) {
        guard let touch = try removal(of: key, in: touches[file] ?? [], repository) else {
          continue
        }
        found[key] = Origin(touch.commit)
        if let other = try target(of: key, in: touch.commit, from: file, repository) {
          moved[key] = other
        }
      }
      wanted = moved
    }
  }

  /// The commits that touched each of `files`, the newest first.
  private func touches(
    _ files: Set<String>, _ repository: borrowing Repository, from head: ObjectID,
    hiding base: ObjectID?,
  ) throws -> [String: [Touch]] {
    var touches: [String: [Touch]] = [:]
    let limit = base == nil ? Self.commitLimit.ever : Self.commitLimit.since
    _ = try repository.history(from: head, hiding: base, limit: limit) { commit in
      // Beyond a shallow boundary nobody can tell a root commit from a cut one.
      if commit.parents.contains(where: { !repository.contains($0) }) { return false }
      try repository.changedPaths(commit: commit, under: roots) { change in
        if files.contains(change.path) {
          touches[change.path, default: []].append(Touch(commit: commit, change: change))
        }
      }
      return true
    }
    return touches
  }

  private mutating func removal(
    of key: ResourceKey, in touches: [Touch], _ repository: borrowing Repository,
  ) throws -> Touch? {
    if touches.count == 1 { return touches[0] }
    for touch in touches {
      guard try has(key, touch.change.before, touch.change.path, repository) else { continue }
      if try !has(key, touch.change.after, touch.change.path, repository) { return touch }
    }
    return nil
  }

  private mutating func has(
    _ key: ResourceKey, _ entry: TreeEntry?, _ path: String, _ repository: borrowing Repository,
  ) throws -> Bool {
    guard let entry, entry.isFile, versions.count < Self.versionLimit else { return false }
    let version = try versions.version(entry.id, path, in: repository)
    return version.contents[key] != nil || version.isBroken
  }

  /// The other file into which `commit` put the resource.
  private mutating func target(
    of key: ResourceKey, in commit: Commit, from file: String, _ repository: borrowing Repository,
  ) throws -> String? {
    if let known = arrivals[commit.id] { return known[key]?.first { $0 != file } }
    var changes: [TreeChange] = []
    try repository.changedPaths(commit: commit, under: roots) { change in
      if change.after?.isFile == true { changes.append(change) }
    }
    var result: [ResourceKey: [String]] = [:]
    if changes.count <= Self.arrivalLimit {
      for change in changes where versions.count < Self.versionLimit {
        guard let after = change.after else { continue }
        for key in try versions.version(after.id, change.path, in: repository).contents.keys {
          result[key, default: []].append(change.path)
        }
      }
    }
    arrivals[commit.id] = result
    return result[key]?.first { $0 != file }
  }
}
