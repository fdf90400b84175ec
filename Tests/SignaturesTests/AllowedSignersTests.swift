import Resources
import Signatures
import TestSupport
import Testing

/// The file of allowed signers, and what is wrong with bad ones.
struct AllowedSignersTests {
  static let key =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"

  private func mistakes(_ text: String) -> [String] {
    AllowedSigners.read(Array(text.utf8), file: "allowed").diagnostics.map {
      "\($0.location.range.start.line):\($0.location.range.start.column) \($0.code)"
    }
  }

  @Test(arguments: [
    "", "\n\n", "# nobody\n", "   # nobody\r\n\t\n",
  ])
  func aFileWithoutKeysIsEmpty(_ text: String) {
    let read = AllowedSigners.read(Array(text.utf8), file: "allowed")
    #expect(read.signers.isEmpty && read.diagnostics.isEmpty)
  }

  @Test(arguments: [
    "ana \(key)", "ana,ben@example.org,!eve \(key) a comment", "\"ana smith,ana\" \(key)",
    "*@example.org namespaces=\"git,file\" \(key)", "  ana\t\t\(key)\r",
    "ana valid-after=\"20200229\",valid-before=\"203012312359Z\" \(key)",
  ])
  func readsWhatSSHKeygenReads(_ line: String) {
    let read = AllowedSigners.read(Array("\(line)\n".utf8), file: "allowed")
    #expect(!read.signers.isEmpty && read.diagnostics.isEmpty, "\(read.diagnostics)")
  }

  @Test(arguments: [
    ("\(key)", "1:1 missing-principals"),
    ("ana", "1:4 missing-key"),
    ("ana ssh-ed25519", "1:5 missing-key"),
    ("ana ssh-ed25519 AAAA*", "1:17 bad-key"),
    ("ana ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==", "1:17 bad-key"),
    ("ana ssh-ed2551 AAAA", "1:5 unknown-key-type"),
    ("ana ssh-dss AAAAB3NzaC1kc3M=", "1:13 bad-key"),
    ("ana ssh-ed25519-cert-v01@openssh.com AAAA", "1:38 bad-key"),
    ("ana cert-authority \(key)", "1:5 certificate-authority"),
    ("ana namespace=\"git\" \(key)", "1:5 unknown-option"),
    ("ana namespaces=git \(key)", "1:5 bad-option"),
    ("ana valid-before=\"20261301\" \(key)", "1:5 bad-time"),
    ("ana valid-before=\"tomorrow\" \(key)", "1:5 bad-time"),
    ("ana valid-after=\"20260229\" \(key)", "1:5 bad-time"),
    ("ana valid-after=\"20270101\",valid-before=\"20260101\" \(key)", "1:28 never-valid"),
    ("ana valid-after=\"20270101\",valid-after=\"20270101\" \(key)", "1:28 duplicate-option"),
    ("\"ana \(key)", "1:1 unquoted"),
    ("ana,,ben \(key)", "1:1 empty-principal"),
    ("!ana \(key)", "1:1 missing-principals"),
    ("änna cert-authority \(key)", "1:6 certificate-authority"),
  ])
  func namesThePlaceOfAMistake(_ line: String, _ expected: String) {
    #expect(mistakes(line).first == expected, "\(mistakes(line))")
    #expect(AllowedSigners.read(Array(line.utf8), file: "allowed").signers.isEmpty)
  }

  @Test func namesEveryMistakeAtOnce() {
    let text = "ana \(Self.key)\nben\n# fine\neve cert-authority \(Self.key)\n"
    #expect(mistakes(text) == ["2:4 missing-key", "4:5 certificate-authority"])
  }

  @Test func refusesWhatIsNoText() {
    let read = AllowedSigners.read([0xFF, 0xFE, 10, 0, 10], file: "allowed")
    #expect(read.diagnostics.map(\.code) == ["not-text", "not-text"])
  }

  @Test func refusesAnRSAKeyThatIsTooShort() throws {
    let ring = try KeyRing()
    let (status, _) = try ring.sshKeygen([
      "-q", "-t", "rsa", "-b", "1024", "-N", "", "-f", ring.directory.path("short"),
    ])
    try #require(status == 0)
    let read = AllowedSigners.read(
      Array("ana \(try ring.line("short"))".utf8), file: "allowed")
    #expect(read.diagnostics.first?.message.contains("1024 bits") == true, "\(read.diagnostics)")
  }

  @Test func aKeyHasTheNamesOfAllItsValidLines() throws {
    let ring = try KeyRing()
    let key = try ring.make("ana")
    let message = Array("text".utf8)
    let signature = try ring.sign(message, by: "ana")
    let allowed = """
      old valid-before="20200101" \(key)
      ana,ana@example.org \(key)
      release \(key)
      """
    let verdict = try SSHTrust.of(allowed).verdict(signature, of: message)
    guard case .verified(let signer) = verdict else {
      Issue.record("\(verdict)")
      return
    }
    #expect(signer.principal == "ana")
    #expect(signer.names == ["ana", "ana@example.org", "release"])
  }
}
