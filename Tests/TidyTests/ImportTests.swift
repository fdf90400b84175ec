import Testing

/// The import tells the layer (rule 2 of the house).
struct ImportTests {
  /// Modules that only some targets may see, and no type of which leaves them.
  static let owners: [String: Set<String>] = [
    "GRDB": ["Persistence"],
    "CGit2": ["Git"],
    "CYAML": ["YAML"],
    "CMalloc": ["App"],
    "Git": ["App", "GitSource"],
    "YAML": ["App", "GitSource"],
    "Hummingbird": ["ControlPlane"], "HummingbirdCore": ["ControlPlane"],
    "NIOCore": ["ControlPlane", "Integrations"], "NIOPosix": ["ControlPlane", "Integrations"],
    "NIOHTTP1": ["ControlPlane", "Integrations"], "NIOHTTPTypes": ["ControlPlane"],
    "HTTPTypes": ["ControlPlane"],
    "AsyncHTTPClient": ["Integrations"],
    "Subprocess": ["Agent", "App", "GitSource"],
    "CryptoExtras": ["Signatures"],
    "ArgumentParser": ["writ"],
    "App": ["writ"],
    "Faults": ["App", "Engine", "Git", "GitSource", "Persistence", "writ"],
  ]
  static let pure: Set<String> = [
    "Actions", "CEL", "Cron", "Kinds", "Planning", "Rendering", "Resources", "Signatures",
    "TimeZones", "Workflows",
  ]
  static let adapters: Set<String> = [
    "Agent", "ControlPlane", "GitSource", "Integrations", "Persistence",
  ]
  /// What would bring files, clocks, threads or the weight of Foundation into a pure target.
  static let impure: Set<String> = [
    "Foundation", "FoundationEssentials", "FoundationNetworking", "Glibc", "Dispatch", "Logging",
    "Synchronization", "SystemPackage", "ServiceLifecycle",
  ]

  static func findings(_ files: [SourceTree.File]) -> [String] {
    files.flatMap { file -> [String] in
      guard let target = file.target else { return [] }
      return Code.imports(file.text).compactMap { module in
        if let owners = owners[module], !owners.contains(target) {
          return "\(file.path): \(module) is for \(owners.sorted().joined(separator: ", ")) only"
        }
        if pure.contains(target), impure.contains(module) {
          return "\(file.path): \(target) is pure and must not import \(module)"
        }
        if adapters.contains(target), adapters.contains(module) {
          return "\(file.path): adapters do not import each other (\(module))"
        }
        return nil
      }
    }
  }

  /// A circle of targets that import each other, if there is one.
  static func circle(_ files: [SourceTree.File]) -> [String]? {
    var edges: [String: Set<String>] = [:]
    for file in files {
      guard let target = file.target else { continue }
      edges[target, default: []].formUnion(Code.imports(file.text))
    }
    func search(_ path: [String]) -> [String]? {
      for next in (edges[path[path.count - 1]] ?? []).sorted() where edges[next] != nil {
        if let start = path.firstIndex(of: next) { return Array(path[start...]) }
        if let found = search(path + [next]) { return found }
      }
      return nil
    }
    return edges.keys.sorted().lazy.compactMap { search([$0]) }.first
  }

  @Test func importsStayInTheirLayers() {
    #expect(Self.findings(SourceTree.swiftFiles(below: "Sources")) == [])
  }

  @Test func arrowsPointDownOnly() {
    #expect(Self.circle(SourceTree.swiftFiles(below: "Sources")) == nil)
  }

  // MARK: The checks find what they are for

  @Test(arguments: [
    ("Engine", "import GRDB", "GRDB is for Persistence only"),
    ("Planning", "package import Foundation", "Planning is pure"),
    ("Resources", "internal import struct Foundation.Data", "Resources is pure"),
    ("Kinds", "@preconcurrency import Glibc", "Kinds is pure"),
    ("GitSource", "internal import Persistence", "adapters do not import each other"),
    ("Git", "\n  import Hummingbird\n", "Hummingbird is for ControlPlane only"),
    ("Planning", "internal import Faults", "Faults is for App"),
  ])
  func findsAWrongImport(_ target: String, _ text: String, _ expected: String) {
    let file = SourceTree.File(path: "Sources/\(target)/X.swift", text: text)
    let findings = Self.findings([file])
    #expect(findings.count == 1)
    #expect(findings.first?.contains(expected) == true)
  }

  @Test(arguments: [
    ("Persistence", "internal import GRDB"), ("Engine", "// import GRDB"),
    ("Planning", "let text = \"import Foundation\""), ("Planning", "package import Resources"),
    ("Engine", "import Dispatch"),
  ])
  func leavesARightImportAlone(_ target: String, _ text: String) {
    #expect(Self.findings([SourceTree.File(path: "Sources/\(target)/X.swift", text: text)]) == [])
  }

  @Test func findsACircle() {
    let files = [
      ("A", "import B"), ("B", "import C"), ("C", "package import A"), ("D", "import A"),
    ]
    .map { SourceTree.File(path: "Sources/\($0.0)/X.swift", text: $0.1) }
    #expect(Self.circle(files) == ["A", "B", "C"])
    #expect(Self.circle(Array(files.dropLast(2))) == nil)
  }
}
