// SPDX-License-Identifier: Apache-2.0
#include "share/detail/lookup.hpp"

#include <vector>

#include "core/text.hpp"
#include "share/detail/loose_text.hpp"

namespace cairn::share::detail {

void RegionWords::read_names() {
  for (model::RegionIndex i = 0; i < regions_.size(); ++i) {
    const Label& name = regions_[i].name;
    if (!name.zh.empty()) by_name_[name.zh].push_back(i);
    if (!name.en.empty()) by_name_[lower_ascii(name.en)].push_back(i);
  }
}

model::RegionIndex RegionWords::find(std::string_view text) {
  const auto at = known_.find(text);
  if (at != known_.end()) return at->second;
  model::RegionIndex found = regions_.find(text);
  if (found == model::no_region) {
    if (by_name_.empty()) read_names();
    const auto named = by_name_.find(lower_ascii(text));
    if (named != by_name_.end() && named->second.size() == 1) found = named->second[0];
  }
  // Bounded: a file of a million different wrong words must not fill the memory twice.
  if (known_.size() < 100'000) known_.emplace(std::string(text), found);
  return found;
}

std::string RegionWords::why(std::string_view text) const {
  const auto named = by_name_.find(lower_ascii(text));
  if (named != by_name_.end() && named->second.size() > 1) {
    std::string codes;
    for (std::size_t i = 0; i < named->second.size() && i < 4; ++i) {
      codes += (i == 0 ? "" : ", ") + regions_[named->second[i]].code;
    }
    return format("{} regions are named '{}' ({}{}); give the code", named->second.size(), text,
                  codes, named->second.size() > 4 ? ", …" : "");
  }
  const auto found = regions_.require(text);
  return found ? std::string() : found.error().message;
}

const Result<Unit>& UnitWords::find(std::string_view text) {
  const auto at = known_.find(text);
  if (at != known_.end()) return at->second;
  if (known_.size() > 10'000) known_.clear();
  return known_.emplace(std::string(text), parse_unit(text)).first->second;
}

TypeWords::TypeWords(const model::Catalog& catalog) {
  for (std::size_t i = 0; i < catalog.types.size(); ++i) {
    const model::TypeDef& type = catalog.types[i];
    names_.push_back(type.name);
    known_.insert_or_assign(folded(type.name), static_cast<int>(i));
    for (const std::string* label : {&type.label.zh, &type.label.en}) {
      if (!label->empty()) known_.try_emplace(folded(*label), static_cast<int>(i));
    }
  }
}

int TypeWords::find(std::string_view text) const {
  const auto at = known_.find(folded(text));
  return at == known_.end() ? -1 : at->second;
}

std::string TypeWords::why(std::string_view text) const {
  const auto near = nearest(lower_ascii(text), names_);
  return format("no pack declares the type '{}'{}", text,
                near ? format("; did you mean '{}'?", *near) : std::string());
}

}  // namespace cairn::share::detail
