// SPDX-License-Identifier: Apache-2.0
#include "probe/dns_message.hpp"

#include <arpa/inet.h>

#include <array>

#include "core/text.hpp"

namespace cairn::probe {
namespace {

constexpr std::size_t header_bytes = 12;
constexpr std::size_t name_most = 255;
constexpr std::size_t label_most = 63;
constexpr int jumps_most = 64;  // of one compressed name
constexpr std::uint16_t edns_room = 1'232;
constexpr std::uint16_t type_opt = 41;

void put16(std::string& out, unsigned value) {
  out += static_cast<char>(value >> 8 & 0xFF);
  out += static_cast<char>(value & 0xFF);
}

Status put_name(std::string& out, std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.size() > name_most - 2) return fail(Code::invalid, "a name has at most 253 characters");
  if (!name.empty()) {
    for (const std::string_view label : split(name, '.')) {
      if (label.empty() || label.size() > label_most) {
        return fail(Code::invalid, format("'{}' has a label that is empty or over 63 long", name));
      }
      out += static_cast<char>(label.size());
      out += label;
    }
  }
  out += '\0';
  return {};
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  std::size_t at() const { return at_; }
  bool bad() const { return bad_; }
  void jump(std::size_t to) {
    if (to > bytes_.size()) bad_ = true;
    at_ = to;
  }
  unsigned u8(std::size_t at) {
    if (at >= bytes_.size()) {
      bad_ = true;
      return 0;
    }
    return static_cast<unsigned char>(bytes_[at]);
  }
  unsigned take8() { return u8(at_++); }
  unsigned take16() {
    const unsigned high = take8();
    return high << 8 | take8();
  }
  std::uint32_t take32() {
    const std::uint32_t high = take16();
    return high << 16 | take16();
  }
  std::string_view take(std::size_t count) {
    if (count > bytes_.size() || at_ > bytes_.size() - count) {
      bad_ = true;
      return {};
    }
    at_ += count;
    return bytes_.substr(at_ - count, count);
  }

  // A name, perhaps compressed; the place goes on behind its first part.
  std::string name() {
    std::string out;
    std::size_t at = at_;
    bool jumped = false;
    for (int jumps = 0; jumps < jumps_most && !bad_;) {
      const unsigned size = u8(at);
      if (bad_) break;
      if ((size & 0xC0) == 0xC0) {
        const std::size_t to = (size & 0x3F) << 8 | u8(at + 1);
        if (!jumped) at_ = at + 2;
        jumped = true;
        ++jumps;
        at = to;
        continue;
      }
      if (size > label_most) break;
      if (size == 0) {
        if (!jumped) at_ = at + 1;
        return out;
      }
      if (at + 1 + size > bytes_.size() || out.size() + size + 1 > name_most) break;
      if (!out.empty()) out += '.';
      out += label(bytes_.substr(at + 1, size));
      at += 1 + size;
    }
    bad_ = true;
    return {};
  }

 private:
  // What is no letter of a host name becomes '?', so that a name is safe to show and to compare.
  static std::string label(std::string_view raw) {
    std::string out = lower_ascii(raw);
    for (char& c : out) {
      const bool plain =
          (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '*';
      if (!plain) c = '?';
    }
    return out;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  bool bad_ = false;
};

std::string address_text(int family, std::string_view raw) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return ::inet_ntop(family, raw.data(), text.data(), text.size()) == nullptr ? "" : text.data();
}

// Bytes as shown: what is not printable ASCII becomes '?'.
std::string printable(std::string_view raw) {
  std::string out(raw);
  for (char& c : out) {
    if (c < 0x20 || c > 0x7E) c = '?';
  }
  return out;
}

std::string texts(std::string_view data) {
  std::string out;
  while (!data.empty()) {
    const std::size_t size = static_cast<unsigned char>(data.front());
    if (size + 1 > data.size()) break;
    out += printable(data.substr(1, size));
    data.remove_prefix(size + 1);
  }
  return out;
}

std::string caa_text(std::string_view data) {
  if (data.size() < 2) return {};
  const std::size_t tag = static_cast<unsigned char>(data[1]);
  if (tag + 2 > data.size()) return {};
  return printable(data.substr(2, tag)) + " " + printable(data.substr(2 + tag));
}

void read_data(Reader& in, std::string_view bytes, std::size_t size, DnsRecord& record) {
  const std::size_t end = in.at() + size;
  const std::string_view data = bytes.substr(in.at(), size);
  switch (record.type) {
    case DnsType::a:
      if (size == 4) record.text = address_text(AF_INET, data);
      break;
    case DnsType::aaaa:
      if (size == 16) record.text = address_text(AF_INET6, data);
      break;
    case DnsType::ns:
    case DnsType::cname:
      record.text = in.name();
      break;
    case DnsType::soa:
      record.text = in.name();
      in.name();
      record.serial = in.take32();
      break;
    case DnsType::txt:
      record.text = texts(data);
      break;
    case DnsType::caa:
      record.text = caa_text(data);
      break;
    default:
      break;
  }
  in.jump(end);
}

Status read_section(Reader& in, std::string_view bytes, unsigned count,
                    std::vector<DnsRecord>& out) {
  for (unsigned i = 0; i < count; ++i) {
    DnsRecord record;
    record.name = in.name();
    const unsigned type = in.take16();
    in.take16();  // class
    in.take32();  // time to live
    const std::size_t size = in.take16();
    if (in.bad() || in.at() + size > bytes.size()) {
      return fail(Code::invalid, "a record is cut off", format("byte {}", in.at()));
    }
    record.type = static_cast<DnsType>(type);
    read_data(in, bytes, size, record);
    if (in.bad()) return fail(Code::invalid, "a name does not end", format("byte {}", in.at()));
    if (type != type_opt) out.push_back(std::move(record));
  }
  return {};
}

}  // namespace

Result<std::string> write_question(const DnsQuestion& question, std::uint16_t id) {
  std::string out;
  put16(out, id);
  put16(out, question.recursion ? 0x0100 : 0);
  put16(out, 1);
  put16(out, 0);
  put16(out, 0);
  put16(out, 1);
  if (auto put = put_name(out, question.name); !put) return fail(put.error());
  put16(out, static_cast<unsigned>(question.type));
  put16(out, 1);
  // EDNS (RFC 6891): the root, its type, room, no extended code, version 0, DO, no options.
  out += '\0';
  put16(out, type_opt);
  put16(out, edns_room);
  put16(out, 0);
  put16(out, question.signatures ? 0x8000 : 0);
  put16(out, 0);
  return out;
}

Result<DnsMessage> read_message(std::string_view bytes) {
  if (bytes.size() < header_bytes) return fail(Code::invalid, "the header is cut off", "byte 0");
  Reader in(bytes);
  DnsMessage out;
  out.id = static_cast<std::uint16_t>(in.take16());
  const unsigned flags = in.take16();
  if ((flags & 0x8000) == 0) return fail(Code::invalid, "it is a question, no answer", "byte 2");
  out.authoritative = (flags & 0x0400) != 0;
  out.truncated = (flags & 0x0200) != 0;
  out.authentic = (flags & 0x0020) != 0;
  out.code = static_cast<int>(flags & 0x000F);
  const unsigned questions = in.take16();
  const unsigned answers = in.take16();
  const unsigned authority = in.take16();
  const unsigned additional = in.take16();
  for (unsigned i = 0; i < questions; ++i) {
    in.name();
    in.take32();
    if (in.bad()) return fail(Code::invalid, "the question is cut off", format("byte {}", in.at()));
  }
  if (auto read = read_section(in, bytes, answers, out.answers); !read) return fail(read.error());
  if (auto read = read_section(in, bytes, authority, out.authority); !read) {
    return fail(read.error());
  }
  if (auto read = read_section(in, bytes, additional, out.additional); !read) {
    return fail(read.error());
  }
  return out;
}

std::string_view code_name(int code) {
  constexpr std::array<std::string_view, 6> names{
      "no error", "format error", "server failure", "no such name", "not implemented", "refused"};
  return code >= 0 && static_cast<std::size_t>(code) < names.size()
             ? names[static_cast<std::size_t>(code)]
             : "other error";
}

std::vector<std::string> texts_of(const std::vector<DnsRecord>& records, DnsType type,
                                  std::string_view name) {
  std::vector<std::string> out;
  for (const DnsRecord& record : records) {
    if (record.type == type && !record.text.empty() && (name.empty() || record.name == name)) {
      out.push_back(record.text);
    }
  }
  return out;
}

}  // namespace cairn::probe
