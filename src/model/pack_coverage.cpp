// SPDX-License-Identifier: Apache-2.0
#include "model/pack_coverage.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "core/text.hpp"
#include "model/quote_finder.hpp"
#include "model/yaml.hpp"

namespace cairn::model {
namespace {

constexpr std::string_view numerals[] = {"一", "二", "三", "四", "五",
                                         "六", "七", "八", "九", "十"};
constexpr std::size_t longest_heading = 90;  // bytes: thirty characters

// The rest behind the Chinese numeral at the front; empty when there is none.
std::string_view behind_numeral(std::string_view text) {
  const std::string_view whole = text;
  for (bool more = true; more;) {
    more = false;
    for (const std::string_view numeral : numerals) {
      if (!text.starts_with(numeral)) continue;
      text.remove_prefix(numeral.size());
      more = true;
    }
  }
  return text.size() == whole.size() ? std::string_view() : text;
}

// How deep a heading is, 1 the chapter; 0: it is no heading.
int rank_of(std::string_view line) {
  if (line.size() > longest_heading || line.ends_with("。") || line.ends_with("；")) return 0;
  if (line.starts_with("专栏")) return 6;
  if (line.starts_with("第")) {
    const std::string_view rest = behind_numeral(line.substr(3));
    return rest.starts_with("章") ? 1 : rest.starts_with("节") ? 2 : 0;
  }
  if (behind_numeral(line).starts_with("、")) return 3;
  if (line.starts_with("（") && behind_numeral(line.substr(3)).starts_with("）")) return 4;
  const std::size_t digits = line.find_first_not_of("0123456789");
  if (digits == 0 || digits > 2 || digits == std::string_view::npos) return 0;
  std::string_view rest = line.substr(digits);
  const bool dotted = rest.starts_with(".") || rest.starts_with("．") || rest.starts_with("、");
  if (!dotted) return 0;
  rest.remove_prefix(rest.starts_with(".") ? 1 : 3);
  rest = trim(rest);
  return rest.empty() || (rest[0] >= '0' && rest[0] <= '9') ? 0 : 5;
}

// "一、加快建设......36", "二、形势\t12": a line of the table of contents.
bool of_contents(std::string_view line) {
  const std::size_t end = line.find_last_not_of("0123456789");
  if (end == std::string_view::npos || end + 1 == line.size()) return false;
  return line[end] == '.' || line[end] == '\t' || line.substr(0, end + 1).ends_with("…");
}

bool ends_sentence(std::string_view line) {
  return line.ends_with("。") || line.ends_with("！") || line.ends_with("；") ||
         line.ends_with("：");
}

// Where lines are broken at a width, a paragraph ends with a short one; else with its sentence.
class Paragraphs {
 public:
  explicit Paragraphs(const std::vector<std::string>& lines) {
    std::vector<std::size_t> widths;
    for (const std::string& line : lines) {
      if (!trim(line).empty()) widths.push_back(display_width(trim(line)));
    }
    std::sort(widths.begin(), widths.end());
    if (!widths.empty()) full_ = widths[widths.size() * 3 / 4];
  }
  bool ends(std::string_view line) const {
    if (!ends_sentence(line)) return false;
    return full_ > 100 || display_width(line) * 10 < full_ * 9;
  }

 private:
  std::size_t full_ = 0;  // columns of a line that is full
};

bool says(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return text.find(word) != std::string_view::npos;
  });
}

// Reviews, principles and measures ask for nothing to be built.
bool only_talks(const Chapter& chapter) {
  const auto talks = [](std::string_view title) {
    return says(title,
                {"回顾", "形势", "环境", "背景", "机遇", "挑战", "指导思想", "原则", "保障措施",
                 "发展基础", "总体要求", "总体目标", "发展目标", "序言", "前言"});
  };
  return talks(chapter.title) || std::any_of(chapter.path.begin(), chapter.path.end(), talks);
}

Passage* passage_at(std::vector<Chapter>& chapters, int line) {
  Passage* before = nullptr;
  for (Chapter& chapter : chapters) {
    // A quote of the heading belongs to what stands below it.
    if (chapter.line == line && !chapter.passages.empty()) return &chapter.passages[0];
    for (Passage& passage : chapter.passages) {
      if (passage.line > line) return before;
      before = &passage;
      if (line <= passage.last_line) return &passage;
    }
  }
  return before;
}

}  // namespace

bool asks_for_system(std::string_view text) {
  return says(text, {"系统", "平台", "监测", "预警", "感知", "传感", "监控", "物联网", "数字孪生",
                     "智慧", "智能化", "预报", "追溯", "在线", "管网", "应急通信"}) &&
         says(text, {"建设", "建立", "构建", "打造", "推进", "推动", "加快", "加强", "完善", "开展",
                     "实施", "部署", "提升", "实现", "强化", "支撑", "推广", "搭建", "发展"});
}

std::vector<Chapter> chapters_of(const std::vector<std::string>& lines) {
  const Paragraphs paragraphs(lines);
  std::vector<Chapter> out(1);
  std::vector<std::pair<int, std::string>> above;
  bool open = false;  // the last passage goes on
  std::string_view before;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = trim(lines[i]);
    const int number = static_cast<int>(i) + 1;
    if (line.empty() || of_contents(line)) continue;
    const int rank = rank_of(line);
    // A number at the front of a line that goes on a sentence is no heading.
    const bool within = open && rank == 5 && !ends_sentence(before);
    before = line;
    if (rank > 0 && !within) {
      while (!above.empty() && above.back().first >= rank) above.pop_back();
      Chapter chapter;
      chapter.title = line;
      chapter.line = number;
      for (const auto& [level, title] : above) chapter.path.push_back(title);
      above.emplace_back(rank, chapter.title);
      out.push_back(std::move(chapter));
      open = false;
      continue;
    }
    std::vector<Passage>& passages = out.back().passages;
    if (!open) passages.push_back({number, number, {}, false, {}, {}});
    passages.back().text += line;
    passages.back().last_line = number;
    open = !paragraphs.ends(line);
  }
  return out;
}

std::vector<LeftOut> load_left_out(const Files& files, const std::string& path,
                                   const std::vector<Plan>& plans, Problems& problems) {
  std::vector<LeftOut> out;
  if (!files.exists(path)) return out;
  const auto text = files.read(path);
  const auto root = text ? parse_yaml(*text, path) : Result<YamlNode>(fail(text.error()));
  if (!root) {
    problems.errors.push_back(root.error());
    return out;
  }
  std::unordered_map<std::string, QuoteFinder> texts;
  for (const YamlNode& item : root->items) {
    YamlMap map(item, path, problems);
    LeftOut one{map.text("plan", true), map.integer("line").value_or(0), map.text("quote", true),
                map.label("reason", true), map.place()};
    map.finish();
    const auto plan = std::find_if(plans.begin(), plans.end(),
                                   [&](const Plan& known) { return known.id == one.plan; });
    if (plan == plans.end()) {
      problems.error(one.place, format("no plan '{}' is loaded", one.plan), Code::not_found);
      continue;
    }
    const auto& finder = texts.try_emplace(plan->id, plan->lines).first->second;
    if (const std::string wrong = finder.mismatch(one.line, one.quote); !wrong.empty()) {
      problems.error(one.place, format("{} line {}: {}", one.plan, one.line, wrong));
      continue;
    }
    out.push_back(std::move(one));
  }
  return out;
}

PlanCoverage pack_coverage(const Plan& plan, const Catalog& catalog,
                           const std::vector<LeftOut>& left_out) {
  PlanCoverage out{plan.id, plan.title, chapters_of(plan.lines)};
  for (Chapter& chapter : out.chapters) {
    const bool talks = only_talks(chapter);
    for (Passage& passage : chapter.passages) {
      passage.asks = !talks && asks_for_system(passage.text);
    }
  }
  for (const PackDef& pack : catalog.packs) {
    for (const Quote& quote : pack.answers) {
      Passage* passage = quote.plan == plan.id ? passage_at(out.chapters, quote.line) : nullptr;
      if (passage == nullptr) continue;
      auto& packs = passage->packs;
      if (std::find(packs.begin(), packs.end(), pack.id) == packs.end()) packs.push_back(pack.id);
    }
  }
  for (const LeftOut& one : left_out) {
    Passage* passage = one.plan == plan.id ? passage_at(out.chapters, one.line) : nullptr;
    if (passage != nullptr) passage->left_out.push_back(one);
  }
  for (Chapter& chapter : out.chapters) {
    std::erase_if(chapter.passages, [](const Passage& passage) {
      return !passage.asks && passage.packs.empty() && passage.left_out.empty();
    });
    for (Passage& passage : chapter.passages) {
      std::sort(passage.packs.begin(), passage.packs.end());
    }
  }
  std::erase_if(out.chapters, [](const Chapter& chapter) { return chapter.passages.empty(); });
  return out;
}

std::vector<PlanCoverage> pack_coverage(const std::vector<Plan>& plans, std::string_view home,
                                        const Catalog& catalog,
                                        const std::vector<LeftOut>& left_out) {
  std::vector<const Plan*> order;
  for (const Plan& plan : plans) order.push_back(&plan);
  std::sort(order.begin(), order.end(), [&](const Plan* a, const Plan* b) {
    return std::pair(a->region != home, a->id) < std::pair(b->region != home, b->id);
  });
  std::vector<PlanCoverage> out;
  for (const Plan* plan : order) out.push_back(pack_coverage(*plan, catalog, left_out));
  return out;
}

CoverageCount count_of(const Chapter& chapter) {
  CoverageCount out;
  for (const Passage& passage : chapter.passages) {
    ++out.passages;
    out.answered += passage.packs.empty() ? 0 : 1;
    out.left_out += passage.left_out.empty() ? 0 : 1;
  }
  return out;
}

CoverageCount count_of(const PlanCoverage& coverage) {
  CoverageCount out;
  for (const Chapter& chapter : coverage.chapters) {
    const CoverageCount one = count_of(chapter);
    out.passages += one.passages;
    out.answered += one.answered;
    out.left_out += one.left_out;
  }
  return out;
}

}  // namespace cairn::model
