internal import Dispatch
internal import Engine
internal import Git
internal import Resources
internal import Synchronization
internal import YAML

/// Reads and decodes blobs, on all cores where there are many.
struct ManifestReader: Sendable {
  struct Output: Sendable {
    var resources: [Resource] = []
    var diagnostics: [Diagnostic] = []
    /// What documents with errors would be.
    var brokenKeys: Set<ResourceKey> = []
  }

  let decoder: ManifestDecoder
  let limits = YAMLLimits.standard

  /// Below this many files one thread is faster than opening the repository again.
  private static let parallelThreshold = 256

  func read(
    _ files: [ManifestFiles.File], from repository: borrowing Repository, at path: String,
    keepsNodes: Bool, isParallel: Bool = true,
  ) throws(SourceError) -> Output {
    do {
      if !isParallel || files.count < Self.parallelThreshold {
        return try read(files[...], from: repository, keepsNodes: keepsNodes)
      }
      return try readParallel(files, at: path, keepsNodes: keepsNodes)
    } catch {
      throw SourceError(any: error)
    }
  }

  private func read(
    _ files: ArraySlice<ManifestFiles.File>, from repository: borrowing Repository,
    keepsNodes: Bool,
  ) throws -> Output {
    var output = Output()
    output.resources.reserveCapacity(files.count)
    for file in files {
      do {
        try repository.readBlob(file.blob, maximumBytes: limits.maximumBytes) { bytes in
          bytes.withUnsafeBytes { decode($0, file: file.path, keepsNodes: keepsNodes, &output) }
        }
      } catch let error as GitError where error.code == .tooLarge {
        output.diagnostics.append(
          Diagnostic(
            code: "file-too-large",
            "the file has more than \(limits.maximumBytes) bytes; that is the limit for a manifest",
            at: SourceLocation(file: file.path, range: .start),
            hint: "split it into several files"))
      }
    }
    return output
  }

  /// Decodes the documents of one file.
  func decode(
    _ bytes: UnsafeRawBufferPointer, file: String, keepsNodes: Bool, _ output: inout Output,
  ) {
    let read = YAMLReader.read(bytes, file: file, limits: limits)
    output.diagnostics += read.diagnostics
    for document in read.documents {
      let decoded = decoder.decode(
        document.root, file: file, keepsNode: keepsNodes, source: { Array(bytes) })
      output.diagnostics += decoded.diagnostics
      if let resource = decoded.resource {
        output.resources.append(resource)
      } else if let key = decoded.key {
        output.brokenKeys.insert(key)
      }
    }
    if read.faulty.isEmpty { return }
    // What was said of a place already is not said again in other words.
    let places = Set(read.diagnostics.map(\.location.range.start))
    for document in read.faulty {
      let decoded = decoder.decode(
        document.root, file: file, keepsNode: false, source: { Array(bytes) })
      output.diagnostics += decoded.diagnostics.filter {
        !places.contains($0.location.range.start)
      }
      if let key = decoded.key { output.brokenKeys.insert(key) }
    }
  }

  /// Each worker opens the repository for itself, because its objects belong to one thread.
  private func readParallel(
    _ files: [ManifestFiles.File], at path: String, keepsNodes: Bool,
  ) throws -> Output {
    let chunkSize = 512
    let chunkCount = (files.count + chunkSize - 1) / chunkSize
    let workerCount = min(ProcessorCount.online, chunkCount)
    let next = Atomic<Int>(0)
    let results = Mutex<[Result<Output, any Error>?]>(Array(repeating: nil, count: chunkCount))
    DispatchQueue.concurrentPerform(iterations: workerCount) { _ in
      do {
        let repository = try Repository(opening: path)
        while true {
          let chunk = next.wrappingAdd(1, ordering: .relaxed).oldValue
          if chunk >= chunkCount { return }
          let slice = files[chunk * chunkSize..<min(files.count, (chunk + 1) * chunkSize)]
          let output = try read(slice, from: repository, keepsNodes: keepsNodes)
          results.withLock { $0[chunk] = .success(output) }
        }
      } catch {
        let chunk = min(next.wrappingAdd(1, ordering: .relaxed).oldValue, chunkCount - 1)
        results.withLock { $0[chunk] = .failure(error) }
      }
    }
    var output = Output()
    output.resources.reserveCapacity(files.count)
    for result in results.withLock({ $0 }) {
      guard let part = try result?.get() else {
        throw SourceError(.other, "some manifests were not read")
      }
      output.resources += part.resources
      output.diagnostics += part.diagnostics
      output.brokenKeys.formUnion(part.brokenKeys)
    }
    return output
  }
}
