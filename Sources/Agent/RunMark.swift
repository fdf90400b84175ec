/// What all processes of a run have in their environment, so that they can be told from others.
struct RunMark: Hashable, Sendable {
  /// The variable that names the run.
  static let runVariable = "WRIT_RUN"
  /// The variable that names the probe, since another one may have a run of the same name.
  static let probeVariable = "WRIT_PROBE_ID"

  var run: String
  var probe: String
}
