"""The security headers of every response, errors included."""

from __future__ import annotations

from flask import Flask, Response

CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)


def init_app(app: Flask) -> None:
    # Chromium holds form-action against redirects too, so the checkout it leads to is named.
    checkout = "https://checkout.stripe.com"
    if app.config["SIMULATED_PAYMENTS"]:
        checkout = f"http://127.0.0.1:{app.config['SIMULATOR_PORT']}"
    policy = f"{CSP}; form-action 'self' {checkout}"
    always = [
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "strict-origin-when-cross-origin"),
        ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ]
    if app.config["ENVIRONMENT"] == "production":
        always.append(("Strict-Transport-Security", "max-age=63072000; includeSubDomains"))

    @app.after_request
    def protect(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy)
        headers.setdefault("Cache-Control", "no-store")
        headers.extend(always)  # no view sets one of these: a search of each would be for nothing
        return response
