// SPDX-License-Identifier: Apache-2.0
// Content codings and entity tags of responses.
#pragma once

#include <string>
#include <string_view>

namespace cairn::server {

// Does this Accept-Encoding take gzip (RFC 9110, 12.5.3: weights and `*` understood)?
bool accepts_gzip(std::string_view accept_encoding);
std::string gzip(std::string_view bytes);
// Text formats and vector tiles shrink; pictures and fonts do not.
bool is_compressible(std::string_view media_type);

// A strong tag of the content: "\"0123456789abcdef\"".
std::string entity_tag(std::string_view content);
// If-None-Match against a tag, weakly compared (a coding's suffix does not count).
bool matches_tag(std::string_view if_none_match, std::string_view tag);

}  // namespace cairn::server
