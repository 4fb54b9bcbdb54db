# SPDX-License-Identifier: Apache-2.0
"""Translates a configuration of Pound 2.4 to 2.8 into virtual hosts of Apache httpd. See scripts/pound2httpd."""
