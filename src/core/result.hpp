// SPDX-License-Identifier: Apache-2.0
// Result<T>: what can fail returns it. No exception crosses a module border.
//
//   Result<int> r = parse(text);
//   if (!r) return fail(r.error());        // pass on
//   use(*r);
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace cairn {

enum class Code : std::uint8_t {
  invalid,      // the input is wrong: say where and what to do
  not_found,    // no such thing, region, indicator, file
  conflict,     // contradicts something that is already there
  too_large,    // a limit of core/limits.hpp is passed
  unsupported,  // understood, but not offered
  denied,       // no right to do it
  io,           // file system or database failed
  internal,     // a bug of ours
};

// An error with its place. `place` is file:line[:column], a JSON pointer, or "record N".
struct Error {
  Code code = Code::invalid;
  std::string message;  // one sentence: what is wrong and, where it helps, what to do
  std::string place;    // empty when the whole input is meant

  bool operator==(const Error&) const = default;
};

template <class T>
struct [[nodiscard]] Result : tl::expected<T, Error> {
  using tl::expected<T, Error>::expected;
};

using Status = Result<std::monostate>;

[[nodiscard]] inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}
[[nodiscard]] inline tl::unexpected<Error> fail(Code code, std::string message,
                                                std::string place = {}) {
  return tl::unexpected<Error>(Error{code, std::move(message), std::move(place)});
}

// "place: message", or the message alone.
std::string to_string(const Error& error);
// "invalid", "not_found", …
const char* to_string(Code code);

// A list of findings of one input: errors forbid its use, warnings do not.
struct Problems {
  std::vector<Error> errors;
  std::vector<Error> warnings;

  void error(std::string place, std::string message, Code code = Code::invalid) {
    errors.push_back({code, std::move(message), std::move(place)});
  }
  void warning(std::string place, std::string message) {
    warnings.push_back({Code::invalid, std::move(message), std::move(place)});
  }
  bool ok() const { return errors.empty(); }
};

}  // namespace cairn
