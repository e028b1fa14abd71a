// SPDX-License-Identifier: Apache-2.0
// Import what you have: things, statistics and observations from a file of somebody's own. Two
// steps: `prepare` reads everything and changes nothing; `commit` keeps the accepted rows, all or
// none. Formats and header words: docs/formats/import.md.
//
//   auto preview = share::prepare({.kind = ImportKind::things, .name = "站点.csv", .bytes = bytes},
//                                 {world.snapshot, world.workspace.boundaries});
//   if (preview && preview->rejected == 0) share::commit(*preview, registry, clock.now());
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/label.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "geo/geometry.hpp"
#include "model/records.hpp"
#include "model/region.hpp"
#include "model/snapshot.hpp"
#include "store/registry.hpp"

namespace cairn::share {

enum class ImportKind : std::uint8_t { things, statistics, observations };
enum class ImportFormat : std::uint8_t { automatic, csv, geojson };
const char* to_string(ImportKind kind);
const char* to_string(ImportFormat format);  // "auto", "csv", "geojson"
std::optional<ImportKind> parse_import_kind(std::string_view text);
std::optional<ImportFormat> parse_import_format(std::string_view text);

struct ImportRequest {
  ImportKind kind = ImportKind::things;
  ImportFormat format = ImportFormat::automatic;  // automatic: by the first sign of the content
  std::string name = "import";  // the file's name: stands in places and in the list of imports
  std::string_view bytes = {};  // must outlive `prepare` only
  // What the file does not say itself:
  std::string type = {};          // things: of a file without a type column
  std::string thing = {};         // observations: of a file without a thing column
  std::string property = {};      // statistics, observations: of a file with one value column
  std::string unit = {};          // of values that name none
  std::string source = {};        // of rows that name none; empty: the file's name
  std::optional<Zone> zone = {};  // of times without an offset; otherwise the region's
  // Live things that are not estimated take the place of the estimated ones of their type and
  // county; false lets them stand beside these.
  bool replace_estimated = true;
  // Column of the file -> field or property; "-" leaves a column out.
  std::vector<std::pair<std::string, std::string>> columns = {};
};

// What a file is read against: the world as it is before the import.
struct ImportContext {
  const model::Snapshot& snapshot;
  const std::unordered_map<model::RegionIndex, geo::Geometry>& boundaries;
};

struct RowError {
  std::size_t record = 0;  // from 1, without the header; 0: the header
  std::size_t line = 0;    // of the file, from 1; 0 in GeoJSON
  std::string column;      // as the file names it; empty when the whole row is meant
  std::string message;
  bool operator==(const RowError&) const = default;
};

struct ImportColumn {
  std::string header;  // as the file names it; empty for what was derived
  std::string name;    // field or property it is read as
  std::string unit;    // that the sample's values are in; empty when they have none
  bool operator==(const ImportColumn&) const = default;
};

struct SampleRow {
  std::size_t record = 0;
  std::vector<std::string> cells;  // as read, one for each of Preview::columns
  bool operator==(const SampleRow&) const = default;
};

// Estimated things (or estimated positions of regions) that the import takes the place of.
struct Replacement {
  std::string type;
  std::string region;  // code of the county
  Label region_label;
  std::size_t count = 0;
  bool estimated = true;
  bool operator==(const Replacement&) const = default;
};

struct Preview {
  ImportKind kind = ImportKind::things;
  ImportFormat format = ImportFormat::csv;
  std::string name;
  std::string encoding;  // as core/encoding.hpp names it
  char separator = 0;    // of a CSV
  std::string digest;    // SHA-256 of the file (and of the options that change its meaning)
  std::size_t rows = 0;
  std::size_t accepted = 0;
  std::size_t rejected = 0;        // rows with at least one mistake
  std::vector<RowError> errors;    // in order of the file, the first limits::reported_errors
  std::size_t error_count = 0;     // all of them
  std::vector<std::string> notes;  // what was assumed or left out
  std::vector<ImportColumn> columns;
  std::vector<SampleRow> sample;  // the first limits::import_sample accepted rows
  std::size_t new_things = 0;
  std::size_t updated_things = 0;  // things and regions that are there already
  std::vector<Replacement> replaces;
  model::Records records;  // the accepted rows
};

// Reads a file. An error result when it cannot be read as a table at all (encoding, no header, a
// needed column missing, a quote never closed, too large); mistakes of single rows are listed in
// the preview.
Result<Preview> prepare(const ImportRequest& request, const ImportContext& context);

struct Committed {
  std::int64_t id = 0;
  bool already = false;  // the same file is the newest import of its kind: nothing was done
};

// Keeps the accepted rows in one transaction. With rejected rows only when `accept_partial`.
Result<Committed> commit(const Preview& preview, store::Registry& registry, Instant now,
                         bool accept_partial = false);

}  // namespace cairn::share
