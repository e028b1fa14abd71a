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
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/seams.hpp"
#include "server/identity.hpp"

namespace cairn::server {

class CoapKeys {
 public:
  static Result<CoapKeys> load(const Files& files, const std::string& path);
  // Devices of the register, asked besides; they must outlive it.
  void ask_also(const DeviceNames* devices) { devices_ = devices; }
  // The bytes of a key; nothing when there is no such name.
  std::optional<std::string> find(std::string_view name) const;
  // Nobody can come.
  bool empty() const { return keys_.empty() && devices_ == nullptr; }
  std::size_t size() const { return keys_.size(); }

 private:
  std::map<std::string, std::string, std::less<>> keys_;
  const DeviceNames* devices_ = nullptr;
};

}  // namespace cairn::server
