import Testing

/// A migration that ran somewhere is never changed; another one comes after it.
struct MigrationTests {
  /// Every migration and its fingerprint; lines are added, and never changed after a release.
  static let fingerprints = [
    "v0001_initial": "34380acc957a1385",
    "v0002_provenance": "9a65ba5106bd432f",
    "v0003_drift": "db57935d6e6810ca",
    "v0004_health": "45a9ab64c3a8974b",
    "v0005_verification": "73d2ae3f6e25aafe",
    "v0006_checkpoint": "6127b323a35c3fbb",
    "v0007_approval": "ea49ed8b82280987",
    "v0008_runs": "1e4ab0f4af082585",
  ]

  /// FNV-1a of 64 bits: enough against haste, which is all that it is against.
  static func fingerprint(_ text: String) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  struct Migrations {
    /// Name without `.sql`, and text.
    var files: [(name: String, text: String)]
    var store: String
    var manifest: String
    var fingerprints: [String: String]
  }

  static func findings(_ migrations: Migrations) -> [String] {
    var result: [String] = []
    func count(_ word: String, in text: String) -> Int { text.ranges(of: word).count }
    for (name, text) in migrations.files {
      if count("registerMigration(\"\(name)\")", in: migrations.store) != 1 {
        result.append("\(name) is not registered exactly once")
      }
      if count("Migrations/\(name).sql\"", in: migrations.manifest) != 1 {
        result.append("\(name) is not embedded exactly once in Package.swift")
      }
      let found = fingerprint(text)
      switch migrations.fingerprints[name] {
      case found: break
      case nil: result.append("\(name) has no fingerprint; add \"\(name)\": \"\(found)\"")
      default: result.append("\(name) was changed (\(found)); write a new migration instead")
      }
      let tables = text.split(
        separator: "CREATE TABLE ", omittingEmptySubsequences: false
      ).dropFirst()
      for table in tables where !(table.prefix { $0 != ";" }.contains("STRICT")) {
        result.append("\(name): the table \(table.prefix { $0 != " " }) is not STRICT")
      }
    }
    for name in migrations.fingerprints.keys.sorted()
    where !migrations.files.contains(where: { $0.name == name }) {
      result.append("\(name) is gone")
    }
    let registered = migrations.store.split(separator: "registerMigration(\"").dropFirst()
      .map { String($0.prefix { $0 != "\"" }) }
    if registered != registered.sorted() { result.append("migrations are not in order") }
    return result
  }

  @Test func everyMigrationIsRegisteredOnceAndUnchanged() {
    let names = SourceTree.names(in: "Sources/Persistence/Migrations")
    #expect(names.allSatisfy { $0.hasSuffix(".sql") })
    let files = names.map {
      (
        name: String($0.dropLast(4)),
        text: SourceTree.text("Sources/Persistence/Migrations/\($0)")
      )
    }
    #expect(
      Self.findings(
        Migrations(
          files: files, store: SourceTree.text("Sources/Persistence/Store.swift"),
          manifest: SourceTree.text("Package.swift"), fingerprints: Self.fingerprints)) == [])
  }

  // MARK: The check finds what it is for

  private static let good = Migrations(
    files: [("v0001_a", "CREATE TABLE a (id INTEGER) STRICT;"), ("v0002_b", "DROP TABLE a;")],
    store: "m.registerMigration(\"v0001_a\") {}\nm.registerMigration(\"v0002_b\") {}",
    manifest: "\"Migrations/v0001_a.sql\" \"Migrations/v0002_b.sql\"",
    fingerprints: [
      "v0001_a": fingerprint("CREATE TABLE a (id INTEGER) STRICT;"),
      "v0002_b": fingerprint("DROP TABLE a;"),
    ])

  @Test func leavesAGoodSetAlone() { #expect(Self.findings(Self.good) == []) }

  @Test func findsAChangedMigration() {
    var bad = Self.good
    bad.files[1].text += " "
    #expect(Self.findings(bad).count == 1)
    #expect(Self.findings(bad).first?.contains("was changed") == true)
  }

  @Test func findsAMigrationThatIsGoneNewOrNotRegistered() {
    var gone = Self.good
    gone.files.removeLast()
    #expect(Self.findings(gone) == ["v0002_b is gone"])
    var new = Self.good
    new.fingerprints["v0002_b"] = nil
    #expect(Self.findings(new).first?.contains("has no fingerprint") == true)
    var unregistered = Self.good
    unregistered.store = "m.registerMigration(\"v0001_a\") {}"
    #expect(Self.findings(unregistered) == ["v0002_b is not registered exactly once"])
    var twice = Self.good
    twice.store += "m.registerMigration(\"v0002_b\") {}"
    #expect(Self.findings(twice) == ["v0002_b is not registered exactly once"])
    var loose = Self.good
    loose.manifest = "\"Migrations/v0001_a.sql\""
    #expect(Self.findings(loose) == ["v0002_b is not embedded exactly once in Package.swift"])
  }

  @Test func findsALooseTable() {
    var bad = Self.good
    bad.files[0].text = "CREATE TABLE a (id INTEGER);"
    bad.fingerprints["v0001_a"] = Self.fingerprint(bad.files[0].text)
    #expect(Self.findings(bad) == ["v0001_a: the table a is not STRICT"])
  }

  @Test func findsMigrationsOutOfOrder() {
    var bad = Self.good
    bad.store = "m.registerMigration(\"v0002_b\") {}\nm.registerMigration(\"v0001_a\") {}"
    #expect(Self.findings(bad) == ["migrations are not in order"])
  }
}
