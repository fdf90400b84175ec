import CEL
import Testing

@Test func wholeNumbersAreTheSameKey() {
  #expect(CELKey.int(1) == CELKey.uint(1))
  #expect(CELKey.int(1).hashValue == CELKey.uint(1).hashValue)
  #expect(CELKey.int(-1) != CELKey.uint(.max))
}

@Test func stringsThatOnlyLookAlikeAreDifferentKeys() {
  #expect(CELKey.string("\u{E9}") != CELKey.string("e\u{301}"))
}
