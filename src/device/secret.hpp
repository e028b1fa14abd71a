// SPDX-License-Identifier: Apache-2.0
// Secrets of devices: made at random, kept as a digest where that is enough.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "device/register.hpp"

namespace cairn::device {

// `count` bytes that nobody can guess.
using Random = std::function<std::string(std::size_t count)>;

// A token of 32 bytes in hexadecimal, which is the key of DTLS too; six digits for HJ 212.
std::string make_secret(Protocol protocol, const Random& random);
// Whether a secret that somebody gives fits the protocol: 6 characters or more for HJ 212, 16 for a
// token, 16 to 64 bytes in hexadecimal for CoAP.
cairn::Status check_secret(Protocol protocol, std::string_view secret);
// SHA-256 in hexadecimal. Tokens are looked up by it; the short passwords of HJ 212 are salted with
// the device's id, so that equal ones do not look alike.
std::string digest_of(Protocol protocol, std::string_view device, std::string_view secret);
std::string token_digest(std::string_view token);
bool same_secret(std::string_view a, std::string_view b);  // takes the same time for equal lengths
// Doors whose devices may show a token instead of a name.
bool takes_tokens(Protocol protocol);
// The bytes of a key in hexadecimal, 16 to 64 of them.
std::optional<std::string> key_bytes(std::string_view hex);

}  // namespace cairn::device
