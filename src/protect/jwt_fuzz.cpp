// SPDX-License-Identifier: Apache-2.0
// Any bytes are a token, a key set or claims, or refused with a reason.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/text.hpp"
#include "protect/digest.hpp"
#include "protect/jwt.hpp"

namespace {

using namespace cairn;
using namespace cairn::protect;

// Of RFC 8037, appendix A.2.
constexpr std::string_view keys = R"({"keys":[
  {"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})";

void expect(bool good) {
  if (!good) std::abort();
}
void expect_reason(const Error& error) {
  expect(!error.message.empty() && is_valid_utf8(error.message) && error.message.size() < 2'000);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static const auto known = KeySet::parse(keys);
  expect(known && known->size() == 1);
  if (const auto token = parse_jws(bytes)) {
    expect(bytes.starts_with(token->signed_part));
    const auto verified = known->verify(*token);
    if (!verified) expect_reason(verified.error());
    const auto claims = check_claims(*token, {"https://id.example", "cairn", "n1", {0}});
    if (claims) expect(!claims->subject.empty());
    if (!claims) expect_reason(claims.error());
  } else {
    expect_reason(token.error());
  }
  if (const auto set = KeySet::parse(bytes); !set) expect_reason(set.error());
  for (const std::string& text : claim_texts(bytes, "realm_access.roles")) {
    expect(is_valid_utf8(text));
  }
  const auto decoded = parse_base64url(bytes);
  if (decoded) expect(base64url(*decoded) == bytes);
  return 0;
}
