// SPDX-License-Identifier: Apache-2.0
// Keys that devices share with the server, for DTLS. Their rights stand in identities.csv under
// the same name.
//
// psk.csv: name,key
//   meter-7,6d9f0c…    16 to 64 random bytes in hexadecimal (openssl rand -hex 32)
//
// Unlike tokens, keys are needed as they are: the file is for the server's user alone.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/seams.hpp"

namespace cairn::server {

class CoapKeys {
 public:
  static Result<CoapKeys> load(const Files& files, const std::string& path);
  // The bytes of a key; null when there is no such name.
  const std::string* find(std::string_view name) const;
  std::size_t size() const { return keys_.size(); }

 private:
  std::map<std::string, std::string, std::less<>> keys_;
};

}  // namespace cairn::server
