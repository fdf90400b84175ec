internal import Engine
internal import Git
internal import Planning
internal import Resources

/// Finds the commit that set each field of some resources, walking from the head to its ancestors.
///
/// The rules are those of `git blame`. A commit that leaves a file as it is in one of its parents,
/// the first that has it so, hands its fields to that parent. Else it hands each field to the first
/// parent in which the resource has the same value, and what is left is its own. A resource that is
/// not in the parent's file is looked for in the files that the commit changed. A version that cannot
/// be read counts as if it had not been made.
///
/// No tree is opened beside those that differ, and no commit beside those that lead to something
/// that is looked for. Versions are decoded only of files that more than one commit touched.
struct FieldTracer {
  /// How many commits are looked at, and how many versions are decoded; what is older counts as the
  /// head's, or as the oldest commit's that was seen touching the file.
  static let commitLimit = 20_000
  static let versionLimit = 200_000

  /// What was found of one query.
  private struct Finding {
    /// The newest commit, and its place in the walk.
    var origin: (commit: ObjectID, place: Int)?
    var fields: [(pointer: JSONPointer, commit: ObjectID)] = []
    /// One commit set all of it.
    var isWhole = false
  }

  private typealias Track = [String: [Strand]]

  private let queries: [TraceQuery]
  private let roots: [String]
  private var versions: VersionReader
  private var findings: [Finding]
  private var tracks: [ObjectID: Track] = [:]
  /// In which order commits were visited.
  private var places: [ObjectID: Int] = [:]

  init(_ queries: [TraceQuery], roots: [String], reader: ManifestReader) {
    self.queries = queries
    self.roots = roots
    versions = VersionReader(reader: reader)
    findings = Array(repeating: Finding(), count: queries.count)
  }

  /// Walks from `head`, at first over what `base` has not.
  mutating func run(
    _ repository: borrowing Repository, from head: ObjectID, hiding base: ObjectID?,
  ) throws {
    var track: Track = [:]
    track.reserveCapacity(queries.count)
    for (number, query) in queries.enumerated() {
      track[query.file, default: []].append(Strand(query: number))
    }
    tracks = [head: track]
    try walk(repository, from: head, hiding: base)
    try settleSuspects(at: base, repository)
    if base != nil, !tracks.isEmpty {
      try walk(repository, from: head, hiding: nil)
      try settleSuspects(at: nil, repository)
    }
    for track in tracks.values {
      for strand in track.values.joined() { settle(strand, on: head) }
    }
  }

  private mutating func walk(
    _ repository: borrowing Repository, from head: ObjectID, hiding base: ObjectID?,
  ) throws {
    _ = try repository.history(from: head, hiding: base, limit: Self.commitLimit) { commit in
      guard tracks[commit.id] != nil else { return true }
      // Beyond a shallow boundary nobody can tell a root commit from a cut one.
      if commit.parents.contains(where: { !repository.contains($0) }) { return false }
      guard var track = tracks.removeValue(forKey: commit.id) else { return true }
      places[commit.id] = places.count
      try visit(commit, &track, repository)
      return !tracks.isEmpty && versions.count < Self.versionLimit
    }
  }

  // MARK: One commit

  private mutating func visit(
    _ commit: Commit, _ track: inout Track, _ repository: borrowing Repository,
  ) throws {
    guard let parent = commit.parents.first else {
      for (file, strands) in track {
        for strand in strands {
          // Only a suspect makes it necessary to look inside.
          let blob =
            strand.suspect == nil ? nil : try repository.entry(of: commit.id, at: file)?.id
          try finish(strand, commit.id, file, blob, repository)
        }
      }
      return
    }
    var changes: [TreeChange] = []
    try repository.changedPaths(commit: commit.id, since: parent, under: roots) {
      changes.append($0)
    }
    var step: Step?
    for change in changes {
      guard let strands = track.removeValue(forKey: change.path) else { continue }
      var current = step ?? Step(commit: commit, changes: changes)
      current.change = change
      for strand in strands { try follow(strand, &current, repository) }
      step = current
    }
    var rest: Track = [:]
    swap(&rest, &track)
    hand(consume rest, to: parent)
  }

  private mutating func follow(
    _ strand: Strand, _ step: inout Step, _ repository: borrowing Repository,
  ) throws {
    let path = step.change.path
    let parents = step.commit.parents
    for parent in parents.dropFirst() {
      if let entry = try repository.entry(of: parent, at: path), entry.id == step.change.new {
        return hand(strand, at: path, to: parent)
      }
    }
    if parents.count > 1 { return try followMerge(strand, &step, repository) }
    let key = queries[strand.query].key
    guard let before = step.change.before, before.isFile else {
      return try followSource(strand, &step, repository)
    }
    if !versions.plainlyHas(key, before.id, in: repository) {
      let version = try versions.version(before.id, path, in: repository)
      guard version.contents[key] != nil || version.isBroken else {
        return try followSource(strand, &step, repository)
      }
    }
    if let rest = try touched(strand, step.id, path, step.change.new, repository) {
      hand(rest, at: path, to: parents[0])
    }
  }

  /// A merge that decided on the file itself: each field goes to the first parent that has it so.
  private mutating func followMerge(
    _ strand: Strand, _ step: inout Step, _ repository: borrowing Repository,
  ) throws {
    let path = step.change.path
    let key = queries[strand.query].key
    var old: [(parent: ObjectID, content: Value)] = []
    for parent in step.commit.parents {
      guard let entry = try repository.entry(of: parent, at: path), entry.isFile else { continue }
      let version = try versions.version(entry.id, path, in: repository)
      if version.hides(key) {
        if let rest = try touched(strand, step.id, path, step.change.new, repository) {
          hand(rest, at: path, to: parent)
        }
        return
      }
      if let content = version.contents[key] { old.append((parent, content)) }
    }
    if old.isEmpty { return try followSource(strand, &step, repository) }
    guard let rest = try touched(strand, step.id, path, step.change.new, repository) else { return }
    let opened = opened(rest)
    var leaves = opened.leaves
    for (parent, previous) in old {
      var handed: [Strand.Leaf] = []
      leaves.removeAll { leaf in
        guard let place = opened.content.counterpart(of: leaf.here, in: previous) else {
          return false
        }
        handed.append(Strand.Leaf(head: leaf.head, here: place))
        return true
      }
      if handed.isEmpty { continue }
      hand(
        Strand(query: strand.query, pending: .leaves(handed), content: previous), at: path,
        to: parent)
    }
    settle(leaves, of: strand.query, on: rest.suspect ?? step.id)
  }

  /// The resource is new in its file: it came from another one, or this commit made it.
  private mutating func followSource(
    _ strand: Strand, _ step: inout Step, _ repository: borrowing Repository,
  ) throws {
    let path = step.change.path
    let parent = step.commit.parents[0]
    if step.change.before == nil, let new = step.change.new, let old = step.renamed(new) {
      return hand(strand, at: old, to: parent)
    }
    if step.changed.isEmpty {
      return try finish(strand, step.id, path, step.change.new, repository)
    }
    if step.sources == nil {
      var index: Step.SourceIndex = [:]
      for change in step.changed where versions.count < Self.versionLimit {
        guard let old = change.old else { continue }
        for (key, value) in try versions.version(old, change.path, in: repository).contents {
          index[key] = (change.path, value)
        }
      }
      step.sources = index
    }
    guard let source = step.sources?[queries[strand.query].key], source.file != path else {
      return try finish(strand, step.id, path, step.change.new, repository)
    }
    if let rest = try touched(strand, step.id, path, step.change.new, repository) {
      hand(rest, at: source.file, to: parent)
    }
  }

  // MARK: Strands

  /// `strand` with `commit` under suspicion of what no newer one is.
  private func suspecting(_ commit: ObjectID, _ strand: Strand) -> Strand {
    var strand = strand
    strand.suspect = strand.suspect ?? commit
    return strand
  }

  /// Clears up what the suspect of `strand` did, by the file as `commit` left it, and suspects
  /// `commit` of the rest; nil where nothing is left.
  private mutating func touched(
    _ strand: Strand, _ commit: ObjectID, _ path: String, _ blob: ObjectID?,
    _ repository: borrowing Repository,
  ) throws -> Strand? {
    guard let suspect = strand.suspect else { return suspecting(commit, strand) }
    guard let blob else { return strand }
    let version = try versions.version(blob, path, in: repository)
    guard let older = version.contents[queries[strand.query].key] else { return strand }
    let (content, leaves) = opened(strand)
    var kept: [Strand.Leaf] = []
    var own: [Strand.Leaf] = []
    for leaf in leaves {
      if let place = content.counterpart(of: leaf.here, in: older) {
        kept.append(Strand.Leaf(head: leaf.head, here: place))
      } else {
        own.append(leaf)
      }
    }
    settle(own, of: strand.query, on: suspect)
    if kept.isEmpty { return nil }
    return Strand(query: strand.query, pending: .leaves(kept), content: older, suspect: commit)
  }

  /// Nothing of `strand` is older than `commit`.
  private mutating func finish(
    _ strand: Strand, _ commit: ObjectID, _ path: String, _ blob: ObjectID?,
    _ repository: borrowing Repository,
  ) throws {
    guard let rest = try touched(strand, commit, path, blob, repository) else { return }
    var last = rest
    // A version that cannot be read leaves the one that mended it responsible.
    last.suspect = nil
    settle(last, on: rest.suspect ?? commit)
  }

  /// The content and the fields of `strand`, taken apart.
  private func opened(_ strand: Strand) -> (content: Value, leaves: [Strand.Leaf]) {
    let query = queries[strand.query]
    let content = strand.content ?? Value(canonical: query.content) ?? .null
    switch strand.pending {
    case .all: return (content, query.leaves(of: content))
    case .leaves(let leaves): return (content, leaves)
    }
  }

  private mutating func hand(_ strand: Strand, at path: String, to parent: ObjectID) {
    tracks[parent, default: [:]][path, default: []].append(strand)
  }

  /// Hands over what a commit did not touch, which is nearly all: the few join the many in place.
  private mutating func hand(_ track: consuming Track, to parent: ObjectID) {
    if track.isEmpty { return }
    guard var few = tracks.removeValue(forKey: parent) else {
      tracks[parent] = track
      return
    }
    if few.count > track.count { swap(&few, &track) }
    for (file, strands) in few { track[file, default: []] += strands }
    tracks[parent] = track
  }

  // MARK: Findings

  /// Gives what is left to its suspects.
  ///
  /// What differs from `base` is not older, unless it is an item that moved within its list.
  /// Elsewhere the walk ended at a commit that another way hides. There the file as it is at the
  /// end tells what is older.
  private mutating func settleSuspects(
    at base: ObjectID?, _ repository: borrowing Repository,
  ) throws {
    let old = tracks
    tracks = [:]
    for (commit, track) in old {
      for (file, strands) in track {
        for strand in strands {
          guard let suspect = strand.suspect else {
            hand(strand, at: file, to: commit)
            continue
          }
          guard base != nil, base != commit || strand.hasItems,
            let entry = try repository.entry(of: commit, at: file), entry.isFile
          else {
            settle(strand, on: suspect)
            continue
          }
          if var rest = try touched(strand, commit, file, entry.id, repository) {
            rest.suspect = nil
            hand(rest, at: file, to: commit)
          }
        }
      }
    }
  }

  private mutating func settle(_ strand: Strand, on commit: ObjectID) {
    switch strand.pending {
    case .all:
      findings[strand.query].isWhole = true
      note(commit, for: strand.query)
    case .leaves(let leaves): settle(leaves, of: strand.query, on: commit)
    }
  }

  private mutating func settle(_ leaves: [Strand.Leaf], of query: Int, on commit: ObjectID) {
    if leaves.isEmpty { return }
    note(commit, for: query)
    for leaf in leaves {
      if let pointer = leaf.head { findings[query].fields.append((pointer, commit)) }
    }
  }

  private mutating func note(_ commit: ObjectID, for query: Int) {
    let place = places[commit] ?? .max
    if let known = findings[query].origin, known.place <= place { return }
    findings[query].origin = (commit, place)
  }

  /// What was found of each query: its newest commit, and which other commits set which fields.
  ///
  /// The fields of a resource that is new are told by its most frequent commit and the exceptions.
  var results: [(commit: ObjectID, fields: [FieldCommit])?] {
    zip(queries, findings).map { query, finding in
      guard let origin = finding.origin?.commit else { return nil }
      var counts: [ObjectID: Int] = [:]
      for field in finding.fields { counts[field.commit, default: 0] += 1 }
      guard !finding.isWhole, counts.keys.contains(where: { $0 != origin }) else {
        return (origin, [])
      }
      let base =
        query.live != nil
        ? origin
        : counts.max {
          ($0.value, places[$1.key] ?? 0, $1.key) < ($1.value, places[$0.key] ?? 0, $0.key)
        }?.key ?? origin
      var pointers: [ObjectID: [JSONPointer]] = base == origin ? [:] : [base: [JSONPointer()]]
      for field in finding.fields where field.commit != base {
        pointers[field.commit, default: []].append(field.pointer)
      }
      let fields = pointers.map { commit, pointers in
        FieldCommit(commit: commit.description, pointers: pointers.sorted())
      }
      return (origin, fields.sorted { $0.commit < $1.commit })
    }
  }
}
