package import Engine
internal import GRDB
internal import Glibc
package import Resources

/// The folder `backups` of a data directory.
///
/// It deletes only what it named itself: `writ-20261121T121500Z-v0001.db`. What a restore replaced
/// is called otherwise, and stays until a person deletes it.
package struct BackupDirectory: Sendable {
  package let path: String

  package init(path: String) { self.path = path }

  /// The folder that belongs to the database at `path`.
  init(besides path: String) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    self.path = (parts + ["backups"]).joined(separator: "/")
  }

  /// A file in it that Writ named.
  package struct Entry: Hashable, Sendable {
    package var name: String
    package var path: String
    package var size: Int64
    /// When it was made, as its name says.
    package var time: Timestamp
    package var schemaNumber: String
  }

  /// What is in it, the newest first; nothing where there is no folder.
  package func entries() -> [Entry] {
    names().compactMap { name -> (BackupName, Entry)? in
      guard let parsed = BackupName(name) else { return nil }
      let path = "\(path)/\(name)"
      var status = stat()
      guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
      return (
        parsed,
        Entry(
          name: name, path: path, size: Int64(status.st_size), time: parsed.time,
          schemaNumber: parsed.schemaNumber)
      )
    }.sorted { $0.0 > $1.0 }.map(\.1)
  }

  /// Deletes the oldest backups beyond `count`.
  ///
  /// - Returns: the names of what it deleted.
  @discardableResult
  package func prune(keeping count: Int) throws(StoreError) -> [String] {
    var deleted: [String] = []
    for entry in entries().dropFirst(max(1, count)) {
      guard unlink(entry.path) == 0 || errno == ENOENT else {
        throw StoreError(
          .permission,
          "cannot delete the old backup \(entry.path): \(String(cString: strerror(errno)))")
      }
      deleted.append(entry.name)
    }
    return deleted
  }

  /// Copies `database` into this folder under a name of its own.
  func make(of database: any DatabaseReader, at time: Timestamp) throws(StoreError) -> Backup {
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw StoreError(
        errno == ENOSPC ? .full : .permission,
        "cannot make the folder \(path): \(String(cString: strerror(errno)))",
        hint: "free some space, or see who may write there")
    }
    guard let lock = try FileLock(path: path + "/.lock", waits: true) else {
      throw StoreError(.busy, "another process makes a backup in \(path)")
    }
    defer { withExtendedLifetime(lock) {} }
    // Whoever made them is gone: only who has the lock makes any.
    for name in names() where name.hasSuffix(BackupCopy.partialSuffix) {
      if BackupName(String(name.dropLast(BackupCopy.partialSuffix.count))) != nil {
        unlink("\(path)/\(name)")
      }
    }
    let facts = try BackupCopy.facts(of: database)
    let taken = Set(names())
    let name = BackupName(time: time, schemaNumber: facts.schemaNumber, besides: taken)
    return try BackupCopy(of: database, to: "\(path)/\(name.text)").run(at: time)
  }

  private func names() -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      names.append(
        withUnsafePointer(to: &entry.pointee.d_name) { pointer in
          pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        })
    }
    return names.sorted()
  }
}

/// The name of a backup: `writ-20261121T121500Z-v0001.db`, or with `-2` and more before the dot.
struct BackupName: Comparable {
  var time: Timestamp
  var schemaNumber: String
  var number: Int

  /// A name that is not among `taken`.
  init(time: Timestamp, schemaNumber: String, besides taken: Set<String>) {
    self.time = Timestamp(nanoseconds: time.nanoseconds / 1_000_000_000 * 1_000_000_000)
    self.schemaNumber = schemaNumber
    number = 1
    while taken.contains(text) { number += 1 }
  }

  /// Reads a name; nil for any that Writ does not give.
  init?(_ name: String) {
    let parts = name.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    guard name.hasSuffix(".db"), (3...4).contains(parts.count), parts[0] == "writ",
      let time = Self.time(parts[1])
    else { return nil }
    self.time = time
    schemaNumber = String(parts[2].split(separator: ".", maxSplits: 1)[0])
    number = parts.count == 4 ? Int(parts[3].dropLast(3)) ?? 0 : 1
    guard text == name, schemaNumber.utf8.count == 5, schemaNumber.hasPrefix("v"),
      schemaNumber.dropFirst().allSatisfy(\.isNumber)
    else { return nil }
  }

  var text: String {
    let digits = time.description.filter { $0 != "-" && $0 != ":" }
    return "writ-\(digits)-\(schemaNumber)\(number > 1 ? "-\(number)" : "").db"
  }

  /// `20261121T121500Z`.
  private static func time(_ text: String) -> Timestamp? {
    let bytes = Array(text)
    guard bytes.count == 16, bytes[8] == "T", bytes[15] == "Z" else { return nil }
    func part(_ range: Range<Int>) -> String { String(bytes[range]) }
    return try? Timestamp(
      parsing: "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(9..<11)):\(part(11..<13))"
        + ":\(part(13..<15))Z")
  }

  static func < (a: BackupName, b: BackupName) -> Bool {
    (a.time, a.schemaNumber, a.number) < (b.time, b.schemaNumber, b.number)
  }
}
