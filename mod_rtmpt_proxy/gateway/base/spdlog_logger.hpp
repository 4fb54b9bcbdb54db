// SPDX-License-Identifier: Apache-2.0
// spdlog's logger, for whoever writes to the log.
#pragma once

#include <spdlog/logger.h>

// fmt 9 formats with a template that each file which logs would compile anew, in 3 seconds. gateway_log.cpp compiles it
// once. Later versions of fmt have another signature, and do so themselves.
#if FMT_VERSION < 100000
extern template void fmt::detail::vformat_to(fmt::detail::buffer<char>&, fmt::basic_string_view<char>,
                                             fmt::basic_format_args<fmt::buffer_context<char>>,
                                             fmt::detail::locale_ref);
#endif
