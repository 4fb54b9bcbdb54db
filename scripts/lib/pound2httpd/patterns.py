# SPDX-License-Identifier: Apache-2.0
"""Regular expressions: those that Pound searches for in a URL or in a whole line of a header become ones for httpd."""
import fnmatch
import re
import warnings

from .syntax import ConfError

_CLASSES = {"alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "upper": "A-Z", "lower": "a-z", "blank": r" \t",
            "space": r"\s", "xdigit": "0-9a-fA-F", "punct": "!-/:-@[-`{-~"}
_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\[:\w+:\]|\\.|[^\]])*\]|.", re.DOTALL)
_QUANTIFIER = re.compile(r"[*+?]|\{\d+(?:,\d*)?\}")
_BLANKS = re.compile(r"(?:(?: |\\s|\\t|\\ |\[ (?:\\t|\t)?\]|\[\[:(?:space|blank):\]\])(?:[*+?]|\{\d+(?:,\d*)?\})?)*")


def tokens(pattern):
    """Escaped characters, bracket expressions, and all other characters one by one. A quantifier with its numbers is one
    token."""
    found, at = [], 0
    while at < len(pattern):
        after_something = found and not _QUANTIFIER.fullmatch(found[-1])
        one = (after_something and _QUANTIFIER.match(pattern, at)) or _TOKEN.match(pattern, at)
        found.append(one[0])
        at = one.end()
    return found


def compiled(pattern, ignore_case=True):
    """The pattern as Pound would search for it, by Python's own means. Raises re.error."""
    for name, characters in _CLASSES.items():
        pattern = pattern.replace(f"[:{name}:]", characters)
    if re.search(r"\\[uUN]", pattern):
        raise re.error("an escape that PCRE does not have")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return re.compile(pattern, re.IGNORECASE if ignore_case else 0)


def check(directive):
    """Raises ConfError when the directive's value is no regular expression."""
    try:
        compiled(directive.value)
    except re.error as error:
        raise ConfError(directive.place, f"{directive.name} {directive.text}: {error}", "a regular expression") from None


def quoted(pattern):
    """In quotation marks, for RewriteCond and for RTMPTProxyPassMatch, which undo a backslash each in its own way: so
    there is none in front of a quotation mark or of another backslash, and no ${ that httpd would replace."""
    written = {r"\\": r"\x5c", r"\"": r"\x22", '"': r"\x22", r"\$": r"\x24"}
    def one(token):
        inside = re.sub(r'\\[\\"$]|"', lambda found: written[found[0]], token) if token.startswith("[") else token
        return written.get(token, inside)
    return '"' + "".join(map(one, tokens(pattern))).replace("${", r"$\x7b") + '"'


def condition(pattern):
    """The same for the second argument of RewriteCond, where some first characters mean something else than a pattern."""
    return quoted("(?:)" + pattern if pattern[:1] in tuple("!-<>=") else pattern)


def alternatives(pattern):
    """What stands between the | outside of parentheses."""
    depth, parts = 0, [""]
    for token in tokens(pattern):
        depth += {"(": 1, ")": -1}.get(token, 0)
        if token == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += token
    return parts


def with_literal_dots(pattern):
    """A dot that no quantifier follows stands for a dot."""
    all_tokens = tokens(pattern)
    following = [*all_tokens[1:], ""]
    return "".join(r"\." if token == "." and not _QUANTIFIER.fullmatch(after) else token
                   for token, after in zip(all_tokens, following))


def tight_url(pattern):
    """Pound searches everywhere in the URL. Where the pattern says that it begins with the path's slash, or ends with a
    file's extension, it is tied to the beginning or to the end."""
    tight = with_literal_dots(pattern)
    parts = alternatives(tight)
    if all(re.match(r"/|\((?:\?:)?/[^()|]*(?:\|/[^()|]*)*\)", part) for part in parts):
        tight = "^" + tight if len(parts) == 1 else f"^(?:{tight})"
    if len(parts) == 1 and re.search(r"\\\.(?:\w+|\((?:\?:)?[\w|]+\))$", tight):
        tight += "$"
    return tight


def looks_at_query(pattern):
    """Whether the pattern is about what follows the ? of a URL."""
    return any(token in (r"\?", "=", "&", r"\=", r"\&") or (token.startswith("[") and re.search(r"[?&=]", token))
               for token in tokens(pattern))


def header_test(pattern, keeps_dots=False):
    """(name, pattern of the value) of a pattern for a whole line `Name: value`; None when it has not that form."""
    if len(alternatives(pattern)) > 1:
        return None
    found = re.fullmatch(r"\^?([A-Za-z0-9_-]+):(.*)", pattern, re.DOTALL)
    if not found:
        return None
    value = without_blanks(found[2])[0]
    tight = ("" if value.startswith("^") else "^") + (value if keeps_dots else with_literal_dots(value))
    return found[1], not_empty(tight)


def not_empty(tight):
    """A header that is not there is an empty one for httpd, and must not match."""
    return "^(?=.)" + tight[1:] if compiled(tight).search("") else tight


def without_blanks(value):
    """What stands behind a header's colon without blanks at its beginning, and whether there were any. A quantifier is for
    the colon."""
    value = value[len(_QUANTIFIER.match(value)[0]) if _QUANTIFIER.match(value) else 0:]
    end = _BLANKS.match(value).end()
    return value[end:], end > 0


def header_parts(pattern):
    """(pattern of the name, pattern of the value) of each header that the pattern takes, for mod_setenvif. None when it
    is about all headers: mod_setenvif looks at the value of one header for each name."""
    found = []
    for part in alternatives(pattern):
        name, colon, value = _split_at_colon(part)
        if colon:
            names = _expand(tokens(name.removeprefix("^")))
            if not names or any("*" in one or "?" in one for one in names):
                return None
            found += [(f"^{one}$", not_empty("^" + without_blanks(value)[0])) for one in names]
        elif re.fullmatch(r"\^?[A-Za-z0-9_-]+", part):
            found.append((part, not_empty("^")))
        else:
            return None
    return found


def _split_at_colon(pattern):
    depth, before = 0, ""
    for token in tokens(pattern):
        depth += {"(": 1, ")": -1}.get(token, 0)
        if token == ":" and depth == 0:
            return before, token, pattern[len(before) + 1:]
        before += token
    return before, "", ""


def _expand(all_tokens, limit=64):
    """Every host name that the tokens stand for, with * and ? as ServerAlias has them; None when they are no names."""
    names, at = [""], 0
    while at < len(all_tokens):
        token, at = all_tokens[at], at + 1
        if token == "(":
            end = _closing(all_tokens, at)
            inner = "".join(all_tokens[at:end])
            parts = [_expand(tokens(part)) for part in alternatives(re.sub(r"^\?:", "", inner))]
            options, at = (None if None in parts else [name for part in parts for name in part]), end + 1
        elif re.fullmatch(r"[A-Za-z0-9:_-]|\\[.:-]|\[[.:-]\]", token) or token == ".":
            options = [token.strip("[]\\")]
        elif token.startswith("[") or token in (r"\w", r"\d"):
            options = ["?"]
        else:
            options = [""] if token == "^" and at == 1 or token == "$" and at == len(all_tokens) else None
        after = all_tokens[at] if at < len(all_tokens) else ""
        if _QUANTIFIER.fullmatch(after):
            at += 1
            if options and after == "?":
                options = ["", *options]
            else:
                options = ["*"] if token == "." or options == ["?"] else None
        if options is None or len(names) * len(options) > limit:
            return None
        names = [name + option for name in names for option in options]
    return names


def _closing(all_tokens, at):
    depth = 1
    for index in range(at, len(all_tokens)):
        depth += {"(": 1, ")": -1}.get(all_tokens[index], 0)
        if depth == 0:
            return index
    return len(all_tokens)


def host_names(pattern):
    """The host names that a pattern for the line of the Host header means, in small letters and without a port: names, and
    behind them names with * or ?. None when it is no such pattern; an empty list when it means every name."""
    found = re.fullmatch(r"\^?host:(.*)", pattern, re.IGNORECASE | re.DOTALL)
    if not found or len(alternatives(pattern)) > 1:
        return None
    value, has_blanks = without_blanks(found[1])
    if not has_blanks:  # then it is a dot that stands for the blank behind the colon
        value = re.sub(r"^(?:\.[*+])?\.(?![*+?{])(?=.)", "", value)
    expanded = _expand(tokens(value))
    if expanded is None:
        return None
    names = []
    for name in expanded:
        name = name.split(":")[0].lower()
        name = name[1:] if name.startswith("*") and not name.startswith("*.") else name
        name = name[:-1] if name.endswith("*") and not name.endswith(".*") else name
        if name in ("", "*"):
            return []
        if not re.search(r"[a-z0-9]", name):
            return None
        if name not in names:
            names.append(name)
    return sorted(names, key=lambda name: "*" in name or "?" in name)


def also_matched(pattern, names):
    """Host names that Pound took by this pattern although they are none of `names`: examples for a comment."""
    test = compiled(pattern)
    found = []
    for name in names:
        plain = name.replace("*", "a").replace("?", "a")
        for other in (f"x{plain}", f"{plain}.example", plain.replace(".", "-", 1)):
            if not any(fnmatch.fnmatchcase(other, one) for one in names) and test.search(f"Host: {other}"):
                found.append(other)
    return found[:2]
