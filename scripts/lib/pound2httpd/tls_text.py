# SPDX-License-Identifier: Apache-2.0
"""TLS: of a ListenHTTPS, and towards back-ends with HTTPS."""
from .model import Note
from .text import note_line, quoted

PROTOCOLS = ["SSLv2", "SSLv3", "TLSv1", "TLSv1_1", "TLSv1_2"]
VERIFY = ["none", "optional", "require", "optional_no_ca"]
# The headers by which Pound tells back-ends of a client's certificate.
CLIENT_HEADERS = {"Subject": "S_DN", "Issuer": "I_DN", "notBefore": "V_START", "notAfter": "V_END",
                  "serial": "M_SERIAL", "certificate": "CERT"}


def client_certificate_lines(block):
    asked = block.last("ClientCert")
    if not asked or asked.number == 0:
        return []
    lines = [f"SSLVerifyClient {VERIFY[asked.number]}", f"SSLVerifyDepth {asked.values[1]}"]
    lines += [f'RequestHeader set X-SSL-{name} "%{{SSL_CLIENT_{variable}}}s"'
              for name, variable in CLIENT_HEADERS.items()]
    return [*lines, 'RequestHeader set X-SSL-cipher "%{SSL_PROTOCOL}s/%{SSL_CIPHER}s"']


def listener_lines(listener):
    """The lines of a virtual host with TLS. Pound's file has certificate, chain and key in one, which httpd takes too."""
    if not listener.is_tls:
        return []
    block, certificates = listener.block, listener.block.all("Cert")
    lines = ["SSLEngine on", f"SSLCertificateFile {quoted(certificates[0].value, certificates[0].place)}"]
    lines += [note_line(Note(one, "Pound chose it by the client's name (SNI): SSLCertificateFile in the virtual host of"
                                  " that name.")) for one in certificates[1:]]
    if disabled := block.all("Disable"):
        last = max(PROTOCOLS.index(next(name for name in PROTOCOLS if name.lower() == one.value.lower()))
                   for one in disabled)
        lines.append("SSLProtocol all" + "".join(f" -{name.replace('_', '.')}" for name in PROTOCOLS[1:last + 1]))
    if one := block.last("Ciphers"):
        lines.append(f"SSLCipherSuite {quoted(one.value, one.place)}")
    if one := block.last("SSLHonorCipherOrder"):
        lines.append(f"SSLHonorCipherOrder {'on' if one.number else 'off'}")
    for name, directive in (("CAlist", "SSLCADNRequestFile"), ("VerifyList", "SSLCACertificateFile"),
                            ("CRLlist", "SSLCARevocationFile")):
        if one := block.last(name):
            lines.append(f"{directive} {quoted(one.value, one.place)}")
            lines += ["SSLCARevocationCheck chain"] if name == "CRLlist" else []
    if one := block.last("SSLAllowClientRenegotiation"):
        lines.append(note_line(Note(one, "a client cannot ask httpd for another handshake.")))
    if one := block.last("NoHTTPS11"):
        lines.append(note_line(Note(one, "it was for browsers that are gone.")))
    return lines + client_certificate_lines(block)


def backend_lines(site):
    """Pound checks no certificate of a back-end."""
    members = [member for service in site.services for member in service.backends if member.kind == "https"]
    if not members:
        return []
    lines = ["SSLProxyEngine on", "SSLProxyCheckPeerName off", "SSLProxyCheckPeerCN off", "SSLProxyCheckPeerExpire off"]
    own = []
    for member in members:
        own += [one for one in (member.block.last("Cert"), member.https) if one and one.values]
    if own:
        lines.append(f"SSLProxyMachineCertificateFile {quoted(own[0].value, own[0].place)}")
    lines += [note_line(Note(one, "SSLProxyMachineCertificateFile holds for the whole virtual host.")) for one in own[1:]]
    return lines
