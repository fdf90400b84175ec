internal import Resources

/// URLs that are credentials, or carry some.
enum SecretURL {
  private static let secretParameters = [
    "token", "key", "apikey", "api_key", "api-key", "secret", "password", "passwd", "pwd", "sig",
    "signature", "access_token", "auth", "routing_key",
  ]

  /// Hosts and paths of services whose URLs are credentials by themselves.
  private static let secretPaths = [
    ("hooks.slack.com", "/services/"), ("hooks.slack.com", "/workflows/"),
    ("discord.com", "/api/webhooks/"), ("discordapp.com", "/api/webhooks/"),
    ("outlook.office.com", "/webhook/"), ("webhook.office.com", "/webhook"),
    ("chat.googleapis.com", "/v1/spaces/"), ("api.telegram.org", "/bot"),
  ]

  /// What is secret in `url`, in words; nil where nothing seems to be.
  static func problem(with url: WebAddress) -> String? {
    for (host, path) in secretPaths
    where (url.host == host || url.host.hasSuffix("." + host)) && url.target.hasPrefix(path) {
      return "the URL is a credential of \(host) by itself"
    }
    let parameter = url.parameterNames.first { secretParameters.contains($0.lowercased()) }
    return parameter.map { "the URL carries a credential in its parameter \($0)" }
  }
}
