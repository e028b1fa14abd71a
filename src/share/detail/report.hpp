// SPDX-License-Identifier: Apache-2.0
// Mistakes of rows: the first ones with their text, the rest counted.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "core/limits.hpp"
#include "share/detail/table.hpp"
#include "share/import.hpp"

namespace cairn::share::detail {

class Report {
 public:
  explicit Report(Preview& preview) : preview_(preview) {}

  void begin(const Row& row) {
    record_ = row.record;
    line_ = row.line;
    good_ = true;
  }
  bool good() const { return good_; }
  std::size_t record() const { return record_; }

  // `message` is only called while mistakes are listed: suggestions cost time.
  template <class Message>
  void mistake(std::string_view column, const Message& message) {
    good_ = false;
    if (++preview_.error_count > limits::reported_errors) return;
    preview_.errors.push_back({record_, line_, std::string(column), std::string(message())});
  }

 private:
  Preview& preview_;
  std::size_t record_ = 0;
  std::size_t line_ = 0;
  bool good_ = true;
};

}  // namespace cairn::share::detail
