"""A small OpenID Connect provider on the loopback: real HTTP, one person, who is set by the test."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs


class Provider(ThreadingHTTPServer):
    claims: dict[str, object]
    codes_seen: list[str]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Answers(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        if self.path == "/.well-known/openid-configuration":
            base = self.server.address
            paths = {"authorization_endpoint": "/auth", "token_endpoint": "/token", "userinfo_endpoint": "/me", "jwks_uri": "/keys"}
            self._json({"issuer": base, **{key: base + path for key, path in paths.items()}})
        elif self.path == "/me" and self.headers.get("Authorization") == "Bearer access-1":
            self._json(self.server.claims)
        else:
            self._json({"error": "invalid_request"}, 400)

    def do_POST(self) -> None:
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.server.codes_seen += sent.get("code", [])
        good = self.path == "/token" and sent.get("client_secret") == ["kept-secret"] and sent.get("code") == ["good-code"]
        self._json({"access_token": "access-1", "token_type": "Bearer"} if good else {"error": "invalid_grant"}, 200 if good else 400)

    def _json(self, body: object, status: int = 200) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def running(claims: dict[str, object]) -> Iterator[Provider]:
    server = Provider(("127.0.0.1", 0), _Answers)
    server.claims, server.codes_seen = claims, []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
