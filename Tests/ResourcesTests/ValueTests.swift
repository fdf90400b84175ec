import Resources
import Testing

@Suite struct ValueTests {
  @Test func sortsMembers() {
    let value = Value.sorted([
      Value.Member("b", 1), Value.Member("a", 2), Value.Member("c", 3), Value.Member("B", 4),
    ])
    #expect(value.members?.map(\.key) == ["B", "a", "b", "c"])
  }

  @Test func keepsTheLaterOfTwoMembersWithOneKey() {
    let value = Value.sorted([
      Value.Member("a", 1), Value.Member("b", 2), Value.Member("a", 3), Value.Member("b", 4),
    ])
    #expect(value == ["a": 3, "b": 4])
    #expect(value.members?.count == 2)
  }

  @Test func isEqualWhateverTheOrderOfWriting() {
    #expect(["a": 1, "b": [true]] as Value == ["b": [true], "a": 1])
    #expect([1, 2] as Value != [2, 1])
    #expect(Value.integer(1) != .string("1"))
  }

  @Test func findsMembersAndItems() {
    let value: Value = ["a": [1, "x", true], "b": .null]
    #expect(value["a"]?[0]?.integer == 1)
    #expect(value["a"]?[1]?.string == "x")
    #expect(value["a"]?[2]?.bool == true)
    #expect(value["a"]?.array?.count == 3)
    #expect(value["a"]?[3] == nil)
    #expect(value["a"]?[-1] == nil)
    #expect(value["a"]?["a"] == nil)
    #expect(value["b"] == .null)
    #expect(value["c"] == nil)
    #expect(value[0] == nil)
    #expect(value.members?.count == 2)
    #expect(value.string == nil && value.integer == nil && value.bool == nil && value.array == nil)
  }
}
