// SPDX-License-Identifier: Apache-2.0
#include "core/csv.hpp"

#include <algorithm>

#include "core/limits.hpp"
#include "core/text.hpp"

namespace cairn {

Result<std::optional<CsvRecord>> CsvReader::next() {
  while (at_ < text_.size()) {
    CsvRecord record;
    record.line = line_;
    std::string field;
    bool quoted_field = false;
    bool ended = false;
    const auto push = [&] {
      record.fields.push_back(std::move(field));
      field.clear();
      quoted_field = false;
    };
    while (!ended) {
      if (at_ >= text_.size()) {
        push();
        break;
      }
      const char c = text_[at_];
      if (c == '"' && field.empty() && !quoted_field) {
        quoted_field = true;
        ++at_;
        for (;;) {
          if (at_ >= text_.size()) {
            return fail(Code::invalid, "a quoted field is not closed before the end of the file",
                        format("line {}", record.line));
          }
          const char q = text_[at_++];
          if (q == '\n') ++line_;
          if (q != '"') {
            field += q;
          } else if (at_ < text_.size() && text_[at_] == '"') {
            field += '"';
            ++at_;
          } else {
            break;
          }
          if (field.size() > limits::csv_field_bytes) break;
        }
      } else if (c == separator_) {
        ++at_;
        push();
      } else if (c == '\n' || c == '\r') {
        at_ += (c == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') ? 2 : 1;
        ++line_;
        push();
        ended = true;
      } else {
        record.broken_quote |= quoted_field;
        field += c;
        ++at_;
      }
      if (field.size() > limits::csv_field_bytes || record.fields.size() > limits::csv_columns) {
        at_ = text_.size();
        return fail(Code::too_large, "a field or a record is too long; is a quote missing?",
                    format("line {}", record.line));
      }
    }
    const bool blank = record.fields.size() == 1 && trim(record.fields[0]).empty();
    if (blank) continue;
    record.number = ++records_;
    return std::optional<CsvRecord>(std::move(record));
  }
  return std::optional<CsvRecord>();
}

char detect_separator(std::string_view text) {
  std::size_t counts[3] = {0, 0, 0};
  constexpr char separators[3] = {',', ';', '\t'};
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (!quoted && (c == '\n' || c == '\r')) break;
    for (int i = 0; i < 3; ++i) counts[i] += !quoted && c == separators[i];
  }
  const auto best = std::max_element(counts, counts + 3) - counts;
  return counts[best] == 0 ? ',' : separators[best];
}

std::optional<std::size_t> CsvTable::column(std::string_view name) const {
  const auto at = std::find(header.begin(), header.end(), name);
  if (at == header.end()) return std::nullopt;
  return static_cast<std::size_t>(at - header.begin());
}

Result<CsvTable> read_csv(std::string_view text, std::string_view name) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  CsvReader reader(text, detect_separator(text));
  CsvTable table;
  for (;;) {
    auto record = reader.next();
    if (!record)
      return fail(record.error().code, record.error().message,
                  format("{}:{}", name, record.error().place));
    if (!*record) break;
    if (table.header.empty()) {
      for (const std::string& field : (*record)->fields) table.header.emplace_back(trim(field));
      continue;
    }
    if ((*record)->fields.size() != table.header.size()) {
      return fail(Code::invalid,
                  format("{} fields where the header has {}", (*record)->fields.size(),
                         table.header.size()),
                  format("{}:{}", name, (*record)->line));
    }
    table.records.push_back(std::move(**record));
  }
  if (table.header.empty()) return fail(Code::invalid, "the file is empty", std::string(name));
  return table;
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n;\t") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

}  // namespace cairn
