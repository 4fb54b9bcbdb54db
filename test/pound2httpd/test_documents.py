# SPDX-License-Identifier: Apache-2.0
"""docs/from-pound.md, in both languages, says what Pound's directives and the script's options are now."""
import re
import unittest

from support import PROJECT, SAMPLES, Case
from pound2httpd import syntax

ENGLISH, JAPANESE = PROJECT / "docs" / "from-pound.md", PROJECT / "docs" / "ja" / "from-pound.md"
BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| (.*?) \|", re.MULTILINE)


def blocks(document):
    """(language, text without the indentation) of each fenced block."""
    return [(language, re.sub(f"^{indent}", "", text, flags=re.MULTILINE))
            for indent, language, text in BLOCK.findall(document.read_text())]


def named(document):
    """Every word in backquotes in the first column of a table."""
    words = set()
    for cell in ROW.findall(document.read_text()):
        for text in re.findall(r"`([^`]*)`", cell):
            words |= set(re.findall(r"[A-Za-z][\w-]*|-[A-Za-z]", text))
    return words


def without_comments(lines):
    kept = [line for line in lines if not line.strip().startswith("#")]
    return re.sub(r"\n{2,}", "\n\n", "\n".join(kept)).strip() + "\n"


class Documents(Case):
    def test_every_directive_has_a_row(self):
        wanted = {name for directives, inner in syntax.BLOCKS.values() for name in (*directives, *inner)} | {"Include"}
        wanted |= {"IP", "BASIC", "URL", "PARM", "COOKIE", "HEADER"}
        for document in (ENGLISH, JAPANESE):
            self.assertEqual(wanted - named(document), set(), document)

    def test_every_option_of_poundctl_has_a_row(self):
        wanted = {f"-{letter}" for letter in "cLlSsBbNnHX"}
        for document in (ENGLISH, JAPANESE):
            self.assertEqual(wanted - named(document), set(), document)

    def test_every_option_of_the_script_has_a_row_and_no_other(self):
        options = set(re.findall(r"--[a-z]+", self.run_script("--help").stdout.decode())) - {"--help"}
        for document in (ENGLISH, JAPANESE):
            self.assertEqual({option for cell in ROW.findall(document.read_text()) for option in re.findall(r"--[a-z]+", cell)},
                             options, document)

    def test_the_manual_page_has_every_option_and_no_other(self):
        page = (PROJECT / "docs" / "pound2httpd.1").read_text().replace("\\-", "-")
        options = set(re.findall(r"--[a-z]+", self.run_script("--help").stdout.decode()))
        self.assertEqual({found for found in re.findall(r"^\.B[IR] .*?(--[a-z]+)", page, re.MULTILINE)}, options)

    def test_the_example_is_what_the_script_writes(self):
        found = blocks(ENGLISH)
        pound = next(text for language, text in found if language == "pound")
        self.assertEqual(pound, (SAMPLES / "classic.cfg").read_text().split("\n", 1)[1])
        command = next(text for language, text in found if language == "sh" and text.startswith("pound2httpd"))
        options = command.split(">")[0].split()[2:]
        result = self.run_script(self.write(pound), *options)
        self.assertEqual(result.returncode, 0)
        written = next(text for language, text in found if language == "apache")
        self.assertEqual(written, without_comments(result.stdout.decode().split("\n")))

    def test_both_languages_have_the_same_blocks_and_rows(self):
        def code(text):  # comments are in the document's language
            return re.sub(r" *#.*", "", text)

        english, japanese = blocks(ENGLISH), blocks(JAPANESE)
        self.assertEqual([(language, code(text)) for language, text in english if language != "text"],
                         [(language, code(text)) for language, text in japanese if language != "text"])
        self.assertEqual(named(ENGLISH), named(JAPANESE))
        headings = [re.findall(r"^(#+) ", document.read_text(), re.MULTILINE) for document in (ENGLISH, JAPANESE)]
        self.assertEqual(*headings)


if __name__ == "__main__":
    unittest.main()
