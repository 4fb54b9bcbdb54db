# SPDX-License-Identifier: Apache-2.0
"""scripts/soak: mixed clients that come and go for a long time, and whether httpd and the gateway stay as they are."""
