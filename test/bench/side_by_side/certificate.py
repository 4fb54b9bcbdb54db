# SPDX-License-Identifier: Apache-2.0
"""The certificate of all servers under test that speak TLS."""

import os
import subprocess


def write_certificate(place):
    """Makes certificate.pem, key.pem, and both.pem with the two of them, unless they are there."""
    if os.path.exists(place.path("both.pem")):
        return
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-keyout", place.path("key.pem"), "-out", place.path("certificate.pem")],
                   check=True, capture_output=True, timeout=60)
    pieces = []
    for name in ("certificate.pem", "key.pem"):
        with open(place.path(name), encoding="ascii") as text:
            pieces.append(text.read())
    os.chmod(place.write("both.pem", "".join(pieces)), 0o600)
