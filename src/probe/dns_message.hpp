// SPDX-License-Identifier: Apache-2.0
// Questions to name servers and their answers as bytes (RFC 1035), as far as the probe needs them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace cairn::probe {

enum class DnsType : std::uint16_t {
  a = 1,
  ns = 2,
  cname = 5,
  soa = 6,
  txt = 16,
  aaaa = 28,
  rrsig = 46,
  caa = 257,
};

struct DnsRecord {
  std::string name;  // lower case, without the last dot; "": the root
  DnsType type = DnsType::a;
  // An address, the name of NS and CNAME, a TXT text whole, `tag value` of CAA; of SOA the first
  // name server. Other types: empty.
  std::string text;
  std::uint32_t serial = 0;  // of SOA
  bool operator==(const DnsRecord&) const = default;
};

struct DnsMessage {
  std::uint16_t id = 0;
  bool authoritative = false;  // AA
  bool truncated = false;      // TC
  bool authentic = false;      // AD: the resolver has verified it (RFC 4035)
  int code = 0;                // 0 no error, 2 failure, 3 no such name, 5 refused
  std::vector<DnsRecord> answers;
  std::vector<DnsRecord> authority;
  std::vector<DnsRecord> additional;
};

struct DnsQuestion {
  std::string name;
  DnsType type = DnsType::a;
  bool recursion = true;    // RD: of a resolver; not of a name server of the zone
  bool signatures = false;  // DO: with RRSIG, where there are
};

// With EDNS and room for 1,232 bytes (what the DNS flag day of 2020 settled on). Errors: a name
// that is too long or has an empty or too long label.
Result<std::string> write_question(const DnsQuestion& question, std::uint16_t id);
// Errors say at which byte; nothing is read beyond the message, and compressed names end.
Result<DnsMessage> read_message(std::string_view bytes);

// "no such name", "refused", …
std::string_view code_name(int code);
// Texts of the records of one type and, unless "", one name.
std::vector<std::string> texts_of(const std::vector<DnsRecord>& records, DnsType type,
                                  std::string_view name = {});

}  // namespace cairn::probe
