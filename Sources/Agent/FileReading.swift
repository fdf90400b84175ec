internal import Glibc

/// Reads the beginning of a regular file.
struct FileReading {
  var path: String
  var maxBytes: Int
  var permits: (String) -> Bool

  func run(into sink: HostWork.Sink) throws(ProbeError) -> HostWork.Report {
    guard path.hasPrefix("/") else {
      throw .unstartable("\(path.debugDescription) is not an absolute path")
    }
    guard maxBytes >= 0 else { throw .unstartable("it cannot read \(maxBytes) bytes") }
    let file = try OpenedFile(path, permits: permits)
    let limit = min(maxBytes, RequestLimits.fileBytes)
    var count = 0
    var goesOn = true
    while goesOn, count < limit {
      let before = count
      try file.readAll(limit: min(limit - count, 1 << 16)) { bytes in
        count += bytes.count
        goesOn = sink(bytes.bindMemory(to: UInt8.self).span)
      }
      if count == before { break }
    }
    let cut = count == limit && file.size > Int64(limit)
    return HostWork.Report(
      isGood: true,
      message: cut ? "the first \(limit) of \(file.size) bytes" : nil)
  }
}
