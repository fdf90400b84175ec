internal import CYAML

extension YAMLReader {
  /// The version of the libyaml in use, as `0.2.5`.
  package static var libraryVersion: String {
    var major: Int32 = 0
    var minor: Int32 = 0
    var patch: Int32 = 0
    unsafe yaml_get_version(&major, &minor, &patch)
    return "\(major).\(minor).\(patch)"
  }
}
