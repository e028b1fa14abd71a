// SPDX-License-Identifier: Apache-2.0
#include "app/check_text.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/text.hpp"
#include "model/fault.hpp"

namespace cairn::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t shown_columns = 160;  // of a long line, around the piece

// The first `count` code points.
std::string_view points(std::string_view text, int count) {
  std::size_t at = 0;
  for (int i = 0; i < count && at < text.size(); ++i) next_code_point(text, at);
  return text.substr(0, at);
}

int utf16_units(std::string_view text) {
  int out = 0;
  for (std::size_t at = 0; at < text.size();) out += next_code_point(text, at) > 0xFFFF ? 2 : 1;
  return out;
}

// Blanks as wide as the text, tabs kept, so that the caret stands under its piece.
std::string gap(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    next_code_point(text, at);
    const std::string_view one = text.substr(begin, at - begin);
    out += one == "\t" ? std::string("\t") : std::string(display_width(one), ' ');
  }
  return out;
}

// Line and underline; of a very long line what is around the piece.
std::string source_lines(const model::Diagnosis& diagnosis, const Style& style) {
  std::string_view line = diagnosis.source;
  const std::string_view before = points(line, std::max(diagnosis.column, 1) - 1);
  std::string_view piece = points(line, std::max(diagnosis.end_column, 1) - 1);
  piece.remove_prefix(std::min(before.size(), piece.size()));
  std::string_view lead = before;
  std::string_view tail = line.substr(before.size() + piece.size());
  std::string front;
  if (line.size() > shown_columns) {
    std::size_t cut = lead.size() > shown_columns / 2 ? lead.size() - shown_columns / 2 : 0;
    while (cut < lead.size() && (static_cast<unsigned char>(lead[cut]) & 0xC0) == 0x80) ++cut;
    if (cut > 0) front = "…";
    lead.remove_prefix(cut);
    tail = points(tail, 60);
  }
  const std::string number = std::to_string(diagnosis.line);
  const std::string margin(number.size(), ' ');
  std::string out = format("{} {}\n", margin, style.dim("|"));
  out += format("{} {} {}{}{}{}\n", style.dim(number), style.dim("|"), front, lead, piece, tail);
  if (diagnosis.column == 0) return out;
  const std::string under(std::max<std::size_t>(1, display_width(piece)), '^');
  out += format("{} {} {}{}{}\n", margin, style.dim("|"), front.empty() ? "" : " ", gap(lead),
                diagnosis.warning ? style.yellow(under) : style.red(under));
  return out;
}

Json to_json(const model::Diagnosis& diagnosis) {
  Json out = {{"place", diagnosis.error.place},
              {"message", diagnosis.error.message},
              {"code", to_string(diagnosis.error.code)},
              {"id", diagnosis.code},
              {"severity", diagnosis.warning ? "warning" : "error"},
              {"file", diagnosis.file}};
  if (diagnosis.line > 0) {
    const int line = diagnosis.line - 1;
    const int begin =
        diagnosis.column == 0 ? 0 : utf16_units(points(diagnosis.source, diagnosis.column - 1));
    const int end = diagnosis.column == 0
                        ? utf16_units(diagnosis.source)
                        : utf16_units(points(diagnosis.source, diagnosis.end_column - 1));
    out["range"] = {{"start", {{"line", line}, {"character", begin}}},
                    {"end", {{"line", line}, {"character", std::max(begin, end)}}}};
  }
  if (!diagnosis.help.empty()) {
    out["help"] = {{"zh", diagnosis.help.zh}, {"en", diagnosis.help.en}};
  }
  return out;
}

std::string indented(std::string_view text) {
  std::string out = "    ";
  for (const char c : text) {
    out += c;
    if (c == '\n') out += "    ";
  }
  return out + "\n";
}

}  // namespace

std::string diagnosis_text(const model::Diagnosis& diagnosis, const Style& style) {
  const std::string kind =
      format("{}[{}]:", diagnosis.warning ? "warning" : "error", diagnosis.code);
  std::string out = format("{} {}\n", diagnosis.warning ? style.yellow(kind) : style.red(kind),
                           style.bold(diagnosis.error.message));
  if (!diagnosis.file.empty()) {
    std::string place = diagnosis.file;
    if (diagnosis.line > 0) place += format(":{}", diagnosis.line);
    if (diagnosis.column > 0) place += format(":{}", diagnosis.column);
    out += format(" {} {}\n", style.dim("-->"), place);
  }
  if (diagnosis.line > 0) out += source_lines(diagnosis, style);
  if (!diagnosis.help.empty()) {
    out += format("  {} help: {} · {}\n", style.dim("="), diagnosis.help.zh, diagnosis.help.en);
  }
  return out + "\n";
}

std::string diagnoses_json(const std::vector<model::Diagnosis>& diagnoses, bool all) {
  Json errors = Json::array();
  Json warnings = Json::array();
  int consequences = 0;
  for (const model::Diagnosis& diagnosis : diagnoses) {
    consequences += diagnosis.consequence ? 1 : 0;
    if (diagnosis.consequence && !all) continue;
    (diagnosis.warning ? warnings : errors).push_back(to_json(diagnosis));
  }
  const Json out = {{"errors", std::move(errors)},
                    {"warnings", std::move(warnings)},
                    {"consequences", consequences}};
  return out.dump(2) + "\n";
}

Result<std::string> fault_text(std::string_view code, const Style& style) {
  const model::Fault* fault = model::find_fault(code);
  if (fault == nullptr) {
    std::vector<std::string> codes;
    for (const model::Fault& known : model::faults()) codes.emplace_back(known.code);
    const auto near = nearest(std::string(code), codes);
    return fail(Code::not_found,
                format("there is no code '{}'{}; `cairn check --explain list` lists them", code,
                       near ? format("; did you mean {}?", *near) : std::string()));
  }
  std::string out = format("{}\n{}\n{}\n", style.bold(fault->code), fault->zh, fault->en);
  if (!fault->help_zh.empty()) {
    out += format("\n怎么改 How to mend it\n    {}\n    {}\n", fault->help_zh, fault->help_en);
  }
  if (!fault->wrong.empty()) {
    out += format("\n错 Wrong\n{}\n对 Right\n{}", indented(fault->wrong), indented(fault->right));
  }
  return out;
}

std::string fault_list() {
  std::string out;
  for (const model::Fault& fault : model::faults()) {
    out += format("{}  {} {}\n", fault.code, fault.zh, fault.en);
  }
  return out;
}

}  // namespace cairn::app
