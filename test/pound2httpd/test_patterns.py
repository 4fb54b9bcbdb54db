# SPDX-License-Identifier: Apache-2.0
"""What becomes of Pound's regular expressions."""
import unittest

import support  # noqa: F401: finds the modules
from pound2httpd import patterns

HOST_NAMES = {
    "Host: .*www.katsuma.tv.*": ["www.katsuma.tv"],
    "Host:.*rtmpt.example.com": ["rtmpt.example.com"],
    "^host:[ \\t]*WWW\\.Example\\.com$": ["www.example.com"],
    "^Host:\\s*www[.]example[.]com(:[0-9]+)?$": ["www.example.com"],
    "Host: (www\\.)?example.com:8080": ["example.com", "www.example.com"],
    "Host:[[:space:]]*(?:a|b)\\.example\\.com": ["a.example.com", "b.example.com"],
    "Host: .*\\.example\\.com": ["*.example.com"],
    "Host: (.*\\.)?example\\.com": ["example.com", "*.example.com"],
    "Host: enc[0-9]+\\.example\\.com": ["enc*.example.com"],
    "Host: enc[0-9]\\.example\\.com": ["enc?.example.com"],
    "Host: www\\..*": ["www.*"],
    "Host: my_host-1": ["my_host-1"],
    "Host:.*.www.example.com.*": ["www.example.com"],  # the second dot is the blank behind the colon
    "Host:*.example.com": ["example.com"],
    "Host: .*.example.com": ["*.example.com"],
    "Host:.*\\.example\\.com": ["*.example.com"],
    "Host: .*": [],
    "Host: ": [],
    "Host: (a|.*)": [],
    "Host: a|b": None,  # the second half is for any header
    "X-Host: a": None,
    "(Host|X-Host): a": None,
    "Host: a{2}": None,
    "Host: a(b|c)+": None,
    "Host: a b": None,
    "Host: (a|b|c|d)(a|b|c|d)(a|b|c|d)(a|b|c|d)": None,  # more names than anybody means
}
URLS = {
    "/forbidden.*": "^/forbidden.*",
    "^/images/": "^/images/",
    ".*.(jpg|gif)": ".*\\.(jpg|gif)$",
    ".*\\.php": ".*\\.php$",
    "/a|/b": "^(?:/a|/b)",
    "/a|b": "/a|b",
    "(/a|/b).*": "^(/a|/b).*",
    ".*sessid=.*": ".*sessid=.*",
    "[.]png$": "[.]png$",
    "\\.": "\\.",
}
HEADERS = {
    "X-Room: red": ("X-Room", "^red"),
    "^X-Room:[ \t]*(red|blue)$": ("X-Room", "^(red|blue)$"),
    "User-Agent:.*MSIE 6.0.*": ("User-Agent", "^.*MSIE 6\\.0.*"),
    "X-Any:.*": ("X-Any", "^(?=.).*"),
    "X-Any:": ("X-Any", "^(?=.)"),
    "X-Room:*red": ("X-Room", "^red"),
    "X-Room: red|blue": None,
    ".*MSIE.*": None,
    "X-(A|B): c": None,
}
ANY_HEADERS = {
    "^X-SSL": [("^X-SSL", "^(?=.)")],
    "X-SSL": [("X-SSL", "^(?=.)")],
    "^X-(A|B): *c": [("^X-A$", "^c"), ("^X-B$", "^c")],
    "X-Room: red|^X-Any:": [("^X-Room$", "^red"), ("^X-Any$", "^(?=.)")],
    ".*MSIE.*": None,
    "X-.*: a": None,
    "(X-A: b)": None,
    "X-Room: red|blue sky": None,
}
# The right side never has a quotation mark, a doubled backslash or ${.
QUOTED = {
    'a"b': '"a\\x22b"',
    'a\\"b': '"a\\x22b"',
    "a\\\\": '"a\\x5c"',
    "a\\\\\\.": '"a\\x5c\\."',
    'a\\\\"': '"a\\x5c\\x22"',
    '["\\\\]': '"[\\x22\\x5c]"',
    "${x}": '"$\\x7bx}"',
    "\\${2}": '"\\x24{2}"',
    "[${]": '"[$\\x7b]"',
    "a b'": '"a b\'"',
}


class Patterns(unittest.TestCase):
    def check_table(self, table, function):
        for given, expected in table.items():
            with self.subTest(given):
                self.assertEqual(function(given), expected)

    def test_names_of_hosts(self):
        self.check_table(HOST_NAMES, patterns.host_names)

    def test_urls_are_anchored_and_their_dots_escaped(self):
        self.check_table(URLS, patterns.tight_url)

    def test_headers(self):
        self.check_table(HEADERS, patterns.header_test)

    def test_headers_of_any_name(self):
        self.check_table(ANY_HEADERS, patterns.header_parts)

    def test_no_pattern_ends_its_quotation_marks(self):
        self.check_table(QUOTED, patterns.quoted)

    def test_what_is_quoted_means_the_same(self):
        for pattern in QUOTED:
            before, after = patterns.compiled(pattern), patterns.compiled(patterns.quoted(pattern)[1:-1])
            for text in ['a"b', "a\\", "a\\.", 'a\\"', '"', "\\", "$$", "{", "a b'"]:
                with self.subTest(pattern=pattern, text=text):
                    self.assertEqual(bool(before.search(text)), bool(after.search(text)))

    def test_conditions_are_never_operators_of_mod_rewrite(self):
        for pattern in ("!a", "-f", "<a", ">a", "=a"):
            self.assertEqual(patterns.condition(pattern), f'"(?:){pattern}"')

    def test_names_that_only_pound_took(self):
        self.assertEqual(patterns.also_matched("Host: .*www.a.tv.*", ["www.a.tv"]), ["xwww.a.tv", "www.a.tv.example"])
        self.assertEqual(patterns.also_matched("^Host: www\\.a\\.tv$", ["www.a.tv"]), [])
        self.assertEqual(patterns.also_matched("^Host: .*\\.a\\.tv$", ["*.a.tv"]), [])


if __name__ == "__main__":
    unittest.main()
