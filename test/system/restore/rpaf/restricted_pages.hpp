// SPDX-License-Identifier: Apache-2.0
// Pages of a site that are for one address or network each: who gets them shows whom httpd takes a client for.
#pragma once

#include <filesystem>
#include <string>

namespace rtmpt_proxy::test {

// The paths of these pages.
inline constexpr const char* kRestricted[] = {"/v4.html", "/v6.html", "/office.html", "/local.html"};

// The directives that restrict them, and those that let pages named .shtml show what httpd knows. They need the modules
// filter, include and buffer. "@ROOT@" stands for the server's folder.
extern const char* const kRestrictedPages;

// Whether a client of this address may have the page of this path.
bool may_have_page(const std::string& client, const std::string& path);

// Writes the pages, each with kPageText.
void write_restricted_pages(const std::filesystem::path& document_root);

} // namespace rtmpt_proxy::test
