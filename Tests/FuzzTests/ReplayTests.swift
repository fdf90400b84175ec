import Foundation
import Fuzz
import Testing

/// Reads every input that the fuzzers keep, without libFuzzer.
struct ReplayTests {
  private static let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fuzz")

  private static func inputs(in folder: String) -> [URL] {
    let names = try? FileManager.default.contentsOfDirectory(
      at: Self.folder.appendingPathComponent(folder), includingPropertiesForKeys: nil)
    return (names ?? []).sorted { $0.path < $1.path }
  }

  private static let names = FuzzTarget.all.map(\.name)

  @Test(arguments: names) func keepsItsPromises(_ name: String) throws {
    let target = try #require(FuzzTarget.all.first { $0.name == name })
    let corpus = Self.inputs(in: "Corpus/\(name)")
    #expect(!corpus.isEmpty)
    for url in corpus + Self.inputs(in: "Regressions/\(name)") {
      let bytes = [UInt8](try Data(contentsOf: url))
      #expect(throws: Never.self, "\(url.path)") { try target.check(bytes.span) }
    }
  }

  @Test(arguments: names) func theCorpusIsSmall(_ name: String) throws {
    let corpus = Self.inputs(in: "Corpus/\(name)")
    #expect(corpus.count <= 60)
    for url in corpus { #expect(try Data(contentsOf: url).count <= 4096, "\(url.path)") }
  }

  @Test func everyFolderHasATarget() {
    for folder in ["Corpus", "Regressions"] {
      let found = Self.inputs(in: folder).map(\.lastPathComponent)
      #expect(found.filter { !Self.names.contains($0) } == [], "\(folder)")
    }
  }
}
