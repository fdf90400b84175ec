import Foundation
import Git
import Testing

@Suite struct OpeningTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  @Test func opensACheckoutAndABareRepository() throws {
    let path = try sandbox.makeRepository()
    let checkout = try Repository(opening: path)
    let flags = [checkout.isBare, checkout.isShallow, checkout.isPartial]
    #expect(flags == [false, false, false])
    let (folder, workTree) = (checkout.path, checkout.workTree)
    #expect(folder.hasSuffix("/repository/.git/"))
    #expect(workTree?.hasSuffix("/repository/") == true)
    let bare = try Repository(opening: sandbox.makeRepository("bare", "--bare"))
    let (isBare, noWorkTree) = (bare.isBare, bare.workTree)
    #expect(isBare && noWorkTree == nil)
  }

  @Test func doesNotSearchAbove() throws {
    let path = try sandbox.makeRepository()
    try sandbox.commit(["a/b": "1"], in: path)
    #expect(try code(opening: "\(path)/a") == .notARepository)
    let found = try Repository.discover(from: "\(path)/a")
    #expect(try Repository(opening: found).workTree?.hasSuffix("/repository/") == true)
  }

  @Test func namesWhatIsWrongWithAPath() throws {
    try sandbox.write("", to: "\(sandbox.path)/file")
    #expect(try code(opening: "\(sandbox.path)/missing") == .notFound)
    #expect(try code(opening: "\(sandbox.path)/file") == .notARepository)
    #expect(try code(opening: sandbox.path) == .notARepository)
    #expect(try code(opening: "") == .invalidPath)
    #expect(try code(opening: "a\0b") == .invalidPath)
    let outside = try gitError { _ = try Repository.discover(from: sandbox.path) }
    #expect(outside.code == .notARepository)
  }

  @Test func refusesSHA256WithAdvice() throws {
    let path = try sandbox.makeRepository("sha256", "--object-format=sha256")
    let error = try gitError { _ = try Repository(opening: path) }
    #expect(error.code == .unsupportedObjectFormat)
    #expect(error.description.contains("sha256"))
    let bare = try sandbox.makeRepository("bare", "--bare", "--object-format=sha256")
    #expect(try gitError { _ = try Repository(opening: bare, kind: .mirror) }.code == error.code)
  }

  @Test func refusesUnknownExtensionsAndKnowsHarmlessOnes() throws {
    let path = try sandbox.makeRepository()
    try sandbox.git("config", "core.repositoryformatversion", "1", in: path)
    try sandbox.git("config", "extensions.worktreeConfig", "true", in: path)
    try sandbox.git("config", "extensions.objectFormat", "sha1", in: path)
    _ = try Repository(opening: path)
    try sandbox.git("config", "extensions.refStorage", "reftable", in: path)
    let error = try gitError { _ = try Repository(opening: path) }
    #expect(error.code == .unsupportedExtension)
    #expect(error.description.lowercased().contains("refstorage"))
  }

  @Test func refusesTheRepositoryOfAnotherUser() throws {
    guard geteuid() == 0 else {
      print("skipped: only root can give a repository to another user")
      return
    }
    let path = try sandbox.makeRepository()
    #expect(chown("\(path)/.git", 4242, 4242) == 0)
    let error = try gitError { _ = try Repository(opening: path) }
    #expect(error.code == .notOwned)
    #expect(error.message.contains("4242") && error.message.contains("chown"))
    _ = try Repository(opening: path, ownership: .anyone)
  }

  @Test func createsAMirrorForUsAlone() throws {
    let path = "\(sandbox.path)/deep/mirror"
    let mirror = try Repository.createMirror(at: path)
    let isBare = mirror.isBare
    #expect(isBare)
    #expect(try mirror.references().isEmpty)
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o700)
    #expect(try gitError { _ = try Repository.createMirror(at: path) }.code == .other)
    _ = try Repository(opening: path, kind: .mirror)
  }

  @Test func saysThatAnEmptyRepositoryIsEmpty() throws {
    let repository = try Repository(opening: sandbox.makeRepository())
    #expect(try gitError { _ = try repository.head() }.code == .emptyRepository)
    #expect(try gitError { _ = try repository.resolve("main") }.code == .emptyRepository)
    #expect(try repository.headReference() == "refs/heads/main")
  }

  @Test func startsOnceAndTellsItsVersion() throws {
    try LibGit2.start()
    try LibGit2.start()
    #expect(LibGit2.version.split(separator: ".").count == 3)
    #expect(LibGit2.features == LibGit2.features.sorted())
    #expect(LibGit2.features.contains("ssh") && LibGit2.features.contains("https"))
  }

  private func code(opening path: String) throws -> GitError.Code {
    try gitError { _ = try Repository(opening: path) }.code
  }
}
