// SPDX-License-Identifier: Apache-2.0
// How a receiver of webhooks knows that a message is ours and whole (docs/channels.md):
//
//   Cairn-Signature: v1=<hex of HMAC-SHA256(secret, timestamp.delivery.sha256hex(body))>
//
// While a secret is being replaced there are two, separated by a comma and a blank.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace cairn::respond {

std::string sha256_hex(std::string_view bytes);
std::string hmac_sha256_hex(std::string_view key, std::string_view bytes);
// `timestamp` is in seconds since 1970, as sent.
std::string webhook_signature(std::span<const std::string> secrets, std::string_view timestamp,
                              std::string_view delivery, std::string_view body);

}  // namespace cairn::respond
