import Actions
import Testing

struct PathPermissionTests {
  private let policy = CommandPolicy(
    name: "web", level: .remediate, paths: ["/srv/data", "/etc/motd/"])

  @Test(arguments: [
    ("/srv/data", true), ("/srv/data/a/b", true), ("/etc/motd", true), ("/srv//data/./a", true),
    ("/srv/database", false), ("/srv", false), ("/", false), ("srv/data", false), ("", false),
    ("/srv/data/../x", false), ("/srv/data/..", false), ("/srv/data/..a", true),
  ])
  func permitsOnlyWhatIsBelow(path: String, isPermitted: Bool) {
    #expect(policy.permits(path: path) == isPermitted)
  }

  @Test func permitsEachPlainPathWithoutAList() {
    let open = CommandPolicy(name: "open", level: .observe)
    #expect(open.permits(path: "/etc/hosts"))
    #expect(!open.permits(path: "/etc/../hosts"))
  }

  @Test func refusesFilesOutside() {
    #expect(policy.decide(.readFile(path: "/srv/data/x", maxBytes: 1)) == .allowed(.observe))
    guard case .refused(let reason) = policy.decide(.readFile(path: "/srv/database", maxBytes: 1))
    else {
      Issue.record("a path outside was allowed")
      return
    }
    #expect(reason.contains("/srv/database") && reason.contains("spec.paths"))
  }
}
