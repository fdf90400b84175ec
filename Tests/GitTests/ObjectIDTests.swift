import Git
import Testing

@Suite struct ObjectIDTests {
  private let hex = "0123456789abcdef0123456789abcdef01234567"

  @Test func readsAndWritesHexadecimal() throws {
    let id = try #require(ObjectID(hex: hex))
    #expect(id.description == hex)
    #expect(id.abbreviated == "0123456789")
    #expect(ObjectID(hex: hex.uppercased()) == id)
    #expect(ObjectID(bytes: id.bytes) == id)
    #expect(id.bytes.count == 20)
    #expect(id.bytes.last == 0x67)
  }

  @Test(arguments: ["", "0123", "g123456789abcdef0123456789abcdef01234567", "é"])
  func refusesWhatIsNotAName(_ text: String) {
    #expect(ObjectID(hex: text) == nil)
    #expect(ObjectID(hex: text + hex) == nil || text.isEmpty)
    #expect(ObjectID(bytes: Array(text.utf8)) == nil)
  }

  @Test func ordersByBytes() throws {
    let texts = [
      "00000000000000000000000000000000000000ff", "0000000000000000000000000000000100000000",
      "0000000000000001000000000000000000000000", "ff00000000000000000000000000000000000000",
    ]
    let ids = try texts.map { try #require(ObjectID(hex: $0)) }
    #expect(ids.reversed().sorted() == ids)
  }
}
