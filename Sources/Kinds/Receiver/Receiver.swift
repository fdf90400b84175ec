package import Resources

extension Kind {
  /// Where a notification goes.
  package static let receiver = Kind(
    name: "Receiver",
    summary: "Where a notification goes: a webhook, Slack, mail, PagerDuty or a program.",
    spec: Receiver.spec,
    sensitive: ["webhook", "slack", "email", "pagerduty", "exec"].map {
      JSONPointer(["spec", $0])
    },
    example: Receiver.example,
    check: Receiver.check)
}

private enum Receiver {
  static let spec = ObjectShape(
    [
      .optional("description", .text(TextRule(length: 1...4096)), "What it is for."),
      .optional("webhook", .object(webhook), "An HTTP POST of JSON."),
      .optional("slack", .object(slack), "A message in a channel of Slack."),
      .optional("email", .object(email), "A mail over SMTP."),
      .optional("pagerduty", .object(pagerduty), "An event of PagerDuty's Events API v2."),
      .optional(
        "exec", .object(exec), "A program that gets the notification as JSON on its input."),
      .defaulted(
        "sendResolved", .boolean, to: true, "Whether it also hears of alerts that are over."),
    ], exactlyOne: [["webhook", "slack", "email", "pagerduty", "exec"]])

  private static let timeout = Field.defaulted(
    "timeout", .format(.duration(in: .seconds(1)...(.minutes(10)))), to: "10s",
    "How long one attempt may take.")

  private static let webhook = ObjectShape([
    .required(
      "url", .either([.format(.url), SecretReference.shape]),
      "Where it is sent; a reference, where the URL itself is a secret."),
    .optional("secret", SecretReference.shape, "The key that signs the body with HMAC-SHA256."),
    .defaulted(
      "headers",
      .map(
        of: .either([.text(TextRule(length: 0...4096)), SecretReference.shape]),
        keys: TextRule(length: 1...128, format: .headerName)), to: [:],
      "More headers; those that carry credentials are references."),
    timeout,
  ])

  private static let slack = ObjectShape(
    [
      .optional("url", SecretReference.shape, "The incoming webhook, whose URL is a secret."),
      .optional("token", SecretReference.shape, "The token of a bot."),
      .optional(
        "channel", .text(TextRule(length: 1...80)), "The channel, such as #incidents."),
      timeout,
    ], exactlyOne: [["url", "token"]], requires: ["token": ["channel"]])

  private static let email = ObjectShape(
    [
      .required("host", .format(.hostName), "The SMTP server."),
      .defaulted("port", .integer(1...65_535), to: 587, "Its port."),
      .defaulted(
        "tls", .choice(["startTLS", "implicit", "none"]), to: "startTLS",
        "How the connection is encrypted."),
      .required("from", .format(.email), "The sender."),
      .required(
        "to",
        .list(of: .format(.email), ListRule(count: 1...256, order: .set, acceptsSingle: true)),
        "The addresses that get it."),
      .optional("username", .text(TextRule(length: 1...254)), "Who logs in."),
      .optional("password", SecretReference.shape, "The password of username."),
      timeout,
    ],
    requires: ["username": ["password"], "password": ["username"]],
    conditions: [.when("tls", in: ["none"], forbids: ["password"])])

  private static let pagerduty = ObjectShape([
    .required("routingKey", SecretReference.shape, "The key of the integration."),
    .defaulted(
      "url", .format(.url), to: "https://events.pagerduty.com/v2/enqueue", "The Events API."),
    .optional(
      "severity", .choice(["critical", "error", "warning", "info"]),
      "The severity of its events; by default the alert's."),
    timeout,
  ])

  private static let exec = ObjectShape(
    [
      Action.argv,
      .defaulted(
        "secrets", SecretReference.byVariable, to: [:],
        "Secrets that the program gets as environment variables."),
      timeout,
    ] + Action.environment)

  private static let secretHeaders = [
    "authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "apikey",
    "x-auth-token", "x-token", "x-access-token", "private-token", "x-gitlab-token",
  ]

  @Sendable static func check(_ input: SpecCheck) -> SpecFindings {
    var findings = SpecFindings()
    for (kind, field) in [("webhook", "url"), ("pagerduty", "url")] {
      guard let text = input.spec[kind]?[field]?.string,
        let url = try? WebAddress(parsing: text), let problem = SecretURL.problem(with: url)
      else { continue }
      findings.report(
        code: "secret-in-manifest", problem, at: [kind, field],
        hint: kind == "webhook"
          ? "keep the whole URL out of git: url: {env: NAME} or url: {file: PATH}"
          : "the key goes to routingKey")
    }
    for header in input.spec["webhook"]?["headers"]?.members ?? [] {
      guard header.value.string != nil, secretHeaders.contains(header.key) else { continue }
      findings.report(
        code: "secret-in-manifest", "the header \(header.key) carries a credential",
        at: place(ofHeader: header.key, input),
        hint: "name a secret: \(header.key): {env: NAME} or {file: PATH}")
    }
    if input.spec["exec"]?["argv"]?[0] == "" {
      findings.report(
        code: "too-short", "the program in exec.argv is empty", at: ["exec", "argv", "0"])
    }
    for name in input.spec["exec"]?["secrets"]?.members ?? []
    where input.spec["exec"]?["env"]?[name.key] != nil {
      findings.report(
        code: "contradiction", "\(name.key) is in secrets and in env",
        at: ["exec", "secrets", name.key], hint: "remove one of the two",
        related: ["exec", "env", name.key])
    }
    return findings
  }

  private static func place(ofHeader name: String, _ input: SpecCheck) -> [String] {
    guard case .map(let entries) = input.node["webhook"]?["headers"]?.content,
      let entry = entries.first(where: { $0.key.lowercased() == name })
    else { return ["webhook", "headers"] }
    return ["webhook", "headers", entry.key]
  }

  static let example = """
    apiVersion: writ/v1
    kind: Receiver
    metadata:
      name: incidents-hook
    spec:
      webhook:
        url: https://hooks.example.com/writ
        secret: {env: HOOK_SECRET}
        headers:
          Authorization: {file: /run/secrets/hook-token}
          X-Team: storage
        timeout: 10s
      sendResolved: true

    """
}

extension TextFormat {
  /// The name of an HTTP header.
  fileprivate static let headerName = TextFormat(
    name: "the name of a header", pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$",
    example: "x-team",
  ) { text throws(Problem) in
    let isFine = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "!#$%&'*+.^_`|~-".utf8.contains(byte)
      }
    }
    guard isFine, !text.isEmpty else {
      throw Problem("letters, digits and \"-\" are usual; blanks and \":\" are not allowed")
    }
    return text.lowercased()
  }
}
