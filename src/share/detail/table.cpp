// SPDX-License-Identifier: Apache-2.0
#include "share/detail/table.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include "core/csv.hpp"
#include "core/text.hpp"
#include "geo/geojson.hpp"

namespace cairn::share::detail {
namespace {

class CsvTable final : public Table {
 public:
  CsvTable(std::string_view text, char separator, std::size_t lines_before, std::string name)
      : reader_(text, separator),
        separator_(separator),
        lines_before_(lines_before),
        name_(std::move(name)) {}

  Status begin() {
    auto record = reader_.next();
    if (!record) return fail(placed(record.error()));
    if (!*record) return fail(Code::invalid, "the file is empty", name_);
    for (const std::string& field : (*record)->fields) header_.emplace_back(trim(field));
    return {};
  }

  const std::vector<std::string>& header() const override { return header_; }
  char separator() const override { return separator_; }

  Result<bool> next(Row& row) override {
    auto record = reader_.next();
    if (!record) return fail(placed(record.error()));
    if (!*record) return false;
    row.record = (*record)->number - 1;
    row.line = (*record)->line + lines_before_;
    row.cells = std::move((*record)->fields);
    row.mistake.clear();
    if (row.cells.size() != header_.size()) {
      row.mistake = format("{} fields where the header has {}", row.cells.size(), header_.size());
    } else if ((*record)->broken_quote) {
      row.mistake = "text stands after a closing quote; a quote inside a field is written twice";
    }
    return true;
  }

 private:
  Error placed(Error error) const {
    error.place = format("{}:{}", name_, error.place);
    return error;
  }

  CsvReader reader_;
  char separator_;
  std::size_t lines_before_;
  std::string name_;
  std::vector<std::string> header_;
};

// The features as rows: members of `properties` over all features are the columns, after id, lon
// and lat.
class FeatureTable final : public Table {
 public:
  Status read(std::string_view text, const std::string& name) {
    auto done = geo::for_each_feature(text, name, [&](std::size_t, Result<geo::Feature> feature) {
      if (feature) note(*feature);
      features_.push_back(std::move(feature));
    });
    if (!done) return done;
    if (features_.empty()) return fail(Code::invalid, "there is no feature in the file", name);
    const bool own_id = column_.contains("id");
    if (!own_id && any_id_) add_column("id");
    add_column("lon");
    add_column("lat");
    return {};
  }

  const std::vector<std::string>& header() const override { return header_; }
  char separator() const override { return 0; }

  Result<bool> next(Row& row) override {
    if (at_ == features_.size()) return false;
    const Result<geo::Feature>& feature = features_[at_++];
    row.record = at_;
    row.line = 0;
    row.cells.assign(header_.size(), {});
    row.mistake.clear();
    if (feature) {
      fill(*feature, row);
    } else {
      row.mistake = format("{} ({})", feature.error().message, feature.error().place);
    }
    return true;
  }

 private:
  void add_column(const std::string& name) {
    if (column_.emplace(name, header_.size()).second) header_.push_back(name);
  }

  void note(const geo::Feature& feature) {
    any_id_ |= !feature.id.empty();
    for (const auto& [key, value] : feature.properties) add_column(key);
  }

  void fill(const geo::Feature& feature, Row& row) {
    for (const auto& [key, value] : feature.properties) {
      row.cells[column_.at(key)] = feature.text(key);
    }
    if (!feature.id.empty() && row.cells[column_.at("id")].empty()) {
      row.cells[column_.at("id")] = feature.id;
    }
    if (feature.geometry.empty()) return;
    const std::optional<geo::Point> point = place_of(feature.geometry);
    if (!point) {
      row.mistake = "a thing's place is a Point or an area, not a line or a collection";
      return;
    }
    row.cells[column_.at("lon")] = number_text(point->x);
    row.cells[column_.at("lat")] = number_text(point->y);
  }

  static std::optional<geo::Point> place_of(const geo::Geometry& geometry) {
    if (const auto* point = std::get_if<geo::Point>(&geometry.shape)) return *point;
    const auto* points = std::get_if<geo::MultiPoint>(&geometry.shape);
    if (points != nullptr && points->points.size() == 1) return points->points[0];
    const auto* areas = std::get_if<geo::MultiPolygon>(&geometry.shape);
    const bool area = std::holds_alternative<geo::Polygon>(geometry.shape) ||
                      (areas != nullptr && !areas->polygons.empty());
    if (area) return geo::label_point(geometry);
    return std::nullopt;
  }

  std::vector<Result<geo::Feature>> features_;
  std::vector<std::string> header_;
  std::unordered_map<std::string, std::size_t> column_;
  std::size_t at_ = 0;
  bool any_id_ = false;
};

// Excel begins a CSV with "sep=;" so that it opens well; the line is no header.
std::optional<char> stated_separator(std::string_view& text) {
  if (text.size() < 5 || !iequals_ascii(text.substr(0, 4), "sep=")) return std::nullopt;
  const std::size_t end = text.find_first_of("\r\n");
  if (end != 5) return std::nullopt;
  const char separator = text[4];
  text.remove_prefix(end + (text.substr(end, 2) == "\r\n" ? 2 : 1));
  return separator;
}

}  // namespace

Result<std::unique_ptr<Table>> open_table(std::string_view text, ImportFormat format,
                                          const std::string& name) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return fail(Code::invalid, "the file is empty", name);
  if (format == ImportFormat::automatic) {
    const bool json = text[first] == '{' || text[first] == '[';
    format = json ? ImportFormat::geojson : ImportFormat::csv;
  }
  if (format == ImportFormat::geojson) {
    auto table = std::make_unique<FeatureTable>();
    if (auto done = table->read(text, name); !done) return fail(done.error());
    return Result<std::unique_ptr<Table>>(std::move(table));
  }
  const auto stated = stated_separator(text);
  auto table = std::make_unique<CsvTable>(text, stated ? *stated : detect_separator(text),
                                          stated ? 1 : 0, name);
  if (auto done = table->begin(); !done) return fail(done.error());
  return Result<std::unique_ptr<Table>>(std::move(table));
}

}  // namespace cairn::share::detail
