import Foundation

/// Small servers in Python's standard library, on a port that the system chooses.
struct PythonServer: Sendable {
  let process: ChildProcess
  let port: UInt16

  /// Starts `script`, which prints its port in its first line.
  static func start(_ script: String, _ arguments: [String], in box: Sandbox) async throws
    -> PythonServer
  {
    let process = try box.start([Program.python, "-u", "-c", script] + arguments)
    let port = try await eventually("port of a Python server") { () -> UInt16? in
      guard process.isRunning else { throw NeverHappened(description: process.error) }
      return process.output.split(separator: "\n").first.flatMap { UInt16($0) }
    }
    return PythonServer(process: process, port: port)
  }

  // MARK: git over HTTP

  /// Serves the repositories below `folder`, to who shows `token`.
  ///
  /// It is silent as long as the file `hang` exists in the sandbox.
  static func git(
    _ box: Sandbox, token: String = "", certificate: String = "",
  ) async throws -> PythonServer {
    try await start(gitScript, [box.path, token, certificate, box.path + "/hang"], in: box)
  }

  private static let gitScript = """
    import base64, http.server, os, ssl, subprocess, sys, time
    root, token, certificate, hang = sys.argv[1:]

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"
        def log_message(self, *words): pass
        def do_GET(self): self.answer()
        def do_POST(self): self.answer()
        def answer(self):
            while os.path.exists(hang): time.sleep(0.02)
            words = self.headers.get("Authorization", "").split()
            given = base64.b64decode(words[1]).decode().split(":", 1)[1] if len(words) == 2 else ""
            if token and given != token:
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="git"')
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            path, _, query = self.path.partition("?")
            environment = {
                "PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": root, "GIT_HTTP_EXPORT_ALL": "1",
                "GIT_CONFIG_GLOBAL": "/dev/null", "PATH_INFO": path, "QUERY_STRING": query,
                "REQUEST_METHOD": self.command, "REMOTE_ADDR": "127.0.0.1",
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            }
            length = int(self.headers.get("Content-Length", 0))
            result = subprocess.run(
                ["git", "http-backend"], input=self.rfile.read(length), env=environment,
                stdout=subprocess.PIPE).stdout
            head, _, body = result.partition(b"\\r\\n\\r\\n")
            status = 200
            fields = []
            for line in head.decode().split("\\r\\n"):
                name, _, value = line.partition(": ")
                if name == "Status": status = int(value.split()[0])
                elif name: fields.append((name, value))
            self.send_response(status)
            for name, value in fields: self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True
        def handle_error(self, *words): pass

    server = Server(("127.0.0.1", 0), Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    sys.stdout.write(f"{server.server_port}\\n")
    server.serve_forever()
    """

  // MARK: A sink for announcements

  /// Writes every POST as a line of JSON to its output: `{path, headers, body, status}`.
  ///
  /// It answers 503 as long as the file `down` exists in the sandbox.
  static func sink(_ box: Sandbox, port: UInt16 = 0) async throws -> PythonServer {
    try await start(sinkScript, [String(port), box.path + "/down"], in: box)
  }

  private static let sinkScript = """
    import http.server, json, os, sys
    port, down = int(sys.argv[1]), sys.argv[2]

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *words): pass
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            status = 503 if os.path.exists(down) else 204
            headers = {name.lower(): value for name, value in self.headers.items()}
            entry = {"path": self.path, "headers": headers, "body": body, "status": status}
            sys.stdout.write(json.dumps(entry) + "\\n")
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    sys.stdout.write(f"{server.server_port}\\n")
    server.serve_forever()
    """

  /// What a sink has got so far.
  func posts() throws -> [JSON] {
    try process.output.split(separator: "\n").dropFirst().map { try JSON(parsing: String($0)) }
  }
}
