# SPDX-License-Identifier: Apache-2.0
"""What is too steep, per hour. In an hour some 3,700 clients come and go beside 26,000 connections that are broken off and
37,000 pages, and httpd is reloaded some 30 times; docs/reliability.md says it too."""

from .samples import CHILDREN, DESCRIPTORS, GATEWAY, MEMORY, PARENT, PROCESSES, THREADS

LIMITS = {
    # Somewhat more than 1 KiB for each client: a session that is not freed is far more.
    (GATEWAY, MEMORY): 4096.0,
    # One for each hundred clients.
    (GATEWAY, DESCRIPTORS): 35.0,
    (GATEWAY, THREADS): 3.0,
    (GATEWAY, PROCESSES): 3.0,
    # Somewhat more than 64 KiB for each reload, which is what the parent does.
    (PARENT, MEMORY): 2048.0,
    # One for each reload.
    (PARENT, DESCRIPTORS): 30.0,
    (PARENT, THREADS): 3.0,
    # A reload replaces the children, and those that retire stay while they have streams: what they all have together goes
    # up and down by a child at a time, some 7 MiB, 30 threads and 50 descriptors. One that never ends every ten minutes
    # is too much.
    (CHILDREN, MEMORY): 6 * 7168.0,
    (CHILDREN, DESCRIPTORS): 6 * 50.0,
    (CHILDREN, THREADS): 6 * 30.0,
    (CHILDREN, PROCESSES): 6.0,
}
