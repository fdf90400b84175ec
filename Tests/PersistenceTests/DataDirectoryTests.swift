import Engine
import Foundation
import Persistence
import TestSupport
import Testing

struct DataDirectoryTests {
  private let parent: TemporaryDirectory

  init() throws { parent = try TemporaryDirectory() }

  private var data: DataDirectory { DataDirectory(path: parent.path("state/writ")) }

  private func mode(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1
  }

  @Test func isMadeForItsUserAlone() throws {
    #expect(!data.hasDatabase)
    try data.prepare()
    #expect(try mode(data.path) == 0o700)
    #expect(try mode(parent.path("state")) == 0o700)
    try data.prepare()
    try data.check()
    #expect(!data.hasDatabase)
    _ = try Store(path: data.databasePath, access: .readWrite)
    #expect(data.hasDatabase)
  }

  @Test func aMissingOneIsNotMadeByLooking() throws {
    let error = try thrown(StoreError.self) { try data.check() }
    #expect(error.code == .notFound)
    #expect(error.message.contains(data.path))
    #expect(error.hint?.contains("--data-dir") == true)
    #expect(!FileManager.default.fileExists(atPath: data.path))
  }

  @Test(arguments: [0o777, 0o770, 0o702, 0o720])
  func oneThatOthersMayWriteToIsRefused(_ mode: Int) throws {
    try data.prepare()
    try FileManager.default.setAttributes(
      [.posixPermissions: mode], ofItemAtPath: data.path)
    for body in [data.check, data.prepare] {
      let error = try thrown(StoreError.self) { try body() }
      #expect(error.code == .permission)
      #expect(error.hint == "chmod 700 \(data.path)")
    }
  }

  @Test(arguments: [0o700, 0o750, 0o755, 0o500])
  func oneThatOthersMayOnlyReadIsTheirsToClose(_ mode: Int) throws {
    try data.prepare()
    try FileManager.default.setAttributes(
      [.posixPermissions: mode], ofItemAtPath: data.path)
    try data.check()
  }

  @Test(.enabled(if: geteuid() == 0, "only root can give a folder to another user"))
  func oneOfAnotherUserIsRefused() throws {
    try data.prepare()
    #expect(chown(data.path, 12_345, 12_345) == 0)
    let error = try thrown(StoreError.self) { try data.prepare() }
    #expect(error.code == .permission)
    #expect(error.message.contains("belongs to user 12345, and this is user 0"))
    #expect(error.hint?.contains("--data-dir") == true)
  }

  @Test func aFileInItsPlaceIsRefused() throws {
    try parent.write("hello", to: "state/writ")
    for body in [data.check, data.prepare] {
      let error = try thrown(StoreError.self) { try body() }
      #expect(error.code == .permission)
      #expect(error.message.contains("is not a directory"))
    }
  }

  @Test func aLinkInItsPlaceIsRefused() throws {
    try FileManager.default.createDirectory(
      atPath: parent.path("state"), withIntermediateDirectories: false)
    try FileManager.default.createSymbolicLink(
      atPath: data.path, withDestinationPath: parent.path)
    #expect(try thrown(StoreError.self) { try data.check() }.code == .permission)
  }

  @Test func oneThatCannotBeMadeSaysWhy() throws {
    try parent.write("hello", to: "state")
    let error = try thrown(StoreError.self) { try data.prepare() }
    #expect(error.code == .permission)
    #expect(error.hint?.contains("--data-dir") == true)
  }
}
