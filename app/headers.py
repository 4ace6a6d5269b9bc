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
    secure = app.config["ENVIRONMENT"] == "production"

    @app.after_request
    def protect(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy)
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"
        headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers.setdefault("Cache-Control", "no-store")
        if secure:
            headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
        return response
