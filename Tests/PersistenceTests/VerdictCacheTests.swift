import Engine
import Persistence
import Resources
import Signatures
import TestSupport
import Testing

/// Verdicts about signatures, kept in the database.
struct VerdictCacheTests {
  private let directory: TemporaryDirectory
  private let store: Store
  private let keys = Digest(of: [1])

  init() throws {
    directory = try TemporaryDirectory()
    store = try Store(path: directory.path("writ.db"), access: .readWrite)
  }

  private func time(_ seconds: Int64) -> Timestamp { Timestamp(nanoseconds: seconds) }

  @Test func areFoundByCommitAndKeys() throws {
    let signer = Signer(principal: "ana", key: "SHA256:x", kind: .ssh, names: ["ana", "a"])
    let verdicts: [String: CommitVerdict] = ["a": .verified(signer), "b": .refused(.unsigned)]
    try store.remember(verdicts, keyring: keys, at: time(1))
    #expect(try store.verdicts(of: ["a", "b", "c"], keyring: keys) == verdicts)
    #expect(try store.verdicts(of: ["a", "b"], keyring: Digest(of: [2])) == [:])
    let reader = try Store(path: directory.path("writ.db"), access: .readOnly)
    #expect(try reader.verdicts(of: ["b"], keyring: keys) == ["b": .refused(.unsigned)])
  }

  @Test func theOldestGoBeyondTheLimit() throws {
    for index in 0..<5 {
      try store.remember(
        ["\(index)": .refused(.unsigned)], keyring: keys, at: time(Int64(index)), limit: 3)
    }
    let kept = try store.verdicts(of: (0..<5).map { "\($0)" }, keyring: keys)
    #expect(kept.keys.sorted() == ["2", "3", "4"])
  }

  @Test func whatCannotBeReadCountsAsUnknown() throws {
    try store.remember(["a": .refused(.unsigned)], keyring: keys, at: time(1))
    try RawDatabase(directory.path("writ.db")).execute("UPDATE verdict SET verdict = '{}'")
    #expect(try store.verdicts(of: ["a"], keyring: keys) == [:])
  }
}
