import Kinds
import Resources
import Testing

struct AlertingMistakesTests {
  @Test(arguments: [
    Mistake(
      "a field of an alert that is none", "RoutingPolicy",
      "match: [{field: sevrity, value: a}, {field: team, value: a}, {field: label., value: a}]",
      ("5:19", "bad-format", "did you mean \"severity\"?"),
      ("5:47", "bad-format", "write label.team"), ("5:72", "bad-format", "fields are severity")),
    Mistake(
      "an operator that is none", "RoutingPolicy", "match: [{field: probe, op: ==, value: a}]",
      ("5:30", "unknown-value", "must be one of =, !=")),
    Mistake(
      "regular expressions that are none", "RoutingPolicy",
      """
      match:
        - {field: probe, op: "=~", value: "db|(sto"}
        - {field: probe, op: "!~", value: "a**"}
        - {field: probe, op: "=", value: "(fine"}
      """,
      ("6:39", "bad-regular-expression", "\"(\" is not closed"),
      ("7:39", "bad-regular-expression", "a repetition is repeated")),
    Mistake(
      "an empty part", "RoutingPolicy", "match: [{field: probe, op: contains, value: \"\"}]",
      ("5:47", "too-short", "fits everything")),
    Mistake(
      "a default that is picky", "RoutingPolicy",
      """
      match: [{field: probe, value: a}]
      default: true
      """, ("5:10", "contradiction", "cannot have match")),
    Mistake(
      "mistakes deep in nested routes", "RoutingPolicy",
      """
      routes:
        - routes:
            - routes:
                - match: [{field: probe, op: "=~", value: "["}]
                  groupWait: 5x
                  prority: 5
      """,
      ("8:55", "bad-regular-expression", "is not closed"), ("9:26", "bad-format", "units are"),
      ("10:15", "unknown-field", "known fields: active, continue")),
    Mistake(
      "a regular expression deep in nested routes", "RoutingPolicy",
      """
      routes:
        - routes:
            - match: [{field: probe, op: "=~", value: "["}]
      """, ("7:51", "bad-regular-expression", "\"[\" is not closed")),
    Mistake(
      "all labels and one more", "RoutingPolicy", "groupBy: [alertname, \"...\"]",
      ("5:12", "contradiction", "stands alone")),
    Mistake(
      "a local interval that ends first", "RoutingPolicy",
      "timeIntervals: {w: [{times: [{from: \"18:00\", to: \"08:00\"}]}]}",
      ("5:52", "contradiction", "a time across midnight is two")),
    Mistake(
      "a runbook with a password", "RoutingPolicy", "runbookURL: https://ana:secret@example.com/",
      ("5:15", "bad-format", "carries credentials")),
    Mistake(
      "steps out of order", "EscalationPolicy",
      """
      steps:
        - {after: 15m, notify: [{receiver: a}]}
        - {after: 900s, notify: [{receiver: b}]}
        - {after: 5m, notify: [{receiver: c}]}
      """,
      ("7:15", "wrong-order", "notify both in one step"), ("8:15", "wrong-order", "order the steps")
    ),
    Mistake(
      "a target of two sorts, one of none, a rotation alone", "EscalationPolicy",
      """
      steps:
        - {after: 0m, notify: [{receiver: a, onCall: b}]}
        - {after: 1m, notify: []}
        - {after: 2m, notify: [{receiver: a, rotation: b}]}
      """,
      ("6:42", "exclusive-fields", "receiver and onCall"), ("7:27", "wrong-count", "at least 1"),
      ("8:42", "missing-field", "needs spec.steps[2].notify[0].onCall")),
    Mistake(
      "a repetition without its length", "EscalationPolicy",
      "{steps: [{after: 0m, notify: [{receiver: a}]}], repeat: {times: 2}}",
      ("5:59", "missing-field", "repeat.every is missing")),
    Mistake(
      "a receiver of no sort", "Receiver", "sendResolved: true",
      ("5:3", "missing-field", "exactly one of webhook, slack")),
    Mistake(
      "secrets in URLs", "Receiver", "webhook: {url: \"https://a:b@example.com/\"}",
      ("5:18", "bad-format", "{env: NAME} or {file: PATH}")),
    Mistake(
      "a secret in a parameter", "Receiver",
      "webhook: {url: \"https://example.com/?x=1&Token=abc\"}",
      ("5:18", "secret-in-manifest", "parameter Token")),
    Mistake(
      "a URL that is a secret", "Receiver",
      "webhook: {url: https://hooks.slack.com/services/T0/B0/xyz}",
      ("5:18", "secret-in-manifest", "credential of hooks.slack.com")),
    Mistake(
      "a header that carries a secret", "Receiver",
      "webhook: {url: https://example.com, headers: {X-Team: a, Authorization: Bearer abc}}",
      ("5:75", "secret-in-manifest", "authorization: {env: NAME}")),
    Mistake(
      "a token as text", "Receiver", "slack: {token: xoxb-1, channel: \"#a\"}",
      ("5:18", "wrong-type", "must be a map with env, file")),
    Mistake(
      "a token without a channel", "Receiver", "slack: {token: {env: T}}",
      ("5:11", "missing-field", "needs spec.slack.channel")),
    Mistake(
      "a mail without its parts", "Receiver",
      "email: {host: mail_1, from: ops, to: [a@b, a@B], username: u}",
      ("5:17", "bad-format", "not a host name"), ("5:31", "bad-format", "name@domain"),
      ("5:46", "duplicate-item", "\"a@b\" twice"),
      ("5:52", "missing-field", "needs spec.email.password")),
    Mistake(
      "a password in the clear", "Receiver",
      "email: {host: m, from: a@b, to: a@b, username: u, password: {env: P}, tls: none}",
      ("5:53", "exclusive-fields", "tls none does not go with")),
    Mistake(
      "a rotation twice", "OnCall",
      """
      rotations:
        - {name: a, start: 2026-01-05T08:00:00Z, handoff: {every: 7d}, people: [ana]}
        - {name: a, start: 2026-01-05T08:00:00Z, handoff: {every: 1s}, people: []}
      """,
      ("7:7", "duplicate-item", "\"a\" twice"), ("7:63", "bad-format", "between 1h and 366d"),
      ("7:76", "wrong-count", "at least 1 item")),
    Mistake(
      "shifts that cannot change at one time", "OnCall",
      "rotations: [{name: a, start: 2026-01-05T08:00:00Z, handoff: {every: 12h, at: \"09:00\"}, people: [ana]}]",
      ("5:80", "contradiction", "cannot all change at one time of day")),
    Mistake(
      "overrides that contradict each other or the plan", "OnCall",
      """
      rotations:
        - {name: a, start: 2026-01-05T08:00:00Z, handoff: {every: 7d}, people: [ana]}
        - {name: b, start: 2026-01-05T08:00:00Z, handoff: {every: 7d}, people: [ana]}
      overrides:
        - {rotation: a, person: ben, from: 2026-02-01T00:00:00Z, until: 2026-02-03T00:00:00Z}
        - {rotation: a, person: cid, from: 2026-02-02T00:00:00Z, until: 2026-02-04T00:00:00Z}
        - {rotation: c, person: cid, from: 2026-02-02T00:00:00Z, until: 2026-02-04T00:00:00Z}
        - {person: cid, from: 2026-02-02T00:00:00Z, until: 2026-02-02T00:00:00Z}
      """,
      ("10:7", "contradiction", "overlap"), ("11:18", "unknown-value", "no rotation \"c\""),
      ("12:7", "missing-field", "which"), ("12:56", "contradiction", "is not after")),
    Mistake(
      "an interval of nothing", "TimeInterval", "intervals: [{timeZone: UTC}]",
      ("5:15", "missing-field", "at least one of times, weekdays")),
    Mistake(
      "ranges that end first", "TimeInterval",
      "intervals: [{daysOfMonth: \"5:1\", years: 2028-2026, months: 13}]",
      ("5:29", "bad-format", "ends before it begins"),
      ("5:43", "bad-format", "ends before it begins"),
      ("5:62", "bad-format", "no \"13\"")),
  ])
  func areFound(_ mistake: Mistake) { mistake.run() }

  @Test func onlyADefaultPolicyClaimsTheDefaultRoute() throws {
    let yes = Decoding.decode(Mistake("", "RoutingPolicy", "default: true").manifest).resource
    let no = Decoding.decode(Mistake("", "RoutingPolicy", "default: false").manifest).resource
    #expect(yes?.claims.map(\.name) == ["the default route"])
    #expect(yes?.claims.first?.range.start == SourcePosition(line: 5, column: 12))
    #expect(no?.claims.isEmpty == true)
  }

  @Test func intervalsAreLocalOrResources() throws {
    let spec = """
      mute: [weekends, nights]
      timeIntervals: {weekends: [{weekdays: sat-sun}]}
      routes: [{active: [office, weekends], receivers: [b], escalation: c}]
      """
    let resource = Decoding.decode(Mistake("", "RoutingPolicy", spec).manifest).resource
    let found = (resource?.references ?? []).map {
      "\($0.target) \($0.pointer) \($0.range.start.line):\($0.range.start.column)"
    }.sorted()
    #expect(
      found == [
        "EscalationPolicy/c /spec/routes/0/escalation 7:69",
        "Receiver/b /spec/routes/0/receivers/0 7:53",
        "TimeInterval/nights /spec/mute/1 5:20",
        "TimeInterval/office /spec/routes/0/active/0 7:22",
      ])
  }
}
