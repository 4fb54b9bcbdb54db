# SPDX-License-Identifier: Apache-2.0
"""Which virtual hosts a listener becomes. Pound asks its services one after the other whether a request is theirs; httpd
first chooses a virtual host by name. So each name has those services that would be asked for it, up to the first one
that takes every request."""
import fnmatch

from . import patterns
from .model import HeaderTest, Note


class Site:
    """A virtual host. The catch-all has no names. `tail` takes what none of `conditional` takes; None: nothing does."""

    def __init__(self, names, services):
        self.names = names
        self.conditional = [one for one in services if needs_test(one)]
        self.tail = next((one for one in services if not needs_test(one)), None)

    @property
    def services(self):
        return self.conditional + ([self.tail] if self.tail else [])

    @property
    def has_streams(self):
        return any(one.is_stream for one in self.services)

    @property
    def is_tunnel(self):
        """Nothing but streams is served."""
        return not self.conditional and bool(self.tail and self.tail.is_stream)


def needs_test(service):
    return bool(service.tests)


def stream_test(service):
    """How a stream's service with conditions is told from others: (True, None) by its being a stream, (True, test) by one
    header; (False, None) when httpd has no way to tell."""
    rest = [test for test in service.tests if not test.takes_streams()]
    if not rest:
        return True, None
    if len(rest) == 1 and isinstance(rest[0], HeaderTest) and not rest[0].negated:
        return True, rest[0]
    return False, None


def can_be_told(service):
    return not service.unclear and (not service.is_stream or stream_test(service)[0])


def note_taken_names(services):
    """Says where an earlier service's loose pattern took the name of a later one."""
    for index, service in enumerate(services):
        directive = next((one for one in service.block.directives
                          if one.name == "HeadRequire" and patterns.host_names(one.value)), None)
        if not directive or not service.names:
            continue
        test = patterns.compiled(directive.value)
        for later in services[index + 1:]:
            for name in later.names or []:
                if test.search(f"Host: {name}") and not matches(service, name):
                    service.notes.append(Note(directive, f"Pound sent {name} here too, before {later.title}, was asked;"
                                                         " now it goes there.", True))


def matches(service, name):
    return service.names is None or any(name == one or fnmatch.fnmatchcase(name, one) for one in service.names)


def chain(services, name):
    """The services that are asked for this name; for None, those for names that no service has."""
    found = []
    for service in services:
        if service.names is None or (name is not None and matches(service, name)):
            found.append(service)
            if not needs_test(service):
                break
    return found


def sites(services):
    """The catch-all, then the sites with names, those with wildcards last: httpd takes the first that matches."""
    names = []
    for service in services:
        names += [name for name in service.names or [] if name not in names]
    grouped = {}
    for name in sorted(names, key=lambda one: "*" in one or "?" in one):
        grouped.setdefault(tuple(id(one) for one in chain(services, name)), []).append(name)
    found = [Site([], chain(services, None))]
    for members in grouped.values():
        found.append(Site(members, chain(services, members[0])))
    return found
