"""A server that keeps every announcement it gets, and says how it feels."""

import http.server
import threading


class Sink:
    def __init__(self):
        self.posts = []  # (idempotency key, body), in the order of their arrival
        self.is_well = True  # what GET answers
        posts, sink = self.posts, self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *words):
                pass

            def do_GET(self):
                self.send_response(200 if sink.is_well else 500)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_POST(self):
                length = int(self.headers.get("Content-Length", 0))
                body = self.rfile.read(length)
                if len(body) < length:
                    return  # the sender died in the middle; nothing was announced
                # Taken before it is answered: a sender that dies in between sends it again.
                posts.append((self.headers.get("Idempotency-Key", ""), body))
                self.send_response(204)
                self.send_header("Content-Length", "0")
                self.end_headers()

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *words):
                pass  # a connection that the killed sender left

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/applies"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def keys(self):
        return [key for key, _ in self.posts]
