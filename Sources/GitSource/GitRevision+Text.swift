package import Engine
internal import Git
internal import YAML

extension GitRevision {
  /// The text of a manifest at this revision; nil where the file is not there.
  ///
  /// Throws `tooLarge` for a file beyond the limit of manifests.
  package func text(of file: String) throws(SourceError) -> String? {
    do throws(GitError) {
      guard let entry = try repository.entry(of: commit.id, at: file), entry.isFile else {
        return nil
      }
      let bytes = try repository.readBlob(
        entry.id, maximumBytes: YAMLLimits.standard.maximumBytes)
      return String(decoding: bytes, as: UTF8.self)
    } catch {
      throw SourceError(error)
    }
  }
}
