// SPDX-License-Identifier: Apache-2.0
// Any query string is either a set of options or an error that names the option.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "server/query.hpp"
#include "server/sta_query.hpp"

namespace {

// Trees are walked recursively elsewhere: their height must be bounded.
int height(const cairn::server::sta::Expr& expr) {
  int out = 0;
  for (const auto& arg : expr.args) out = std::max(out, height(arg));
  return out + 1;
}

void check(const cairn::server::sta::Options& options, int depth) {
  if (depth > cairn::server::sta::expand_depth_max + 1) std::abort();
  constexpr int most =
      cairn::server::sta::expression_operators_max + cairn::server::sta::expression_depth_max + 2;
  if (options.filter && height(*options.filter) > most) {
    std::abort();
  }
  for (const auto& expand : options.expand) check(expand.options, depth + 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto items = cairn::server::parse_query(text);
  if (!items) return 0;
  const auto options = cairn::server::sta::read_options(*items);
  if (options) {
    check(*options, 0);
  } else if (options.error().message.empty() || !options.error().place.starts_with("query:")) {
    std::abort();
  }
  return 0;
}
