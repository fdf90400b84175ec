package import Resources

/// Reads YAML as Writ understands it: the core schema of YAML 1.2 without aliases, merge keys and
/// tags of one's own, and without scalars that YAML 1.1 reads otherwise.
package enum YAMLReader {
  /// Reads all documents of one file.
  ///
  /// Never throws: what is wrong is in `diagnostics`, sorted, each with its place in `file`.
  /// A document without a value is left out, as is one that comes after an error of syntax. One
  /// that has an error of its own is among the `faulty`, for whoever wants to find more of them;
  /// where a key is given twice the first counts there.
  package static func read(
    _ bytes: Span<UInt8>, file: String, limits: YAMLLimits = .standard,
  ) -> (documents: [YAMLDocument], faulty: [YAMLDocument], diagnostics: [Diagnostic]) {
    guard bytes.count <= limits.maximumBytes else {
      let problem = Diagnostic(
        code: "file-too-large",
        "the file has \(bytes.count) bytes; at most \(limits.maximumBytes) are read",
        at: SourceLocation(file: file, range: .start), hint: "split it into several files")
      return ([], [], [problem])
    }
    let characters: Int
    switch TextCheck.examine(bytes) {
    case .text(let count): characters = count
    case .problem(let problem): return ([], [], [problem.diagnostic(in: bytes, file: file)])
    }
    let text = bytes.extracting(droppingFirst: TextCheck.byteOrderMarkLength(bytes))
    return unsafe text.withUnsafeBufferPointer { pointer in
      let parser = unsafe EventParser(pointer, characters: characters)
      var reader = EventReader(parser, file: file, limits: limits)
      reader.readStream()
      var diagnostics = reader.diagnostics
      if let failure = reader.failure {
        diagnostics.append(unsafe failure.diagnostic(in: pointer.span, file: file))
      }
      return (reader.documents, reader.faulty, diagnostics.sorted())
    }
  }

  /// Reads all documents of one file; see the first `read`.
  package static func read(
    _ bytes: [UInt8], file: String, limits: YAMLLimits = .standard,
  ) -> (documents: [YAMLDocument], faulty: [YAMLDocument], diagnostics: [Diagnostic]) {
    read(bytes.span, file: file, limits: limits)
  }

  /// Reads all documents of one file; see the first `read`.
  package static func read(
    _ bytes: UnsafeRawBufferPointer, file: String, limits: YAMLLimits = .standard,
  ) -> (documents: [YAMLDocument], faulty: [YAMLDocument], diagnostics: [Diagnostic]) {
    unsafe bytes.withMemoryRebound(to: UInt8.self) {
      unsafe read($0.span, file: file, limits: limits)
    }
  }
}
