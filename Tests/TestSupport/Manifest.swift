/// Texts of manifests, as short as the kinds allow.
package enum Manifest {
  package static func job(
    _ name: String, script: String = "true", timeout: String? = nil,
    labels: [String: String] = [:], annotations: [String: String] = [:],
  ) -> String {
    var text = head("Job", name, labels, annotations)
    text += "  action: {shell: {script: \"\(script)\"}}\n"
    if let timeout { text += "  timeout: \(timeout)\n" }
    return text
  }

  package static func schedule(
    _ name: String, job: String, every: String = "1h", annotations: [String: String] = [:],
  ) -> String {
    head("Schedule", name, [:], annotations) + "  job: \(job)\n  when: {every: \(every)}\n"
  }

  package static func receiver(_ name: String, annotations: [String: String] = [:]) -> String {
    head("Receiver", name, [:], annotations) + "  exec: {argv: [/bin/notify, \(name)]}\n"
  }

  package static func timeInterval(_ name: String) -> String {
    head("TimeInterval", name, [:], [:]) + "  intervals: [{weekdays: sat-sun}]\n"
  }

  package static func route(
    _ name: String, isDefault: Bool = false, receivers: [String] = [], mute: [String] = [],
    annotations: [String: String] = [:],
  ) -> String {
    var text = head("RoutingPolicy", name, [:], annotations)
    if isDefault { text += "  default: true\n" }
    text += "  receivers: [\(receivers.joined(separator: ", "))]\n"
    if !mute.isEmpty { text += "  mute: [\(mute.joined(separator: ", "))]\n" }
    return text
  }

  package static func pack(_ name: String, version: String, script: String = "true") -> String {
    head("AutomationPack", name, [:], [:])
      + "  version: \(version)\n  steps: [{id: one, action: {shell: {script: \"\(script)\"}}}]\n"
  }

  package static func changeWindow(_ name: String, _ spec: String) -> String {
    head("ChangeWindow", name, [:], [:])
      + spec.split(separator: "\n").map { "  \($0)\n" }.joined()
  }

  /// A manifest that asks not to be deleted.
  package static let protected = ["writ/protect": "true"]
  /// A manifest that asks to stay in force when it is gone.
  package static let kept = ["writ/prune": "false"]

  /// One file of several manifests.
  package static func file(_ manifests: String...) -> String {
    manifests.joined(separator: "---\n")
  }

  private static func head(
    _ kind: String, _ name: String, _ labels: [String: String], _ annotations: [String: String],
  ) -> String {
    var text = "apiVersion: writ/v1\nkind: \(kind)\nmetadata:\n  name: \(name)\n"
    if !labels.isEmpty { text += "  labels: {\(pairs(labels))}\n" }
    if !annotations.isEmpty { text += "  annotations: {\(pairs(annotations))}\n" }
    return text + "spec:\n"
  }

  private static func pairs(_ values: [String: String]) -> String {
    values.sorted { $0.key < $1.key }.map { "\($0.key): \"\($0.value)\"" }.joined(separator: ", ")
  }
}
