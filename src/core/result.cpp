// SPDX-License-Identifier: Apache-2.0
#include "core/result.hpp"

namespace cairn {

std::string to_string(const Error& error) {
  if (error.place.empty()) return error.message;
  return error.place + ": " + error.message;
}

const char* to_string(Code code) {
  switch (code) {
    case Code::invalid:
      return "invalid";
    case Code::not_found:
      return "not_found";
    case Code::conflict:
      return "conflict";
    case Code::too_large:
      return "too_large";
    case Code::unsupported:
      return "unsupported";
    case Code::denied:
      return "denied";
    case Code::io:
      return "io";
    case Code::internal:
      return "internal";
  }
  return "internal";
}

}  // namespace cairn
