import Git
import Testing

@Suite struct CredentialsTests {
  @Test func showsNoSecret() {
    let credentials = Credentials(
      username: "bob",
      privateKey: .bytes(Array("sesame".utf8)),
      passphrase: "sesame",
      token: "sesame"
    )
    var dumped = ""
    dump(credentials, to: &dumped)
    dump(credentials.privateKey, to: &dumped)
    let reflected = String(reflecting: credentials) + String(reflecting: credentials.privateKey)
    let shown = "\(credentials) \(String(describing: credentials.privateKey))" + dumped + reflected
    #expect(!shown.contains("sesame") && !shown.contains("115"))
    #expect("\(credentials)" == "Credentials(user bob, private key, passphrase, token)")
    #expect("\(Credentials())" == "Credentials(none)")
  }
}
