// SPDX-License-Identifier: Apache-2.0
// Mail as RFC 5322 and MIME have it, made so that nothing from outside can become a header.
#pragma once

#include <string>
#include <string_view>

#include "core/time.hpp"

namespace cairn::server {

struct Mail {
  std::string from;       // an address
  std::string from_name;  // may be empty
  std::string to;         // an address
  std::string subject;
  std::string text;
  std::string cap_xml;   // attached, when not empty
  std::string delivery;  // id: the Message-ID is made of it, so that doubles are told
  Instant date;
  Zone zone;
  bool urgent = false;
};

// Lines end with CR LF; ASCII only, at most 76 characters each but for addresses.
std::string mail_message(const Mail& mail);
// local@domain without blanks, quotes, brackets or control characters; ASCII, at most 254.
bool is_mail_address(std::string_view text);
// RFC 2047: as it is when plain and short ASCII, otherwise in words of at most 75 characters.
std::string encoded_header(std::string_view text);
// "Sat, 21 Nov 2026 22:10:15 +0800"
std::string mail_date(Instant at, Zone zone);

}  // namespace cairn::server
