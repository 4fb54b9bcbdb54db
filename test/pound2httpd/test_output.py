# SPDX-License-Identifier: Apache-2.0
"""What is written for good input."""
import subprocess
import unittest

from support import BACKEND, LISTENER, SAMPLES, SCRIPT, SERVICE, Case, one_service
from pound2httpd import syntax
from pound2httpd.text import comment

GOOD = BACKEND.format(81, "")
TWO = GOOD + BACKEND.format(82, "")
TLS = 'ListenHTTPS\nAddress 0.0.0.0\nPort 443\nCert "/etc/pound/a.pem"\n{}End\n'
# what a service or a back-end says, and lines that come of it
SERVICES = {
    GOOD: ['ProxyPass "/" "http://127.0.0.1:81/" retry=30 nocanon', "ProxyPreserveHost On",
           'ProxyPassReverse "/" "http://127.0.0.1:81/"'],
    BACKEND.format(81, "HTTPS\nTimeOut 9\nConnTO 2\n"): [
        'ProxyPass "/" "https://127.0.0.1:81/" connectiontimeout=2 timeout=9 retry=30 nocanon', "SSLProxyEngine on",
        "SSLProxyCheckPeerName off"],
    TWO: ['<Proxy "balancer://pound-line-5">', 'BalancerMember "http://127.0.0.1:81" retry=30',
          'BalancerMember "http://127.0.0.1:82" retry=30', "ProxySet lbmethod=byrequests",
          'ProxyPass "/" "balancer://pound-line-5/" nocanon'],
    TWO + "Session\nType IP\nTTL 300\nEnd\n": [
        'BalancerMember "http://127.0.0.1:82" retry=30 route=2',
        "ProxySet lbmethod=byrequests stickysession=ROUTE_pound-line-5",
        'Header always add Set-Cookie "ROUTE_pound-line-5=.%{BALANCER_WORKER_ROUTE}e; Path=/; HttpOnly; Max-Age=300"'
        " \"expr=reqenv('BALANCER_NAME') == 'balancer://pound-line-5'\""],
    GOOD + "Session\nType BASIC\nTTL 300\nEnd\n": ["# line 11: Type BASIC: there is one back-end. Nothing is to be bound."],
    GOOD + "Emergency\nAddress ::1\nPort 83\nEnd\n": ['BalancerMember "http://[::1]:83" retry=30 status=+H'],
    BACKEND.format(81, "Disabled 1\n"): ['BalancerMember "http://127.0.0.1:81" retry=30 status=+D'],
    BACKEND.format(81, "Priority 2\n") + BACKEND.format(82, "HAport 99\n"): [
        'BalancerMember "http://127.0.0.1:81" retry=30 loadfactor=2',
        'BalancerMember "http://127.0.0.1:82" retry=30 hcmethod=TCP hcinterval=30 loadfactor=5'],
    "Emergency\nAddress 127.0.0.1\nPort 84\nEnd\n": ['ProxyPass "/" "http://127.0.0.1:84/" retry=30 nocanon'],
    "BackEnd\nAddress /run/a.sock\nEnd\n": ['ProxyPass "/" "unix:/run/a.sock|http://localhost/" retry=30 nocanon'],
    'Redirect "http://a.tv"\n': ['RewriteRule "^" "http://a.tv%{REQUEST_URI}" [R=302,L]'],
    'Redirect 301 "http://a.tv/"\n': ['RewriteRule "^" "http://a.tv/" [R=301,L,NE,QSD]'],
    "": ['RewriteRule "^" "-" [R=503,L]'],
    'URL "/a"\n' + GOOD: ['RewriteCond "%{REQUEST_URI}" "^/a"', 'RewriteRule "^" "http://127.0.0.1:81%{REQUEST_URI}" [P]',
                          '<Proxy "http://127.0.0.1:81">', "ProxySet retry=30", 'RewriteRule "^" "-" [R=503,L]'],
    'IgnoreCase 1\nURL "[?&]a=1"\n' + GOOD: ['RewriteCond "%{REQUEST_URI}?%{QUERY_STRING}" "[?&]a=1" [NC]'],
    'HeadDeny "X-A: b.c"\n' + GOOD: ['RewriteCond "%{HTTP:X-A}" "!^b.c" [NC]'],
    'HeadRequire "X-A: b.c"\n' + GOOD: ['RewriteCond "%{HTTP:X-A}" "^b\\.c" [NC]'],
    'HeadRequire "Host: a.tv"\n' + GOOD: ["ServerName a.tv", "ServerName catch-all.invalid"],
}
# what a listener says, and lines that come of it
LISTENERS = {
    "": ['RewriteCond "%{REQUEST_METHOD}" "!^(?:GET|POST|HEAD)$"', 'RewriteRule "^" "-" [R=501,L]'],
    "xHTTP 1\n": ['RewriteCond "%{REQUEST_METHOD}" "!^(?:GET|POST|HEAD|PUT|PATCH|DELETE)$"'],
    'CheckURL "^/a/"\n': ['RewriteCond "%{REQUEST_URI}" "!^/a/"'],
    'Err503 "/etc/e 503"\n': ['Alias "/.pound-errors/503.html" "/etc/e 503"', 'ErrorDocument 503 "/.pound-errors/503.html"',
                             'ProxyPass "/.pound-errors/" "!"', 'RewriteRule "^/\\.pound-errors/" "-" [L]'],
    "MaxRequest 1000\n": ['RewriteCond expr "%{HTTP:Content-Length} -gt 1000"', 'RewriteRule "^" "-" [R=413,L]'],
    'HeadRemove "^X-A:"\n': ["RequestHeader unset X-A early"],
    'AddHeader "X-A:  100% \\n"\n': ['RequestHeader add X-A "100%% \\\\\\\\n"'],
    "RewriteLocation 0\n": ["ProxyPreserveHost On"],
    "Client 9\n": ["RequestReadTimeout header=9", "KeepAliveTimeout 9"],
    "LogLevel 4\n": [r'CustomLog "/logs/access.log" "%a - %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\""'],
}
# a value for each directive that makes a difference
DIFFERENT = {
    "User": '"u"', "Group": '"g"', "RootJail": '"/j"', "Daemon": "0", "Threads": "9", "LogFacility": "local3", "LogLevel": "3",
    "Grace": "7", "Alive": "7", "SSLEngine": '"e"', "Control": '"/c"', "Client": "7", "TimeOut": "7", "ConnTO": "7",
    "IgnoreCase": "1", "DynScale": "1", "ECDHcurve": '"c"', "Anonymise": "", "Address": "127.9.9.9", "Port": "999",
    "xHTTP": "2", "CheckURL": '"^/x"', "Err414": '"/e"', "Err500": '"/e"', "Err501": '"/e"', "Err503": '"/e"',
    "MaxRequest": "7", "HeadRemove": '"X-A.*"', "AddHeader": '"X-A: b"', "RewriteLocation": "2", "RewriteDestination": "1",
    "Cert": '"/other.pem"', "ClientCert": "1 2", "Disable": "TLSv1", "SSLAllowClientRenegotiation": "1",
    "SSLHonorCipherOrder": "1", "Ciphers": '"HIGH"', "CAlist": '"/ca"', "VerifyList": '"/ca"', "CRLlist": '"/crl"',
    "NoHTTPS11": "1", "URL": '"/other"', "HeadRequire": '"X-C: d"', "HeadDeny": '"X-C: d"', "Disabled": "1",
    "Redirect": '"http://x.tv"', "HTTPS": "", "Priority": "9", "HAport": "9", "Type": "HEADER", "TTL": "7", "ID": '"other"',
}
# A file in which every directive matters. {} is where a block's further directive goes.
WHOLE = """{}
ListenHTTP
Address 0.0.0.0
Port 80
{ListenHTTP}
End
ListenHTTPS
Address 0.0.0.0
Port 443
Cert "/etc/pound/a.pem"
{ListenHTTPS}
End
Service "a"
HeadRequire "Host: a.tv"
URL "/x.y"
{Service}
BackEnd
HTTPS
Address 127.0.0.1
Port 81
{BackEnd}
End
BackEnd
Address 127.0.0.1
Port 82
End
Emergency
HTTPS
Address 127.0.0.1
Port 83
{Emergency}
End
Session
Type COOKIE
TTL 300
ID "one"
{Session}
End
End
"""


def whole(kind, line):
    text = WHOLE.replace("{}", line if kind == "" else "", 1)
    for one in syntax.BLOCKS:
        text = text.replace("{" + one + "}", line if one == kind else "", 1) if one else text
    return text


class Output(Case):
    def check_has(self, lines, expected):
        for line in expected:
            self.assertIn(line, lines, "\n".join(lines))

    def test_services(self):
        for text, expected in SERVICES.items():
            with self.subTest(text):
                self.check_has(self.convert(one_service(text)), expected)

    def test_listeners(self):
        for text, expected in LISTENERS.items():
            with self.subTest(text):
                self.check_has(self.convert(LISTENER.format(text) + SERVICE.format(GOOD), "--logs", "/logs"), expected)
        self.assertNotIn('ProxyPassReverse "/" "http://127.0.0.1:81/"',
                         self.convert(LISTENER.format("RewriteLocation 0\n") + SERVICE.format(GOOD)))

    def test_no_directive_is_dropped_in_silence(self):
        tried = 0
        for kind, (directives, _) in syntax.BLOCKS.items():
            self.assertEqual(set(directives) - set(DIFFERENT), set())
            before = self.convert(whole(kind, ""))
            for name in directives:
                if (kind, name) in (("BackEnd", "HTTPS"), ("Emergency", "HTTPS")):
                    continue  # the blocks have it already
                tried += 1
                with self.subTest(f"{name} in {kind}"):
                    self.assertNotEqual(self.convert(whole(kind, f"{name} {DIFFERENT[name]}")), before)
        self.assertGreater(tried, 80)

    def test_what_has_no_counterpart_is_counted(self):
        result = self.run_script(self.write('User "a"\nGroup "b"\n' + one_service(GOOD)))
        self.assertEqual(result.stderr.decode(),
                         "pound2httpd: 2 lines have no counterpart in httpd: see the comments that say so\n")
        self.assertIn(b'# line 2: Group "b": no counterpart: httpd has its own Group.', result.stdout)

    def test_the_catch_all_comes_first_and_names_before_wildcards(self):
        text = LISTENER.format("") + "".join(
            f'Service\nHeadRequire "Host: {name}"\n{BACKEND.format(port, "")}End\n'
            for name, port in ((r".*\.a\.tv", 1), ("b.tv", 2))) + SERVICE.format(GOOD)
        names = [line.split()[1] for line in self.convert(text) if line.startswith(("ServerName", "ServerAlias"))]
        self.assertEqual(names, ["catch-all.invalid", "b.tv", "www.a.tv", "*.a.tv"])

    def test_no_second_listen(self):
        text = LISTENER.format("") + TLS.format("") + SERVICE.format(GOOD)
        ports = {"": ["Listen 0.0.0.0:80", "Listen 0.0.0.0:443"], "Listen 80": ["Listen 0.0.0.0:443"],
                 "#Listen 80": ["Listen 0.0.0.0:80", "Listen 0.0.0.0:443"],
                 "listen  0.0.0.0:80\n<IfModule ssl_module>\n\tListen 443 https\n</IfModule>": [],
                 "Listen [::]:443": ["Listen 0.0.0.0:80"], "Listen 8080": ["Listen 0.0.0.0:80", "Listen 0.0.0.0:443"]}
        for content, expected in ports.items():
            with self.subTest(content):
                (self.folder / "ports.conf").write_text(content)
                lines = self.convert(text)
                self.assertEqual([line for line in lines if line.startswith("Listen ")], expected)
        (self.folder / "ports.conf").write_text("Listen 127.0.0.1:80")
        self.assertIn(f"# {self.folder}/ports.conf listens on port 80 elsewhere than Pound, which had 0.0.0.0: change it there.",
                      self.convert(text))

    def test_streams(self):
        tunnel = self.convert(one_service(GOOD), "--rtmpt", "127.0.0.1:81")
        self.check_has(tunnel, ['ProxyPass "/" "rtmpt://127.0.0.1:81/"', 'RTMPTSessionLog syslog:daemon:pound "%a %r - %>s"'])
        anonymous = self.convert("Anonymise\n" + one_service(GOOD), "--rtmpt", "127.0.0.1:81")
        self.assertEqual([line for line in anonymous if line not in tunnel and "line" not in line], ["RTMPTAnonymizeClient On"])
        self.assertNotIn("RTMPTAnonymizeClient On", self.convert("Anonymise\n" + one_service(GOOD)))
        self.check_has(self.convert(one_service(GOOD), "--rtmp", "127.0.0.1:81"), ['ProxyPass "/" "rtmp://127.0.0.1:81/"'])
        self.check_has(self.convert(one_service(TWO), "--rtmpt", "127.0.0.1:81", "--rtmp", "127.0.0.1:82"),
                       ['BalancerMember "rtmpt://127.0.0.1:81" retry=1 hcmethod=TCP hcinterval=30',
                        'BalancerMember "rtmp://127.0.0.1:82" retry=1 hcmethod=TCP hcinterval=30',
                        "ProxySet lbmethod=rtmptsessions", 'ProxyPass "/" "balancer://pound-line-5/"'])
        by_url = one_service('URL "^/(open|send|idle|close|fcs)/"\n' + GOOD)
        self.check_has(self.convert(by_url, "--rtmpt", "127.0.0.1:81"), ['RTMPTProxyPass "rtmpt://127.0.0.1:81"'])
        by_header = one_service('HeadRequire "X-Room: (red|blue)"\n' + GOOD)
        self.check_has(self.convert(by_header, "--rtmpt", "127.0.0.1:81"),
                       ['RTMPTProxyPassMatch X-Room "^(red|blue)" "rtmpt://127.0.0.1:81"'])

    def test_a_stream_that_cannot_be_told_is_not_converted(self):
        for condition in ('HeadDeny "X-A: b"', 'URL "/live"', 'HeadRequire "X-A: b"\nHeadRequire "X-C: d"'):
            with self.subTest(condition):
                lines = self.convert(one_service(condition + "\n" + GOOD), "--rtmpt", "127.0.0.1:81")
                self.assertIn("# Service, line 5, IS NOT CONVERTED: httpd has nothing like its conditions.", lines)
                self.assertFalse([line for line in lines if "rtmpt://" in line])

    def test_headers_of_several_names(self):
        lines = self.convert(one_service('HeadRequire "X-(A|B): c"\nHeadDeny "^X-SSL"\n' + GOOD))
        self.check_has(lines, ['SetEnvIfNoCase "^X-A$" "^c" pound_6', 'SetEnvIfNoCase "^X-B$" "^c" pound_6',
                               'RewriteCond "%{ENV:pound_6}" "^1$"', 'SetEnvIfNoCase "^X-SSL" "^(?=.)" pound_7',
                               'RewriteCond "%{ENV:pound_7}" "!^1$"'])

    def test_a_service_with_an_unclear_condition_takes_nothing(self):
        lines = self.convert(one_service('HeadRequire ".*MSIE.*"\n' + GOOD))
        self.assertIn("# Service, line 5, IS NOT CONVERTED: httpd has nothing like its conditions.", lines)
        self.assertFalse([line for line in lines if line.startswith("ProxyPass")])

    def test_a_service_that_is_never_asked_is_named(self):
        text = one_service(GOOD) + 'Service "late"\nURL "/x"\n' + GOOD + "End\n"
        self.assertIn('# Service "late", line 11, was never asked: the ones before it take all its requests.',
                      self.convert(text))

    def test_pages_at_a_port_of_this_httpd(self):
        (self.folder / "ports.conf").write_text("Listen 81\n")
        self.assertIn(f"# {self.folder}/ports.conf has Listen 81: 127.0.0.1:81 may be this httpd itself."
                      " Then --local spares the way around.", self.convert(one_service(GOOD)))
        self.assertIn(f"# {self.folder}/ports.conf has Listen 81, for pages that are served here now: nothing below needs it.",
                      self.convert(one_service(GOOD), "--local", "127.0.0.1:81=/var/www"))

    def test_no_comment_goes_on_in_the_next_line(self):
        for sample in sorted(SAMPLES.glob("*.cfg")):
            text = sample.read_text().replace("@ROOT@", str(self.folder))
            (self.folder / "names.inc").write_bytes((SAMPLES / "names.inc").read_bytes())
            options = text.split("\n")[0].removeprefix("# options:").split()
            result = self.run_script(self.write(text), *options)
            self.assertEqual(result.returncode, 0, result.stderr.decode())
            for line in result.stdout.split(b"\n"):
                self.assertFalse(line.endswith(b"\\"), line)

    def test_a_comment_that_ends_with_a_backslash(self):
        self.assertEqual(comment("a\\"), "# a\\ ")

    def test_a_file_with_a_newline_in_its_name(self):
        result = self.run_script(self.write(one_service(GOOD), "a\nRequire all denied\n"))
        self.assertEqual(result.returncode, 0)
        self.assertNotIn(b"\nRequire all denied", result.stdout)

    def test_bytes_that_are_no_utf8_stay_as_they_are(self):
        result = self.run_script(self.write(LISTENER.format("").encode() + b'Service\nURL "/\xe9"\n' + GOOD.encode() + b"End\n"))
        self.assertIn(b'RewriteCond "%{REQUEST_URI}" "^/\xe9"\n', result.stdout)

    def test_the_script_itself(self):
        file = self.write(one_service(GOOD))
        link = self.folder / "link"
        link.symlink_to(SCRIPT)
        for program in (SCRIPT, link):
            result = subprocess.run([program, file, "--ports", self.folder / "ports.conf"], capture_output=True, cwd="/",
                                    check=False)
            self.assertEqual((result.returncode, result.stderr), (0, b""))
            self.assertEqual(result.stdout, self.run_script(file).stdout)
        self.assertFalse(list(SCRIPT.parent.rglob("__pycache__")))
        result = subprocess.run([SCRIPT, self.write("x")], capture_output=True, check=False)
        self.assertEqual((result.returncode, result.stdout), (1, b""))

    def test_help(self):
        result = self.run_script("--help")
        for word in (b"--rtmpt HOST:PORT", b"--rtmp HOST:PORT", b"--local HOST:PORT=FOLDER", b"--ports FILE", b"--logs FOLDER"):
            self.assertIn(word, result.stdout)


if __name__ == "__main__":
    unittest.main()
