internal import Fuzz
internal import Glibc

// What libFuzzer calls. `FUZZ_TARGET` names the reader; its child processes inherit it.

private let target: FuzzTarget = {
  let name = getenv("FUZZ_TARGET").map { String(cString: $0) }
  guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
    let names = FuzzTarget.all.map(\.name).joined(separator: " ")
    say("FUZZ_TARGET must be one of: \(names)")
    exit(64)
  }
  return target
}()

private func say(_ text: String) {
  let line = text + "\n"
  _ = write(STDERR_FILENO, line, line.utf8.count)
}

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  do throws(BrokenPromise) {
    try target.check(UnsafeBufferPointer(start: start, count: count).span)
  } catch {
    say("broken promise: \(error)")
    abort()
  }
  return 0
}
