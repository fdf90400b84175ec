import Git
import Testing

@Suite struct RemoteURLTests {
  @Test(arguments: [
    ("/srv/config.git", RemoteURL.Transport.path, "", nil, "/srv/config.git"),
    ("../config", .path, "", nil, "../config"),
    ("./a:b", .path, "", nil, "./a:b"),
    ("/with blank/x", .path, "", nil, "/with blank/x"),
    ("file:///srv/config.git", .path, "", nil, "/srv/config.git"),
    ("https://Example.org/a/b.git", .https, "example.org", nil, "/a/b.git"),
    ("https://example.org:8443/a", .https, "example.org", 8443, "/a"),
    ("http://[::1]:80/a", .http, "::1", 80, "/a"),
    ("ssh://git@example.org:2222/a", .ssh, "example.org", 2222, "/a"),
    ("ssh://example.org/~bob/a", .ssh, "example.org", nil, "/~bob/a"),
    ("git@github.com:owner/repository.git", .ssh, "github.com", nil, "owner/repository.git"),
    ("host:path", .ssh, "host", nil, "path"),
    ("git@[::1]:path", .ssh, "::1", nil, "path"),
  ])
  func understands(
    _ text: String,
    transport: RemoteURL.Transport,
    host: String,
    port: UInt16?,
    path: String
  ) throws {
    let url = try RemoteURL(text)
    #expect(url.transport == transport && url.host == host && url.port == port && url.path == path)
    #expect(try RemoteURL(text) == url)
  }

  @Test(arguments: [
    "", "git://example.org/a", "ext::sh -c touch% /tmp/x", "ext::sh", "ftp://example.org/a",
    "fd::3", "https://", "https://example.org", "https:///a", "https://exa mple.org/a",
    "https://example.org:0/a", "https://example.org:99999/a", "ssh://-oProxyCommand=x/a",
    "ssh://a@-x/a", "ssh://host/a'b", "-x", "a@b:", "https://example.org/a\nb", "file://host/a",
    "ssh://[::1/a", "https://[zz]/a",
  ])
  func refuses(_ text: String) throws {
    #expect(try gitError { _ = try RemoteURL(text) }.code == .invalidURL)
  }

  @Test(arguments: [
    "https://ghp_secret@github.com/a/b", "https://user:secret@github.com/a/b",
    "ssh://user:secret@host/a", "user:secret@host:/a",
  ])
  func refusesCredentialsInsideAndDoesNotRepeatThem(_ text: String) throws {
    let error = try gitError { _ = try RemoteURL(text) }
    #expect(error.code == .invalidURL)
    #expect(!error.description.contains("secret"))
    #expect(error.message.contains("WRIT_GIT_TOKEN") || text.hasPrefix("user:"))
  }

  @Test(arguments: [
    ("http://localhost/a", true), ("http://127.0.0.1/a", true), ("http://127.9.9.9/a", true),
    ("http://[::1]/a", true), ("http://127.0.0.1.example.org/a", false),
    ("http://127.example.org/a", false), ("http://example.org/a", false),
  ])
  func knowsThisMachine(_ text: String, isLoopback: Bool) throws {
    #expect(try RemoteURL(text).isLoopback == isLoopback)
  }
}
