internal import Resources
internal import Workflows

/// As the journal has it.
extension RunNote {
  var subject: String { run.map { "Run/\($0)" } ?? "Execution/\(execution)" }

  var payload: Value {
    var members: [Value.Member] = []
    if let exitCode { members.append(Value.Member("exitCode", .integer(Int64(exitCode)))) }
    if let message { members.append(Value.Member("message", .string(message))) }
    if let reason { members.append(Value.Member("reason", .string(reason))) }
    if let until { members.append(Value.Member("until", .string(until.description))) }
    return .object(members)
  }
}
