"""A small OpenID provider as a process of its own: discovery, authorization code flow with PKCE, RS256 keys.

``python -m tests.oidc_provider <seconds since 1970>`` prints its issuer and serves until it is stopped. Whoever comes
to the authorization endpoint is signed in as the person named by ``PUT /person``. ``PUT /lie`` names one thing that it
then does wrong, so that a client can show that it notices.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import sys
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "kouhou-console", "only-for-tests"
LIES = (
    "nonce", "audience", "issuer", "expired", "future", "key", "none", "no-id-token", "azp", "no-subject",
    "discovery", "broken-token", "server-error",
)  # fmt: skip


@dataclass
class Provider:
    """The provider's memory. ``at``: its clock, seconds since 1970."""

    at: int
    issuer: str = ""
    person: str = "sub-1"
    methods: tuple[str, ...] = ()
    lie: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1"}))
    other: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1"}))

    def configuration(self) -> dict[str, Any]:
        return {
            "issuer": "https://somebody-else.example" if self.lie == "discovery" else self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser goes back to, with a code that is good once."""
        demanded = {"response_type": "code", "client_id": CLIENT_ID, "code_challenge_method": "S256"}
        if any(query.get(name) != value for name, value in demanded.items()) or "openid" not in query["scope"].split():
            raise ValueError("invalid_request")
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def exchange(self, form: dict[str, str], authorization: str) -> dict[str, Any]:
        """Tokens for a code, if client, redirect address and PKCE verifier are the right ones."""
        expected = "Basic " + base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        if (
            authorization != expected
            or asked is None
            or form["redirect_uri"] != asked["redirect_uri"]
            or challenge.decode() != asked["code_challenge"]
            or form["grant_type"] != "authorization_code"
        ):
            raise ValueError("invalid_grant")
        answer = {"access_token": "none-needed", "token_type": "Bearer", "expires_in": 60}
        return answer if self.lie == "no-id-token" else answer | {"id_token": self._id_token(asked["nonce"])}

    def _id_token(self, nonce: str) -> str:
        claims: dict[str, Any] = {
            "iss": "https://evil.example" if self.lie == "issuer" else self.issuer,
            "sub": "" if self.lie == "no-subject" else self.person,
            "aud": "another-client" if self.lie == "audience" else CLIENT_ID,
            "exp": self.at - 3600 if self.lie == "expired" else self.at + 300,
            "iat": self.at + 3600 if self.lie == "future" else self.at,
            "nonce": "another-nonce" if self.lie == "nonce" else nonce,
            "amr": list(self.methods),
        }
        if self.lie == "azp":
            claims["azp"] = "another-client"
        if self.lie == "broken-token":
            return "this.is.nothing"
        if self.lie == "none":
            parts = [{"alg": "none"}, claims]
            return ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parts) + "."
        return jwt.encode({"alg": "RS256", "kid": "k1"}, claims, self.other if self.lie == "key" else self.key)


def serve(provider: Provider) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, query = urlsplit(self.path).path, _flat(urlsplit(self.path).query)
            if path == "/authorize":
                self._redirect(provider.authorize(query))
            elif path == "/keys":
                self._answer({"keys": [provider.key.as_dict(private=False)]})
            elif path == "/.well-known/openid-configuration":
                self._answer(provider.configuration())
            else:
                self._answer({}, 404)

        def do_POST(self) -> None:
            if provider.lie == "server-error":
                return self._answer({}, 500)
            try:
                self._answer(provider.exchange(_flat(self._body()), self.headers.get("Authorization", "")))
            except (ValueError, KeyError):
                self._answer({"error": "invalid_grant"}, 400)

        def do_PUT(self) -> None:
            wanted = json.loads(self._body())
            provider.person = wanted.get("person", provider.person)
            provider.methods = tuple(wanted.get("methods", ()))
            provider.lie = wanted.get("lie", "")
            self._answer({})

        def _body(self) -> str:
            return self.rfile.read(int(self.headers["Content-Length"])).decode()

        def _redirect(self, url: str) -> None:
            self.send_response(302)
            self.send_header("Location", url)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _answer(self, value: dict[str, Any], status: int = 200) -> None:
            data = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    return server


def _flat(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text).items()}


if __name__ == "__main__":
    made = Provider(int(sys.argv[1]))
    listening = serve(made)
    print(made.issuer, flush=True)  # noqa: T201
    listening.serve_forever()
