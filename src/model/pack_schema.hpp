// SPDX-License-Identifier: Apache-2.0
// What editors and readers get from the table of keys (model/pack_keys.hpp).
#pragma once

#include <string>

namespace cairn::model {

// JSON Schema 2020-12 of a pack.yaml, for editors; ends with a line feed.
std::string pack_schema();

// The reference of all keys as Markdown, a heading and a table a map; part of docs/packs.md.
std::string pack_reference();

}  // namespace cairn::model
