import ControlPlane
import Foundation
import Testing

@Suite struct ServerFileTests {
  private let sample = ServerFile(
    address: "http://127.0.0.1:1", processID: ProcessInfo.processInfo.processIdentifier,
    token: AccessToken("a token"))

  private func withPath(_ body: (String) throws -> Void) throws {
    let directory = try temporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try body(directory + "/server.json")
  }

  @Test func isReadAsItWasWritten() throws {
    try withPath { path in
      #expect(try ServerFile.read(path: path) == nil)
      let publication = try sample.publish(at: path)
      #expect(try ServerFile.read(path: path) == sample)
      publication.withdraw()
      publication.withdraw()
      #expect(try ServerFile.read(path: path) == nil)
      #expect(!FileManager.default.fileExists(atPath: path))
    }
  }

  /// What a server that was killed leaves behind: the file, but not the lock.
  @Test func aFileThatNobodyHoldsIsOfNoServer() throws {
    try withPath { path in
      let publication = try sample.publish(at: path)
      let bytes = try Data(contentsOf: URL(filePath: path))
      publication.withdraw()
      try bytes.write(to: URL(filePath: path))
      #expect(try ServerFile.read(path: path) == nil)
      let next = try sample.publish(at: path)
      #expect(try ServerFile.read(path: path) == sample)
      next.withdraw()
    }
  }

  @Test func aProcessThatIsGoneIsNoServer() throws {
    try withPath { path in
      var file = sample
      file.processID = .max
      let publication = try file.publish(at: path)
      #expect(try ServerFile.read(path: path) == nil)
      publication.withdraw()
    }
  }

  @Test func anotherServersFileIsLeftAlone() throws {
    try withPath { path in
      let old = try sample.publish(at: path)
      var file = sample
      file.address = "http://127.0.0.1:2"
      let new = try file.publish(at: path)
      old.withdraw()
      #expect(try ServerFile.read(path: path) == file)
      new.withdraw()
    }
  }

  @Test func aLinkIsNotFollowed() throws {
    try withPath { path in
      try FileManager.default.createSymbolicLink(
        atPath: path, withDestinationPath: "/etc/hostname")
      #expect(throws: ServerFileError.self) { try ServerFile.read(path: path) }
    }
  }
}
