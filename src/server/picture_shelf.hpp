// SPDX-License-Identifier: Apache-2.0
// Pictures that were painted once and may be asked for again: the ones used last, up to a bound.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace cairn::server {

class PictureShelf {
 public:
  explicit PictureShelf(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  // Null when it is not there. What is given stays good when the shelf lets go of it.
  std::shared_ptr<const std::string> find(const std::string& key);
  // Takes the place of one with the same key; one that is larger than the bound is not kept.
  void put(const std::string& key, std::string picture);

  std::size_t bytes() const;

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const std::string> picture;  // shared: replies under way send it
  };
  void drop(std::list<Entry>::iterator entry);

  const std::size_t most_bytes_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;                                                 // used last in front
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key_;  // into entries_
  std::size_t bytes_ = 0;                                                    // of keys and pictures
};

}  // namespace cairn::server
