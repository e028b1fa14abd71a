// SPDX-License-Identifier: Apache-2.0
// The registry of imports in PostgreSQL: several processes over one region share it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "store/registry.hpp"

namespace cairn::store {

// "postgresql://…" or "postgres://…".
bool is_postgres_url(std::string_view text);
// Makes the tables of schema `cairn` unless they are there.
Result<std::unique_ptr<Registry>> open_postgres_registry(const std::string& url);

}  // namespace cairn::store
