// SPDX-License-Identifier: Apache-2.0
#include "server/random.hpp"

#include <openssl/rand.h>

#include <cstdio>
#include <cstdlib>

namespace cairn::server {

std::string random_bytes(std::size_t count) {
  std::string out(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(count)) != 1) {
    std::fputs("no random numbers: ending\n", stderr);
    std::abort();
  }
  return out;
}

}  // namespace cairn::server
