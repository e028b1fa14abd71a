// SPDX-License-Identifier: Apache-2.0
#include "server/coap_keys.hpp"

#include <optional>
#include <utility>

#include "core/csv.hpp"
#include "core/text.hpp"

namespace cairn::server {
namespace {

constexpr std::size_t least_bytes = 16;
constexpr std::size_t most_bytes = 64;  // what small devices and libcoap hold

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> bytes_of(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    const int high = digit(hex[i]);
    const int low = digit(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high << 4 | low);
  }
  if (hex.size() % 2 != 0 || out.size() < least_bytes || out.size() > most_bytes) {
    return std::nullopt;
  }
  return out;
}

}  // namespace

Result<CoapKeys> CoapKeys::load(const Files& files, const std::string& path) {
  if (!files.exists(path)) {
    return fail(Code::not_found,
                "DTLS needs the keys of the devices: write a file with the columns name,key", path);
  }
  const auto text = files.read(path);
  if (!text) return fail(text.error());
  const auto table = read_csv(*text, path);
  if (!table) return fail(table.error());
  if (table->header != std::vector<std::string>{"name", "key"}) {
    return fail(Code::invalid, "the columns must be name,key", path + ":1");
  }
  CoapKeys out;
  for (const CsvRecord& record : table->records) {
    const std::string place = format("{}:{}", path, record.line);
    std::string name(trim(record.fields[0]));
    if (name.empty()) return fail(Code::invalid, "the name is missing", place);
    auto key = bytes_of(trim(record.fields[1]));
    if (!key) {
      return fail(
          Code::invalid,
          "the key is not 16 to 64 bytes in hexadecimal; make one with openssl rand -hex 32",
          place);
    }
    if (!out.keys_.emplace(name, std::move(*key)).second) {
      return fail(Code::invalid, format("the name \"{}\" stands twice", name), place);
    }
  }
  return out;
}

std::optional<std::string> CoapKeys::find(std::string_view name) const {
  if (const auto at = keys_.find(name); at != keys_.end()) return at->second;
  return devices_ == nullptr ? std::nullopt : devices_->key(name);
}

}  // namespace cairn::server
