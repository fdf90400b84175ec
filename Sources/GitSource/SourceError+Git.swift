internal import Engine
internal import Git

extension SourceError {
  init(_ error: GitError) {
    let code: Code =
      switch error.code {
      case .notFound: .notFound
      case .notARepository: .notARepository
      case .unknownReference, .ambiguousName: .unknownReference
      case .emptyRepository: .emptyRepository
      case .unsupportedObjectFormat, .unsupportedExtension: .unsupported
      case .notOwned: .permission
      case .corruptObject: .corrupt
      case .missingObject: .incomplete
      case .unreachable: .unreachable
      case .authentication: .authentication
      case .certificate, .hostKey: .untrustedHost
      case .tooLarge: .tooLarge
      case .timeout: .timeout
      case .invalidPath: .invalidPath
      case .invalidURL: .usage
      case .other: .other
      }
    self.init(code, error.description)
  }

  init(any error: any Error) {
    if let error = error as? SourceError {
      self = error
    } else if let error = error as? GitError {
      self.init(error)
    } else {
      self.init(.other, "\(error)")
    }
  }
}
