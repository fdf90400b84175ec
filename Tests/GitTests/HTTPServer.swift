import Foundation
import Git

/// A small web server in Python that runs `git http-backend`, for one test; it ends with the value.
final class HTTPServer {
  let port: Int
  let redirectPort: Int
  private let child: Child
  private let log: String

  /// Answers nil, and prints why, when there is no Python or no OpenSSL.
  static func start(in sandbox: Sandbox, token: String? = nil, secure: Bool = true) throws
    -> HTTPServer?
  {
    for program in ["/usr/bin/env", "/usr/bin/openssl"]
    where !FileManager.default.isExecutableFile(atPath: program) {
      print("skipped: \(program) is not installed")
      return nil
    }
    return try HTTPServer(sandbox, token, secure)
  }

  private init(_ sandbox: Sandbox, _ token: String?, _ secure: Bool) throws {
    if secure { try sandbox.makeCertificates() }
    log = "\(sandbox.path)/http.log"
    try sandbox.write(Self.program, to: "\(sandbox.path)/server.py")
    let arguments = [
      "python3", "\(sandbox.path)/server.py", sandbox.path, token ?? "", secure ? "tls" : "",
    ]
    child = try Child("/usr/bin/env", arguments, in: sandbox.path)
    let text = try child.read(until: "\n")
    let ports = text.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    guard ports.count == 2 else { throw Unexpected("the web server said: \(text)") }
    (port, redirectPort) = (ports[0], ports[1])
  }

  deinit { child.stop() }

  /// How often somebody came with an `Authorization` header.
  func attempts() throws -> Int {
    guard FileManager.default.fileExists(atPath: log) else { return 0 }
    return try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").count
  }

  private static let program = """
    import base64, http.server, os, ssl, subprocess, sys, threading
    root, token, tls = sys.argv[1:4]
    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *a): pass
        def do_GET(self): self.serve(b'')
        def do_POST(self):
            if self.headers.get('Transfer-Encoding') == 'chunked':
                body = b''
                while True:
                    n = int(self.rfile.readline(), 16)
                    body += self.rfile.read(n); self.rfile.readline()
                    if n == 0: break
            else: body = self.rfile.read(int(self.headers.get('Content-Length', 0)))
            self.serve(body)
        def serve(self, body):
            given = self.headers.get('Authorization')
            if given: open(root + '/http.log', 'a').write(given + '\\n')
            if self.server.target:
                self.send_response(301)
                self.send_header('Location', self.server.target + self.path)
                self.send_header('Content-Length', '0'); self.end_headers(); return
            if token:
                ok = given and base64.b64decode(given.split()[1]).decode().split(':', 1)[1] == token
                if not ok:
                    self.send_response(401)
                    self.send_header('WWW-Authenticate', 'Basic realm="x"')
                    self.send_header('Content-Length', '0'); self.end_headers(); return
            path, _, query = self.path.partition('?')
            env = dict(os.environ, GIT_PROJECT_ROOT=root, GIT_HTTP_EXPORT_ALL='1', PATH_INFO=path,
                QUERY_STRING=query, REQUEST_METHOD=self.command, HOME=root,
                GIT_CONFIG_GLOBAL='/dev/null', REMOTE_ADDR='127.0.0.1',
                CONTENT_TYPE=self.headers.get('Content-Type', ''), CONTENT_LENGTH=str(len(body)))
            out = subprocess.run(['git', 'http-backend'], input=body, env=env, stdout=-1).stdout
            head, _, data = out.partition(b'\\r\\n\\r\\n')
            lines = [l.split(': ', 1) for l in head.decode().split('\\r\\n')]
            status = [v for k, v in lines if k == 'Status']
            self.send_response(int(status[0].split()[0]) if status else 200)
            for k, v in lines:
                if k != 'Status': self.send_header(k, v)
            self.send_header('Content-Length', str(len(data))); self.end_headers()
            self.wfile.write(data)
    def serve(target):
        s = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        s.target = target
        if tls:
            c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            c.load_cert_chain(root + '/server.pem', root + '/server.key')
            s.socket = c.wrap_socket(s.socket, server_side=True)
        threading.Thread(target=s.serve_forever, daemon=True).start()
        return s.server_address[1]
    port = serve(None)
    other = serve('%s://localhost:%d' % ('https' if tls else 'http', port))
    print(port, other, flush=True)
    threading.Event().wait()
    """
}

extension Sandbox {
  /// Makes a certificate authority, a stranger's one, and a certificate for `localhost`.
  func makeCertificates() throws {
    let openssl = "/usr/bin/openssl"
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    for name in ["authority", "stranger_ca"] {
      try run(
        openssl,
        [
          "req", "-x509", "-days", "2", "-subj", "/CN=\(name)", "-keyout", "\(name).key", "-out",
          "\(name).pem",
        ] + key
      )
    }
    try run(
      openssl,
      ["req", "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr"] + key
    )
    try write("subjectAltName=DNS:localhost\n", to: "\(path)/server.ext")
    try run(
      openssl,
      [
        "x509", "-req", "-days", "2", "-in", "server.csr", "-CA", "authority.pem", "-CAkey",
        "authority.key", "-CAcreateserial", "-extfile", "server.ext", "-out", "server.pem",
      ]
    )
  }
}
