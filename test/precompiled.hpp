// SPDX-License-Identifier: Apache-2.0
// What nearly every test includes, precompiled: Catch2 is one large header, and slow to read.
#pragma once

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>
