// SPDX-License-Identifier: Apache-2.0
#include "server/probe_page.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "server/detail/curl.hpp"
#include "server/probe_address.hpp"

namespace cairn::server {
namespace {

constexpr std::size_t body_bytes = 512 * 1024;
constexpr std::size_t location_bytes = 2'000;
constexpr double ms_per_us = 0.001;

struct Sink {
  CurlTransfer& transfer;
  probe::Page page = {};
  bool cut = false;
};

std::size_t take_header(char* data, std::size_t one, std::size_t size, void* to) {
  auto& sink = *static_cast<Sink*>(to);
  const std::string_view line(data, one * size);
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos && iequals_ascii(trim(line.substr(0, colon)), "location")) {
    sink.page.location = std::string(trim(line.substr(colon + 1)).substr(0, location_bytes));
  }
  return line.size();
}

std::size_t take_body(char* data, std::size_t one, std::size_t size, void* to) {
  auto& sink = *static_cast<Sink*>(to);
  const std::size_t bytes = one * size;
  const std::size_t room = body_bytes - sink.page.body.size();
  sink.page.body.append(data, std::min(bytes, room));
  if (bytes <= room) return bytes;
  sink.cut = true;  // enough of it
  sink.transfer.refuse({Code::too_large, "the page is longer than is read", {}});
  return 0;
}

}  // namespace

Result<probe::Page> fetch_page(const probe::PageAsk& ask, const PageWay& way) {
  if (auto fine = way_to(ask.address, ask.target.port, way.reach); !fine) return fail(fine.error());
  CurlTransfer transfer({.reach = way.reach,
                         .connect_ms = way.timeout_ms,
                         .total_ms = way.timeout_ms,
                         .ca_file = way.ca_file,
                         .stopped = way.stopped});
  if (!transfer.ok()) return fail(Code::internal, "libcurl could not be started");
  CURL* const h = transfer.handle();
  const bool v6 = ask.address.find(':') != std::string::npos;
  const std::string pinned = format("{}:{}:{}{}{}", ask.target.host, ask.target.port, v6 ? "[" : "",
                                    ask.address, v6 ? "]" : "");
  const CurlList resolve(curl_slist_append(nullptr, pinned.c_str()));
  const CurlList headers(
      curl_slist_append(nullptr, "Accept: text/html, text/plain;q=0.9, */*;q=0.1"));
  const std::string url = ask.target.url();
  Sink sink{transfer};
  curl_easy_setopt(h, CURLOPT_URL, url.c_str());
  curl_easy_setopt(h, CURLOPT_RESOLVE, resolve.get());
  curl_easy_setopt(h, CURLOPT_IPRESOLVE,
                   static_cast<long>(v6 ? CURL_IPRESOLVE_V6 : CURL_IPRESOLVE_V4));
  curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(h, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(h, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(h, CURLOPT_USERAGENT, way.user_agent.c_str());
  curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(h, CURLOPT_HEADERDATA, &sink);
  curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(h, CURLOPT_WRITEDATA, &sink);
  if (!way.verify) {
    curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, 0L);
    curl_easy_setopt(h, CURLOPT_SSL_CIPHER_LIST, "DEFAULT:@SECLEVEL=0");
  }
  const Status done = transfer.run();
  if (!done && !sink.cut) return fail(done.error());
  long status = 0;
  curl_off_t connect_us = 0;
  curl_off_t first_us = 0;
  curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(h, CURLINFO_CONNECT_TIME_T, &connect_us);
  curl_easy_getinfo(h, CURLINFO_STARTTRANSFER_TIME_T, &first_us);
  sink.page.status = static_cast<int>(status);
  sink.page.connect_ms = static_cast<double>(connect_us) * ms_per_us;
  sink.page.first_byte_ms = static_cast<double>(first_us) * ms_per_us;
  return std::move(sink.page);
}

}  // namespace cairn::server
