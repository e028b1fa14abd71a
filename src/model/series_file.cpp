// SPDX-License-Identifier: Apache-2.0
#include "model/series_file.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

#include "core/csv.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace cairn::model {
namespace {

// Of one file; the rest is counted.
constexpr std::size_t most_rows_told = 5;

struct Row {
  std::size_t line = 0;
  std::vector<std::string> fields;
};

// "8/17/2015 0:15", as American loggers write it, and "2015/8/17 0:15", as spreadsheets in Chinese.
std::optional<Instant> parse_slashed(std::string_view text, Zone zone) {
  const auto halves = split(text, ' ');
  const auto date = split(halves[0], '/');
  if (date.size() != 3 || halves.size() > 2) return std::nullopt;
  const bool year_first = date[0].size() == 4;
  const auto month = parse_integer(date[year_first ? 1 : 0]);
  const auto day = parse_integer(date[year_first ? 2 : 1]);
  const auto year = parse_integer(date[year_first ? 0 : 2]);
  if (!month || !day || !year || *year < 1000 || *year > 9999) return std::nullopt;
  const Date civil{static_cast<std::int32_t>(*year), static_cast<std::uint8_t>(*month),
                   static_cast<std::uint8_t>(*day)};
  if (*month < 1 || *month > 12 || !is_valid(civil)) return std::nullopt;
  std::int64_t ns = 0;
  if (halves.size() == 2) {
    const auto clock = split(halves[1], ':');
    std::int64_t unit = 3600 * ns_per_second;
    for (const auto part : clock) {
      const auto number = parse_integer(part);
      if (!number || *number < 0 || *number > 59 || unit == 0) return std::nullopt;
      ns += *number * unit;
      unit /= 60;
    }
  }
  return start_of(civil, zone) + ns;
}

class SeriesReader {
 public:
  SeriesReader(std::string_view name, const SeriesFile& series, Records& out, Problems& problems)
      : name_(name), series_(series), out_(out), problems_(problems) {}

  // `whole`: no row has more fields than the header, as one with a decimal comma has.
  bool bind(const std::vector<std::string>& header, bool whole) {
    if (whole) width_ = header.size();
    for (const std::string& column : series_.time_columns) times_.push_back(find(header, column));
    for (const SeriesColumn& column : series_.columns) {
      values_.push_back(find(header, column.column));
    }
    return !failed_;
  }

  void read(const Row& row) {
    if (width_ > 0 && row.fields.size() > width_) {
      bad(row, format("{} fields where the header has {}", row.fields.size(), width_));
      return;
    }
    const auto time = time_of(row);
    if (!time) {
      bad(row, times_.size() == 1 ? format("'{}' is not a time: write it as 2024-07-01T08:00",
                                           field(row, times_[0]))
                                  : std::string("the time cannot be read"));
      return;
    }
    for (std::size_t i = 0; i < values_.size(); ++i) {
      const std::string_view text = trim(field(row, values_[i]));
      if (text.empty() || std::find(series_.missing.begin(), series_.missing.end(), text) !=
                              series_.missing.end()) {
        continue;
      }
      const auto value = parse_number(text);
      if (!value) {
        bad(row, format("'{}' in column {} is not a number", text, series_.columns[i].column));
        continue;
      }
      seen_.push_back({i, time->ns, row.line, *value});
      const SeriesColumn& column = series_.columns[i];
      out_.observations.push_back({series_.thing,
                                   column.property,
                                   {*time, end_of(*time)},
                                   in_property_unit(column, *value),
                                   false,
                                   series_.source});
    }
  }

  void finish() {
    tell_doubled();
    if (bad_rows_ <= most_rows_told) return;
    problems_.error(std::string(name_),
                    format("{} more rows with mistakes", bad_rows_ - most_rows_told));
  }

 private:
  struct Seen {
    std::size_t column;  // of series_.columns
    std::int64_t time_ns;
    std::size_t line;
    double value;
  };

  // One time with two values, as a clock that was set back writes it. The same row twice is none.
  void tell_doubled() {
    std::sort(seen_.begin(), seen_.end(), [](const Seen& a, const Seen& b) {
      return std::tie(a.column, a.time_ns, a.line) < std::tie(b.column, b.time_ns, b.line);
    });
    for (std::size_t i = 1; i < seen_.size(); ++i) {
      const Seen& a = seen_[i - 1];
      const Seen& b = seen_[i];
      if (a.column != b.column || a.time_ns != b.time_ns || a.value == b.value) continue;
      bad(b.line, format("{} stands here with {} and in line {} with {}, in column {}: keep one",
                         to_string(Instant{b.time_ns}, series_.zone), number_text(b.value), a.line,
                         number_text(a.value), series_.columns[b.column].column));
    }
  }

  std::size_t find(const std::vector<std::string>& header, const std::string& column) {
    const auto at = std::find(header.begin(), header.end(), column);
    if (at == header.end()) {
      const auto near = nearest(column, header);
      problems_.error(series_.place, format("{} has no column '{}'{}", name_, column,
                                            near ? "; did you mean '" + *near + "'?" : ""));
      failed_ = true;
    }
    return static_cast<std::size_t>(at - header.begin());
  }

  std::string_view field(const Row& row, std::size_t index) const {
    return index < row.fields.size() ? std::string_view(row.fields[index]) : std::string_view();
  }

  Instant end_of(Instant begin) const {
    return series_.lasts ? plus(begin, *series_.lasts, series_.zone) : begin;
  }

  std::optional<Instant> time_of(const Row& row) const {
    if (times_.size() == 1) {
      const std::string_view text = trim(field(row, times_[0]));
      if (const auto slashed = parse_slashed(text, series_.zone)) return slashed;
      const auto parsed = parse_instant(text, series_.zone);
      return parsed ? std::optional<Instant>(*parsed) : std::nullopt;
    }
    std::int64_t part[5] = {1970, 1, 1, 0, 0};
    for (std::size_t i = 0; i < times_.size() && i < 5; ++i) {
      const auto number = parse_integer(trim(field(row, times_[i])));
      if (!number) return std::nullopt;
      part[i] = *number;
    }
    if (part[1] < 1 || part[1] > 12 || part[2] < 1 || part[2] > 31 || part[3] < 0 || part[3] > 24 ||
        part[4] < 0 || part[4] > 59) {
      return std::nullopt;
    }
    const Date date{static_cast<std::int32_t>(part[0]), static_cast<std::uint8_t>(part[1]),
                    static_cast<std::uint8_t>(part[2])};
    if (!is_valid(date)) return std::nullopt;
    return start_of(date, series_.zone) + (part[3] * 3600 + part[4] * 60) * ns_per_second;
  }

  void bad(const Row& row, std::string message) { bad(row.line, std::move(message)); }
  void bad(std::size_t line, std::string message) {
    // A file with one mistake repeated a thousand times is one problem.
    if (++bad_rows_ > most_rows_told) return;
    problems_.error(format("{}:{}", name_, line), std::move(message));
  }

  std::string_view name_;
  const SeriesFile& series_;
  Records& out_;
  Problems& problems_;
  std::vector<std::size_t> times_;
  std::vector<std::size_t> values_;
  std::size_t width_ = 0;  // 0: it does not matter
  std::vector<Seen> seen_;
  std::size_t bad_rows_ = 0;
  bool failed_ = false;
};

std::vector<std::string> blank_separated(std::string_view line) {
  std::vector<std::string> fields;
  std::size_t at = 0;
  while (at < line.size()) {
    while (at < line.size() && (line[at] == ' ' || line[at] == '\t' || line[at] == '\r')) ++at;
    const std::size_t start = at;
    while (at < line.size() && line[at] != ' ' && line[at] != '\t' && line[at] != '\r') ++at;
    if (at > start) fields.emplace_back(line.substr(start, at - start));
  }
  return fields;
}

void read_columns(std::string_view text, SeriesReader& reader) {
  std::size_t number = 0;
  bool bound = false;
  for (const std::string_view line : split(text, '\n')) {
    ++number;
    if (line.empty() || line.front() == '#') continue;
    Row row{number, blank_separated(line)};
    if (row.fields.empty()) continue;
    if (!bound) {
      std::vector<std::string> header;
      for (std::size_t i = 1; i <= row.fields.size(); ++i) header.push_back(format("${}", i));
      if (!reader.bind(header, false)) return;
      bound = true;
    }
    reader.read(row);
  }
}

}  // namespace

double in_property_unit(const SeriesColumn& column, double value) {
  value = value * column.scale + column.offset;
  return column.unit ? convert(value, *column.unit, column.to) : value;
}

void read_series_text(std::string_view text, std::string_view name, const SeriesFile& series,
                      Records& out, Problems& problems) {
  SeriesReader reader(name, series, out, problems);
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  if (series.format == "columns") {
    read_columns(text, reader);
    return reader.finish();
  }
  std::size_t skipped_lines = 0;
  while (!text.empty() && text.front() == '#') {
    const std::size_t end = text.find('\n');
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++skipped_lines;
  }
  CsvReader csv(text, detect_separator(text));
  bool bound = false;
  for (;;) {
    auto record = csv.next();
    if (!record) {
      problems.error(format("{}: {}", name, record.error().place), record.error().message);
      return;
    }
    if (!*record) return reader.finish();
    if (!bound) {
      for (std::string& field : (*record)->fields) field = std::string(trim(field));
      if (!reader.bind((*record)->fields, true)) return;
      bound = true;
      continue;
    }
    reader.read({(*record)->line + skipped_lines, std::move((*record)->fields)});
  }
}

}  // namespace cairn::model
