// SPDX-License-Identifier: Apache-2.0
// CQL2 JSON (OGC 21-065r2, clause 8.2) as the same syntax tree that CQL2 Text gives.
#pragma once

#include <memory>
#include <string_view>

#include "core/result.hpp"
#include "formula/ast.hpp"

namespace cairn::formula {

// The error's place is a JSON pointer ("/args/1"), or "line:column" when the text is no JSON.
// Extents of the tree are empty: print() gives a text to point into.
Result<std::unique_ptr<Node>> parse_cql2_json(std::string_view text);

}  // namespace cairn::formula
