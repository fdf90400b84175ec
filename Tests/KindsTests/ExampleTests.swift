import Kinds
import Resources
import Testing

struct ExampleTests {
  @Test(arguments: KindRegistry.standard.kinds.map(\.name))
  func decodes(_ kind: String) throws {
    let kind = try #require(KindRegistry.standard[kind])
    let (resource, diagnostics) = Decoding.decode(kind.example)
    #expect(diagnostics.isEmpty, "\(diagnostics)")
    #expect(resource?.key.kind == kind.name)
  }
}
