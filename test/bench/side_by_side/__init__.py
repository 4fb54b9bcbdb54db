# SPDX-License-Identifier: Apache-2.0
"""scripts/bench: this project and its peers, each started alone on loopback and measured under the same load."""
