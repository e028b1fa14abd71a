// SPDX-License-Identifier: Apache-2.0
#include "server/picture_shelf.hpp"

#include <iterator>

namespace cairn::server {

std::shared_ptr<const std::string> PictureShelf::find(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->picture;
}

void PictureShelf::put(const std::string& key, std::string picture) {
  const std::size_t size = key.size() + picture.size();
  const std::lock_guard lock(mutex_);
  if (const auto found = by_key_.find(key); found != by_key_.end()) drop(found->second);
  if (size > most_bytes_) return;
  while (bytes_ + size > most_bytes_) drop(std::prev(entries_.end()));
  entries_.push_front({key, std::make_shared<const std::string>(std::move(picture))});
  by_key_.emplace(entries_.front().key, entries_.begin());
  bytes_ += size;
}

std::size_t PictureShelf::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

void PictureShelf::drop(std::list<Entry>::iterator entry) {
  bytes_ -= entry->key.size() + entry->picture->size();
  by_key_.erase(entry->key);
  entries_.erase(entry);
}

}  // namespace cairn::server
