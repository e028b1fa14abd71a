// SPDX-License-Identifier: Apache-2.0
#include "server/http_client.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "core/text.hpp"
#include "server/detail/curl.hpp"
#include "server/http_address.hpp"

namespace cairn::server {
namespace {

using Steady = std::chrono::steady_clock;

constexpr int look_ms = 200;                  // how often it is asked whether to give up
constexpr std::size_t header_bytes = 65'536;  // of one answer, all lines together

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

Status check(const HttpAsk& ask) {
  const std::string url = lower_ascii(ask.url.substr(0, 8));
  if (!url.starts_with("http://") && !url.starts_with("https://")) {
    return fail(Code::invalid, "only http:// and https:// can be asked", "url");
  }
  if (has_control(ask.url) || ask.url.find(' ') != std::string::npos) {
    return fail(Code::invalid, "the address has blanks or control characters", "url");
  }
  if (ask.method.empty() ||
      !std::ranges::all_of(ask.method, [](char c) { return c >= 'A' && c <= 'Z'; })) {
    return fail(Code::invalid, "a method is in capital letters", "method");
  }
  for (const Header& header : ask.headers) {
    const bool name = !header.name.empty() && std::ranges::all_of(header.name, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '-' || c == '_';
    });
    if (!name || has_control(header.value)) {
      return fail(Code::invalid, format("header '{}' has characters that none may have",
                                        name ? header.name : "?"));
    }
  }
  return {};
}

struct Sink {
  CurlTransfer& transfer;
  const HttpAsk& ask;
  HttpAnswer answer = {};
  std::size_t heads = 0;
};

std::size_t take_header(char* data, std::size_t one, std::size_t size, void* to) {
  auto& sink = *static_cast<Sink*>(to);
  const std::string_view line(data, one * size);
  sink.heads += line.size();
  if (sink.heads > header_bytes) {
    sink.transfer.refuse({Code::too_large, "the answer's header is over 64 KiB", {}});
    return 0;
  }
  if (line.starts_with("HTTP/")) {  // of a redirect, or of 100 before the real one
    sink.answer.headers.clear();
    sink.answer.body.clear();
    return line.size();
  }
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos) {
    sink.answer.headers.push_back(
        {lower_ascii(trim(line.substr(0, colon))), std::string(trim(line.substr(colon + 1)))});
  }
  return line.size();
}

std::size_t take_body(char* data, std::size_t one, std::size_t size, void* to) {
  auto& sink = *static_cast<Sink*>(to);
  const std::size_t bytes = one * size;
  if (sink.answer.body.size() + bytes <= sink.ask.answer_bytes) {
    sink.answer.body.append(data, bytes);
    return bytes;
  }
  sink.answer.body.append(data, sink.ask.answer_bytes - sink.answer.body.size());
  sink.transfer.refuse(
      {Code::too_large, format("the answer is over {} bytes", sink.ask.answer_bytes), {}});
  return 0;
}

}  // namespace

CurlTransfer::CurlTransfer(Rules rules) : rules_(std::move(rules)) {
  // Once a process, however many threads come first.
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (ready != CURLE_OK) return;
  easy_.reset(curl_easy_init());
  multi_.reset(curl_multi_init());
  if (!ok()) return;
  CURL* const h = easy_.get();
  curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(h, CURLOPT_QUICK_EXIT, 1L);  // no waiting for a name server that is silent
  curl_easy_setopt(h, CURLOPT_ERRORBUFFER, message_);
  curl_easy_setopt(h, CURLOPT_PROXY, "");
  curl_easy_setopt(h, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(h, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(rules_.connect_ms));
  curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, static_cast<long>(rules_.total_ms));
  curl_easy_setopt(h, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(h, CURLOPT_OPENSOCKETDATA, this);
  if (!rules_.ca_file.empty()) curl_easy_setopt(h, CURLOPT_CAINFO, rules_.ca_file.c_str());
}

CurlTransfer::~CurlTransfer() = default;

curl_socket_t CurlTransfer::open_socket(void* self, curlsocktype purpose, curl_sockaddr* address) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  const AddressKind kind = address_kind(address->addr);
  if (purpose != CURLSOCKTYPE_IPCXN || kind == AddressKind::forbidden) {
    transfer.refuse({Code::denied, "it leads to a link-local, reserved or metadata address", {}});
    return CURL_SOCKET_BAD;
  }
  if (kind == AddressKind::own && transfer.rules_.reach == Reach::outside) {
    transfer.refuse({Code::denied,
                     "it leads to this machine or a private network; allow that with "
                     "'private: true' if it is meant",
                     {}});
    return CURL_SOCKET_BAD;
  }
  transfer.refusal_ = {};  // another address of the same name may do
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

Status CurlTransfer::run() {
  if (!ok()) return fail(Code::internal, "libcurl could not be started");
  refusal_ = {};
  message_[0] = '\0';
  if (curl_multi_add_handle(multi_.get(), easy_.get()) != CURLM_OK) {
    return fail(Code::internal, "libcurl took no transfer");
  }
  const auto until = Steady::now() + std::chrono::milliseconds(rules_.total_ms);
  Status out;
  while (true) {
    int running = 0;
    curl_multi_perform(multi_.get(), &running);
    int left = 0;
    if (const CURLMsg* done = curl_multi_info_read(multi_.get(), &left); done != nullptr) {
      out = outcome(done->data.result);
      break;
    }
    if (rules_.stopped && rules_.stopped()) {
      out = fail(Code::io, "it was stopped");
      break;
    }
    if (Steady::now() > until) {  // should libcurl's own limit not hold
      out = fail(Code::io, format("no answer within {} ms", rules_.total_ms));
      break;
    }
    curl_multi_poll(multi_.get(), nullptr, 0, look_ms, nullptr);
  }
  curl_multi_remove_handle(multi_.get(), easy_.get());
  return out;
}

Status CurlTransfer::outcome(CURLcode code) {
  if (code == CURLE_OK) return {};
  if (refused()) return fail(refusal_);
  const char* text = message_[0] != '\0' ? message_ : curl_easy_strerror(code);
  const bool certificate =
      code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE;
  return fail(certificate ? Code::denied : Code::io, text);
}

std::string_view HttpAnswer::header(std::string_view name) const {
  for (const Header& header : headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

Result<HttpAnswer> HttpClient::ask(const HttpAsk& ask) const {
  if (auto fine = check(ask); !fine) return fail(fine.error());
  CurlTransfer transfer({.reach = ask.reach,
                         .connect_ms = ask.connect_ms,
                         .total_ms = ask.total_ms,
                         .ca_file = ask.ca_file,
                         .stopped = ask.stopped});
  if (!transfer.ok()) return fail(Code::internal, "libcurl could not be started");
  CURL* const h = transfer.handle();
  CurlList headers;
  const auto add = [&headers](const std::string& line) {
    curl_slist* longer = curl_slist_append(headers.get(), line.c_str());
    if (longer == nullptr) return;
    (void)headers.release();
    headers.reset(longer);
  };
  add("Expect:");
  // A header without a value is written with a semicolon.
  for (const Header& header : ask.headers) {
    add(header.value.empty() ? header.name + ";" : header.name + ": " + header.value);
  }
  Sink sink{transfer, ask};
  curl_easy_setopt(h, CURLOPT_URL, ask.url.c_str());
  curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(h, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, ask.redirects > 0 ? 1L : 0L);
  curl_easy_setopt(h, CURLOPT_MAXREDIRS, static_cast<long>(ask.redirects));
  curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(h, CURLOPT_USERAGENT, "cairn/1");
  if (!ask.body.empty() || ask.method == "POST" || ask.method == "PUT" || ask.method == "PATCH") {
    curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(ask.body.size()));
    curl_easy_setopt(h, CURLOPT_POSTFIELDS, ask.body.data());
  }
  if (ask.method == "HEAD") curl_easy_setopt(h, CURLOPT_NOBODY, 1L);
  curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, ask.method.c_str());
  curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(h, CURLOPT_HEADERDATA, &sink);
  curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(h, CURLOPT_WRITEDATA, &sink);
  const Status done = transfer.run();
  long status = 0;
  curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
  const bool cut = !done && done.error().code == Code::too_large && ask.cut && status != 0;
  if (!done && !cut) return fail(done.error());
  sink.answer.status = static_cast<int>(status);
  curl_off_t wait_s = 0;
  curl_easy_getinfo(h, CURLINFO_RETRY_AFTER, &wait_s);
  if (wait_s > 0) sink.answer.retry_after_s = std::min<std::int64_t>(wait_s, 86'400);
  return std::move(sink.answer);
}

}  // namespace cairn::server
