import Testing

@testable import ControlPlane

@Suite struct AddressTests {
  @Test(arguments: [
    ("127.0.0.1", true), ("127.9.9.9", true), ("::1", true), ("::ffff:127.0.0.1", true),
    ("128.0.0.1", false), ("10.0.0.127", false), ("::2", false), ("fe80::1", false),
    ("::ffff:10.0.0.1", false), ("", false),
  ]) func loopback(_ address: String, _ isLoopback: Bool) {
    #expect(Exchange.isLoopback(address) == isLoopback)
  }

  @Test(arguments: [
    ("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("::1", "[::1]"), ("192.0.2.1", "192.0.2.1"),
  ]) func reachable(_ host: String, _ expected: String) {
    #expect(ControlPlaneServer.reachableHost(host) == expected)
  }

  @Test(arguments: ["", "\n", " \t\r\n"]) func nothingIsNoSecret(_ text: String) {
    #expect(HookSecret(text) == nil)
  }
}
