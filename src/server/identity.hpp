// SPDX-License-Identifier: Apache-2.0
// Who may send and hear what: devices and gateways with their tokens, the same for every door.
//
// identities.csv: name,sha256,things,rights
//   gateway-7,9f86d081…,meter-*;pump-12,publish;subscribe
// `sha256` is that of the token, in hex (printf %s "$token" | sha256sum); a line without one is
// for a TLS client certificate whose common name is `name`. Tokens are made at random, so their
// plain digest tells nothing.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/seams.hpp"

namespace cairn::server {

struct Identity {
  std::string name;                 // empty: anonymous
  std::vector<std::string> things;  // patterns of thing ids: "meter-*", "*"
  bool publish = false;
  bool subscribe = false;
  bool operator==(const Identity&) const = default;
};

bool may_touch(const Identity& identity, std::string_view thing);

// Those of the register of devices, who need no line in a file (server/device_desk). Thread-safe.
class DeviceNames {
 public:
  virtual ~DeviceNames() = default;
  // Nothing: no device; error `denied`: one that may not. `user` may be empty: the token alone
  // tells. A door that is `open` asks for no secrets where a device has none.
  virtual std::optional<Result<Identity>> authenticate(std::string_view user,
                                                       std::string_view password,
                                                       bool open) const = 0;
  // Whose name TLS has verified. Notes strangers.
  virtual std::optional<Result<Identity>> by_name(std::string_view name) const = 0;
  // The bytes of the key for DTLS. Notes strangers.
  virtual std::optional<std::string> key(std::string_view name) const = 0;
};

// Immutable after loading; thread-safe.
class Identities {
 public:
  // What a door on `address` uses. No such file and a loopback address: anybody may do anything.
  // Beyond loopback a missing file is an error.
  // `devices` are asked besides; they must outlive it.
  static Result<std::shared_ptr<const Identities>> load(const Files& files, const std::string& path,
                                                        std::string_view address,
                                                        const DeviceNames* devices = nullptr);
  // Anybody may do anything: for a door that only this machine reaches.
  static std::shared_ptr<const Identities> open();

  // `user` may be empty: the token alone tells who it is. Takes the same time whether the token is
  // wrong at its first or at its last byte. Error: denied.
  Result<Identity> authenticate(std::string_view user, std::string_view password) const;
  // The common name of a client certificate that the TLS layer has verified.
  Result<Identity> by_certificate(std::string_view common_name) const;
  // Nobody needs a token.
  bool is_open() const { return open_; }
  std::size_t size() const { return entries_.size(); }

 private:
  using Digest = std::array<std::uint8_t, 32>;
  struct Entry {
    Identity identity;
    Digest digest{};
    bool has_token = false;
  };
  static Result<std::shared_ptr<const Identities>> parse(std::string_view text,
                                                         const std::string& path,
                                                         const DeviceNames* devices);
  Result<Entry> read_entry(const std::vector<std::string>& fields, const std::string& place) const;

  bool open_ = false;
  const DeviceNames* devices_ = nullptr;
  std::vector<Entry> entries_;
  std::map<std::string, std::size_t, std::less<>> by_name_;
};

}  // namespace cairn::server
