// SPDX-License-Identifier: Apache-2.0
// What the users of libcurl share: handles that close themselves, the rules of every transfer, and
// a transfer that can be stopped within a fifth of a second.
#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/result.hpp"
#include "server/http_client.hpp"

namespace cairn::server {

struct CurlCleanup {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct CurlMultiCleanup {
  void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};
using CurlHandle = std::unique_ptr<CURL, CurlCleanup>;
using CurlList = std::unique_ptr<curl_slist, CurlCleanup>;

// Connections are kept from one transfer of this to the next. Not thread-safe.
class CurlTransfer {
 public:
  struct Rules {
    Reach reach = Reach::outside;
    std::int64_t connect_ms = 5'000;
    std::int64_t total_ms = 30'000;
    std::string ca_file = {};
    std::function<bool()> stopped = {};
  };
  explicit CurlTransfer(Rules rules);
  ~CurlTransfer();
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  CURL* handle() { return easy_.get(); }
  bool ok() const { return easy_ && multi_; }
  // Runs what the handle was set to. The error says what went wrong, without the address.
  Status run();
  // Why a callback of the caller's refused: becomes the error of run().
  void refuse(Error error) { refusal_ = std::move(error); }
  bool refused() const { return !refusal_.message.empty(); }

 private:
  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  Status outcome(CURLcode code);

  Rules rules_;
  std::unique_ptr<CURLM, CurlMultiCleanup> multi_;  // holds the connections
  CurlHandle easy_;
  char message_[CURL_ERROR_SIZE] = {};
  Error refusal_;
};

}  // namespace cairn::server
