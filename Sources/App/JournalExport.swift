package import Engine
import Workflows

/// The journal as lines of a file.
package enum JournalExport {
  /// Writes the events after `sequence` up to `last`, and a header before them.
  ///
  /// - Returns: how many events there were.
  @discardableResult
  package static func write(
    _ archive: any JournalArchive, after sequence: Int64, until last: Int64?, to file: ExportFile,
  ) throws(StoreError) -> Int64 {
    var count: Int64 = 0
    try archive.exportJournal(
      after: sequence, until: last,
      header: { header throws(StoreError) in try file.write(line: JournalLine.bytes(of: header)) },
      event: { event throws(StoreError) in
        count += 1
        try file.write(line: JournalLine.bytes(of: event))
      })
    try file.finish()
    return count
  }
}
