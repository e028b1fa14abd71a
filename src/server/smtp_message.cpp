// SPDX-License-Identifier: Apache-2.0
#include "server/smtp_message.hpp"

#include <algorithm>
#include <array>

#include "core/text.hpp"

namespace cairn::server {
namespace {

constexpr std::size_t line_characters = 76;
// Of text in one word: 45 octets are 60 characters, with "=?UTF-8?B?" and "?=" 72.
constexpr std::size_t word_octets = 45;
constexpr std::size_t subject_octets = 500;

std::string base64(std::string_view bytes) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t three = 0;
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
    for (std::size_t i = 0; i < 3; ++i) {
      three = three << 8 | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      out += i <= count ? digits[three >> (18 - 6 * i) & 63] : '=';
    }
  }
  return out;
}

std::string base64_lines(std::string_view bytes) {
  const std::string all = base64(bytes);
  std::string out;
  for (std::size_t at = 0; at < all.size(); at += line_characters) {
    out += all.substr(at, line_characters) + "\r\n";
  }
  return out;
}

// Letters and digits of an id: what may stand in a Message-ID and a boundary.
std::string plain_id(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 64)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain) out += c;
  }
  return out.empty() ? "none" : out;
}

std::string part(std::string_view boundary, std::string_view type, std::string_view more,
                 std::string_view body) {
  return format("--{}\r\nContent-Type: {}\r\nContent-Transfer-Encoding: base64\r\n{}\r\n{}",
                boundary, type, more, base64_lines(body));
}

}  // namespace

bool is_mail_address(std::string_view text) {
  constexpr std::size_t most = 254;
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos || at == 0 || at > 64 || at + 1 == text.size() ||
      text.size() > most || text.front() == '.' || text.front() == '-') {
    return false;
  }
  const auto ok = [](char c, std::string_view marks) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           marks.find(c) != std::string_view::npos;
  };
  return std::ranges::all_of(text.substr(0, at),
                             [&](char c) { return ok(c, ".!#$%&'*+-/=?^_`{|}~"); }) &&
         std::ranges::all_of(text.substr(at + 1), [&](char c) { return ok(c, ".-"); });
}

std::string encoded_header(std::string_view text) {
  std::string clean;
  bool ascii = true;
  for (std::size_t at = 0; at < text.size() && clean.size() < subject_octets;) {
    const char32_t c = next_code_point(text, at);
    const bool control = c < U' ' || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029;
    append_utf8(clean, control ? U' ' : c);
    ascii = ascii && c < 0x7F;
  }
  // "=?" in plain text could be taken for an encoded word.
  if (ascii && clean.size() <= 60 && clean.find("=?") == std::string::npos) return clean;
  std::string out;
  for (std::size_t begin = 0; begin < clean.size();) {
    std::size_t end = begin;
    for (std::size_t at = begin; at < clean.size();) {
      (void)next_code_point(clean, at);
      if (at - begin > word_octets) break;
      end = at;
    }
    if (!out.empty()) out += "\r\n ";
    out += "=?UTF-8?B?" + base64(std::string_view(clean).substr(begin, end - begin)) + "?=";
    begin = end;
  }
  return out;
}

std::string mail_date(Instant at, Zone zone) {
  constexpr std::array days{"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};  // 1970-01-01 on
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Date date = date_of(at, zone);
  const std::int64_t day = days_since_epoch(date);
  const std::int64_t second = (at.ns - start_of(date, zone).ns) / ns_per_second;
  const int offset = zone.offset_s / 60;
  return format("{}, {} {} {} {:02}:{:02}:{:02} {}{:02}{:02}",
                days[static_cast<std::size_t>(((day % 7) + 7) % 7)], date.day,
                months[date.month - 1U], date.year, second / 3'600, second / 60 % 60, second % 60,
                offset < 0 ? '-' : '+', std::abs(offset) / 60, std::abs(offset) % 60);
}

std::string mail_message(const Mail& mail) {
  const std::string id = plain_id(mail.delivery);
  const std::string boundary = "=_cairn_" + id;
  const std::string domain = mail.from.substr(mail.from.find('@') + 1);
  std::string out;
  out += "Date: " + mail_date(mail.date, mail.zone) + "\r\n";
  out += mail.from_name.empty()
             ? "From: " + mail.from + "\r\n"
             : "From: " + encoded_header(mail.from_name) + "\r\n <" + mail.from + ">\r\n";
  out += "To: " + mail.to + "\r\n";
  out += "Subject: " + encoded_header(mail.subject) + "\r\n";
  out += "Message-ID: <" + id + "@" + domain + ">\r\n";
  out += "Auto-Submitted: auto-generated\r\nX-Cairn-Delivery: " + id + "\r\n";
  if (mail.urgent) out += "X-Priority: 1\r\nImportance: high\r\n";
  out += "MIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n boundary=\"" + boundary +
         "\"\r\n\r\n";
  out += part(boundary, "text/plain; charset=utf-8", "", mail.text);
  if (!mail.cap_xml.empty()) {
    out += part(boundary, "application/cap+xml; name=\"warning.cap.xml\"",
                "Content-Disposition: attachment; filename=\"warning.cap.xml\"\r\n", mail.cap_xml);
  }
  return out + "--" + boundary + "--\r\n";
}

}  // namespace cairn::server
