// SPDX-License-Identifier: Apache-2.0
#include "server/identity.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <optional>

#include "core/csv.hpp"
#include "core/text.hpp"
#include "server/serve.hpp"
#include "watch/desk.hpp"

namespace cairn::server {
namespace {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(std::string_view text) {
  Digest digest{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  return digest;
}

bool same(const Digest& a, const Digest& b) {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::optional<Digest> read_digest(std::string_view hex) {
  Digest digest{};
  if (hex.size() != 2 * digest.size()) return std::nullopt;
  for (std::size_t i = 0; i < hex.size(); ++i) {
    const char c = hex[i];
    int value = -1;
    if (c >= '0' && c <= '9') value = c - '0';
    if (c >= 'a' && c <= 'f') value = c - 'a' + 10;
    if (c >= 'A' && c <= 'F') value = c - 'A' + 10;
    if (value < 0) return std::nullopt;
    digest[i / 2] = static_cast<std::uint8_t>(digest[i / 2] << 4 | value);
  }
  return digest;
}

std::vector<std::string> list_of(std::string_view text) {
  std::vector<std::string> out;
  for (const std::string_view part : split(text, ';')) {
    const std::string_view word = trim(part);
    if (!word.empty()) out.emplace_back(word);
  }
  return out;
}

Identity anybody() {
  return {.name = "", .things = {"*"}, .publish = true, .subscribe = true};
}

}  // namespace

bool may_touch(const Identity& identity, std::string_view thing) {
  return watch::names_thing(identity.things, thing);
}

Result<Identities::Entry> Identities::read_entry(const std::vector<std::string>& fields,
                                                 const std::string& place) const {
  Entry entry;
  entry.identity.name = trim(fields[0]);
  if (entry.identity.name.empty()) return fail(Code::invalid, "the name is missing", place);
  if (by_name_.count(entry.identity.name) != 0) {
    return fail(Code::invalid, format("the name \"{}\" stands twice", entry.identity.name), place);
  }
  const std::string_view hex = trim(fields[1]);
  if (!hex.empty()) {
    const auto digest = read_digest(hex);
    if (!digest) {
      return fail(Code::invalid,
                  "sha256 is not 64 hex digits; make it with printf %s \"$token\" | sha256sum",
                  place);
    }
    entry.digest = *digest;
    entry.has_token = true;
  }
  entry.identity.things = list_of(fields[2]);
  for (const std::string& right : list_of(fields[3])) {
    if (right == "publish") {
      entry.identity.publish = true;
    } else if (right == "subscribe") {
      entry.identity.subscribe = true;
    } else {
      return fail(Code::invalid,
                  format("unknown right \"{}\"; there are publish and subscribe", right), place);
    }
  }
  return entry;
}

Result<std::shared_ptr<const Identities>> Identities::parse(std::string_view text,
                                                            const std::string& path,
                                                            const DeviceNames* devices) {
  const auto table = read_csv(text, path);
  if (!table) return fail(table.error());
  const std::vector<std::string> header{"name", "sha256", "things", "rights"};
  if (table->header != header) {
    return fail(Code::invalid, "the columns must be name,sha256,things,rights", path + ":1");
  }
  auto out = std::make_shared<Identities>();
  out->devices_ = devices;
  for (const CsvRecord& record : table->records) {
    auto entry = out->read_entry(record.fields, format("{}:{}", path, record.line));
    if (!entry) return fail(entry.error());
    out->by_name_.emplace(entry->identity.name, out->entries_.size());
    out->entries_.push_back(std::move(*entry));
  }
  return std::shared_ptr<const Identities>(std::move(out));
}

Result<std::shared_ptr<const Identities>> Identities::load(const Files& files,
                                                           const std::string& path,
                                                           std::string_view address,
                                                           const DeviceNames* devices) {
  if (!path.empty() && files.exists(path)) {
    const auto text = files.read(path);
    if (!text) return fail(text.error());
    return parse(*text, path, devices);
  }
  if (is_loopback(address)) {
    auto out = std::make_shared<Identities>();
    out->open_ = true;
    out->devices_ = devices;
    return std::shared_ptr<const Identities>(std::move(out));
  }
  return fail(Code::denied,
              format("devices can reach {}, but there is no file of identities; write one with the "
                     "columns name,sha256,things,rights, or listen on 127.0.0.1",
                     address),
              path.empty() ? "identities.csv" : path);
}

std::shared_ptr<const Identities> Identities::open() {
  auto out = std::make_shared<Identities>();
  out->open_ = true;
  return out;
}

Result<Identity> Identities::authenticate(std::string_view user, std::string_view password) const {
  const bool in_file = !user.empty() && by_name_.contains(user);
  if (open_) {
    // Whoever names a device of the register is that one, or nobody.
    const auto device = devices_ == nullptr || (user.empty() && password.empty())
                            ? std::nullopt
                            : devices_->authenticate(user, password, true);
    return device ? *device : anybody();
  }
  const Digest digest = sha256(password);
  const Entry* found = nullptr;
  if (user.empty()) {
    for (const Entry& entry : entries_) {  // all of them: the time does not tell which one
      if (same(entry.digest, digest) && entry.has_token) found = &entry;
    }
  } else if (const auto at = by_name_.find(user); at != by_name_.end()) {
    const Entry& entry = entries_[at->second];
    if (same(entry.digest, digest) && entry.has_token) found = &entry;
  }
  if (found != nullptr) return found->identity;
  if (devices_ != nullptr && !in_file) {
    if (const auto device = devices_->authenticate(user, password, false)) return *device;
  }
  return fail(Code::denied, "the name or the token is wrong");
}

Result<Identity> Identities::by_certificate(std::string_view common_name) const {
  if (open_) {
    const auto device = devices_ == nullptr ? std::nullopt : devices_->by_name(common_name);
    if (device) return *device;
    Identity identity = anybody();
    identity.name = common_name;
    return identity;
  }
  const auto at = by_name_.find(common_name);
  if (at == by_name_.end()) {
    if (devices_ != nullptr) {
      if (const auto device = devices_->by_name(common_name)) return *device;
    }
    return fail(Code::denied,
                format("no identity has the name \"{}\" of the certificate", common_name));
  }
  return entries_[at->second].identity;
}

}  // namespace cairn::server
