internal import Glibc
internal import Subprocess
internal import SystemPackage

/// A process as it will be started: everything looked up, nothing started.
struct Launch: Sendable {
  /// The program's absolute path.
  var path: String
  /// Its arguments, the first the name by which it is called.
  var arguments: [String]
  var environment: ProcessEnvironment
  var workingDirectory: String?
  /// Nil for the probe's own.
  var user: HostUser?

  /// How the library is told.
  ///
  /// A session of its own makes a process group, too, and frees the process from any terminal.
  func configuration(gracePeriod: Duration) -> Configuration {
    var options = PlatformOptions()
    options.createSession = true
    // Only for a task that is canceled; runs are stopped by `Supervision`.
    options.teardownSequence = [
      .gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: gracePeriod)
    ]
    if let user {
      options.userID = user.id
      options.groupID = user.group
      options.supplementaryGroups = user.groups
    }
    return Configuration(
      executable: .path(FilePath(path)),
      arguments: Arguments(
        executablePathOverride: arguments.first ?? path,
        remainingValues: Array(arguments.dropFirst())),
      environment: .custom(environment.entries),
      workingDirectory: workingDirectory.map { FilePath($0) }, platformOptions: options)
  }
}
