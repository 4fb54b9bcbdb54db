# SPDX-License-Identifier: Apache-2.0
"""What is refused: with the file, the line and what was expected, with exit status 1, and without a word of output."""
import unittest

from support import BACKEND, LISTENER, SERVICE, Case, one_service

GOOD = BACKEND.format(81, "")
TLS = "ListenHTTPS\nAddress 0.0.0.0\nPort 443\n{}End\n"
# text, line, what is said behind the file and the line
BAD = [
    ("", None, "no listener, expected ListenHTTP or ListenHTTPS"),
    ("Nonsense 1\n", 1, 'unknown directive "Nonsense" outside of blocks, expected one of Include, ListenHTTP, '),
    ("# a comment\n\n  Xhttp 1\n", 3, 'unknown directive "Xhttp" outside of blocks, expected one of '),
    ("End\n", 1, 'unknown directive "End" outside of blocks'),
    ("LogLevel 6\n", 1, "LogLevel 6, expected LogLevel and a number from 0 to 5"),
    ("LogLevel\n", 1, "LogLevel, expected LogLevel and a number from 0 to 5"),
    ("LogLevel 3 4\n", 1, "LogLevel 3 4, expected LogLevel and a number from 0 to 5"),
    ("Alive 0\n", 1, "Alive 0, expected Alive and a number from 1 to 999999"),
    ("Alive ٣\n", 1, "Alive ٣, expected Alive and a number from 1 to 999999"),
    ("Client 10s\n", 1, "Client 10s, expected Client and a number from 1 to 999999"),
    ("User nobody\n", 1, "User nobody, expected User and a value in quotation marks"),
    ('User "nobody" # why\n', 1, 'User "nobody" # why, expected User and a value in quotation marks'),
    ('User "\n', 1, 'User ", expected User and a value in quotation marks'),
    ('User ""\n', 1, 'User "", expected User and a value in quotation marks'),
    ("Anonymise 1\n", 1, "Anonymise 1, expected Anonymise without a value"),
    ("User \"a\x00b\"\n", 1, "a control character (0x00) in the line, expected text"),
    ("User \"a\rRequire all denied\"\n", 1, "a control character (0x0d) in the line, expected text"),
    ("User \"a\x0bb\"\n", 1, "a control character (0x0b) in the line, expected text"),
    ('Include "/no/such/file"\n', 1, '"/no/such/file" cannot be read (No such file or directory), expected a readable file'),
    ("ListenHTTP 80\nEnd\n", 1, "ListenHTTP 80, expected ListenHTTP alone in its line"),
    ("ListenHTTP\nPort 80\nEnd\n", 1, "ListenHTTP without Address, expected Address"),
    ("ListenHTTP\nAddress 0.0.0.0\nEnd\n", 1, "ListenHTTP without Port, expected Port"),
    ("ListenHTTP\nAddress 0.0.0.0\nPort 80\n", 1, "ListenHTTP without an end, expected End"),
    ("ListenHTTP\nAddress a b\nPort 80\nEnd\n", 2, "Address a b, expected Address and an address"),
    ("ListenHTTP\nAddress [x>\nPort 80\nEnd\n", 2, "Address [x>, expected an address or a host name"),
    ("ListenHTTP\nAddress 0.0.0.0\nPort 65536\nEnd\n", 3, "Port 65536, expected Port and a port from 1 to 65535"),
    ("ListenHTTP\nAddress 0.0.0.0\nPort 80\nCert \"/a\"\nEnd\n", 4, 'unknown directive "Cert" in ListenHTTP, expected one of End, '),
    ("ListenHTTP\nAddress 0.0.0.0\nPort 80\nxHTTP 5\nEnd\n", 4, "xHTTP 5, expected xHTTP and a number from 0 to 4"),
    (LISTENER.format('AddHeader "no colon"\n'), 4, 'AddHeader "no colon", expected AddHeader and "Name: value"'),
    (LISTENER.format('AddHeader "X-A: expr=%{reqenv:x}"\n'), 4,
     '"expr=%{reqenv:x}" begins with expr=, which mod_headers would evaluate, expected another value'),
    (LISTENER.format('AddHeader "X-A: ${PATH}"\n'), 4, '"${PATH}" has ${, which httpd would replace, expected a value without it'),
    (LISTENER.format('Err503 "/etc/${PATH}"\n'), 4, '"/etc/${PATH}" has ${, which httpd would replace'),
    (LISTENER.format('CheckURL "(a"\n'), 4, 'CheckURL "(a": missing ), unterminated subpattern'),
    (LISTENER.format('HeadRemove "*"\n'), 4, 'HeadRemove "*": nothing to repeat at position 0, expected a regular expression'),
    (TLS.format(""), 1, "ListenHTTPS without a certificate, expected Cert"),
    (TLS.format('Cert "/a"\nDisable TLSv9\n'), 5, "Disable TLSv9, expected Disable and one of SSLv2 SSLv3 "),
    (TLS.format('Cert "/a"\nClientCert 1\n'), 5, "ClientCert 1, expected ClientCert and two numbers, 0 to 3 and 1 to 9"),
    ("Service a\nEnd\n", 1, "Service a, expected Service alone, or with a name in quotation marks"),
    (one_service("Session\nTTL 3\nEnd\n"), 6, "Session without Type, expected Type"),
    (one_service("Session\nType IP\nEnd\n"), 6, "Session without TTL, expected TTL"),
    (one_service("Session\nType IP\nTTL 0\nEnd\n"), 8, "TTL 0, expected TTL and a number of seconds other than 0"),
    (one_service("Session\nType IPS\nTTL 1\nEnd\n"), 7, "Type IPS, expected Type and one of IP BASIC URL PARM COOKIE HEADER"),
    (one_service("Session\nType COOKIE\nTTL 1\nEnd\n"), 6, "Session of type COOKIE without ID, expected ID"),
    (one_service('Session\nType IP\nTTL 1\nID "a"\nEnd\n'), 6, "Session of type IP with ID, expected ID with the types URL, "),
    (one_service("Session\nType IP\nTTL 1\nEnd\nSession\nType IP\nTTL 1\nEnd\n"), 10, "a second Session in one Service, expected one"),
    (one_service("BackEnd\nPort 81\nEnd\n"), 6, "BackEnd without an address, expected Address"),
    (one_service("BackEnd\nAddress 127.0.0.1\nEnd\n"), 6, "BackEnd without a port, expected Port"),
    (one_service("BackEnd\nAddress 127.0.0.1/a\nPort 81\nEnd\n"), 7, "Address 127.0.0.1/a, expected an address, a host name or the path"),
    (one_service("BackEnd\nAddress /a|b\nEnd\n"), 7, "Address /a|b, expected a path of A-Z a-z 0-9 / . _ @ : + , -"),
    (one_service(BACKEND.format(81, "Priority 10\n")), 9, "Priority 10, expected Priority and a number from 1 to 9"),
    (one_service(BACKEND.format(81, 'Cert "/a"\n')), 9, "Cert in a BackEnd without HTTPS, expected HTTPS"),
    (one_service(BACKEND.format(81, "HAport 1.2.3.4 0\n")), 9, "HAport 1.2.3.4 0, expected HAport and a port, behind an address or alone"),
    (one_service("Emergency\nAddress 127.0.0.1\nPort 1\nPriority 1\nEnd\n"), 9, 'unknown directive "Priority" in Emergency'),
    (one_service('URL "[a"\n' + GOOD), 6, 'URL "[a": unterminated character set at position 0, expected a regular expression'),
    (one_service('HeadRequire "Host: a\\u0041"\n' + GOOD), 6, 'HeadRequire "Host: a\\u0041": an escape that PCRE does not have, expected a regular expression'),
    (one_service('Redirect 303 "http://a"\n'), 6, 'Redirect 303 "http://a", expected Redirect and, after 301, 302, 307 or nothing, a URL'),
    (one_service('Redirect "ftp://a"\n'), 6, 'Redirect "ftp://a", expected a URL that begins with http:// or https:// and a host'),
    (one_service('Redirect "http:///a"\n'), 6, 'Redirect "http:///a", expected a URL that begins with'),
    (one_service('Redirect "http://a/ [R=200]"\n'), 6, '"http://a/ [R=200]" has a blank, a quotation mark or a backslash, expected a URL'),
    (one_service('Redirect "http://a/${PATH}"\n'), 6, '"http://a/${PATH}" has ${, which httpd would replace'),
    (LISTENER.format(SERVICE.format(GOOD)) + "ListenHTTP\nAddress ::\nPort 80\nxHTTP 1\nEnd\n", 11,
     "a second listener of port 80 that differs from the first, expected the same services and settings for 0.0.0.0 and ::"),
]
# options for a file with back-ends at 127.0.0.1:81 and :82 in one service, and :83 in another
OPTIONS = [
    (["--rtmpt", "127.0.0.1"], "--rtmpt 127.0.0.1: expected HOST:PORT"),
    (["--rtmp", "127.0.0.1:70000"], "--rtmp 127.0.0.1:70000: expected HOST:PORT"),
    (["--rtmp", "::1:80"], "--rtmp ::1:80: expected HOST:PORT"),
    (["--rtmpt", "127.0.0.1:84"], "--rtmpt 127.0.0.1:84: no BackEnd has this address and port, expected one of 127.0.0.1:81"
                                  " 127.0.0.1:82 127.0.0.1:83"),
    (["--local", "127.0.0.1:83"], "--local 127.0.0.1:83: expected HOST:PORT=FOLDER, a path from /"),
    (["--local", "127.0.0.1:83=html"], "--local 127.0.0.1:83=html: expected HOST:PORT=FOLDER, a path from /"),
    (["--local", "127.0.0.1:83=/a\nb"], "--local 127.0.0.1:83=/a\nb: expected HOST:PORT=FOLDER, a path from /"),
    (["--rtmp", "127.0.0.1:83", "--rtmpt", "127.0.0.1:83"], "--rtmp 127.0.0.1:83: expected a back-end that no other option names"),
    (["--rtmpt", "127.0.0.1:81"], "{}:10: BackEnd speaks HTTP beside one that speaks RTMPT or RTMP, expected back-ends of one"
                                  " sort in a Service (--rtmpt and --rtmp)"),
    (["--local", "127.0.0.1:82=/a"], "{}:10: a local BackEnd beside others, expected it alone in its Service (--local)"),
    (["--ports", "/no/such/file"], "--ports /no/such/file: expected a file that can be read"),
    (["--logs", "/a\"b"], "--logs /a\"b: expected a folder without quotation marks, backslashes and control characters"),
]


class BadInput(Case):
    def check_refused(self, result, expected):
        self.assertEqual(result.stdout, b"")
        self.assertEqual(result.returncode, 1)
        said = result.stderr.decode()
        self.assertTrue(said.startswith(expected), f"{said!r} does not begin with {expected!r}")
        self.assertEqual(said.rstrip("\n").count("\n"), expected.count("\n"))

    def test_lines(self):
        for text, line, expected in BAD:
            with self.subTest(text):
                file = self.write(text)
                self.check_refused(self.run_script(file), f"{file}:{line}: {expected}" if line else f"{file}: {expected}")

    def test_options(self):
        file = self.write(LISTENER.format("") + SERVICE.format(GOOD + BACKEND.format(82, ""))
                          + SERVICE.format(BACKEND.format(83, "")))
        for options, expected in OPTIONS:
            with self.subTest(options):
                self.check_refused(self.run_script(file, *options), expected.format(file))

    def test_included_files_are_named(self):
        inner = self.write("\nAlive x\n", "inner.cfg")
        result = self.run_script(self.write(f'LogLevel 1\nInclude "{inner}"\n'))
        self.check_refused(result, f"{inner}:2: Alive x, expected Alive and a number")

    def test_a_file_that_includes_itself(self):
        file = self.folder / "pound.cfg"
        self.check_refused(self.run_script(self.write(f'Include "{file}"\n')),
                           f'{file}:1: Include "{file}" is nested too deep, expected at most 8 files')

    def test_a_file_that_is_not_there(self):
        file = self.folder / "none.cfg"
        self.check_refused(self.run_script(file),
                           f'{file}: "{file}" cannot be read (No such file or directory), expected a readable file')

    def test_an_unknown_option(self):
        result = self.run_script(self.write(""), "--nonsense")
        self.assertEqual((result.returncode, result.stdout), (2, b""))


if __name__ == "__main__":
    unittest.main()
