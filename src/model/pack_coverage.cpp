// SPDX-License-Identifier: Apache-2.0
#include "model/pack_coverage.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <unordered_map>
#include <utility>

#include "core/text.hpp"
#include "model/quote_finder.hpp"
#include "model/yaml.hpp"

namespace cairn::model {
namespace {

constexpr LeftOutKind left_out_kinds[] = {LeftOutKind::never, LeftOutKind::outside,
                                          LeftOutKind::later};
constexpr std::string_view numerals[] = {"一", "二", "三", "四", "五",
                                         "六", "七", "八", "九", "十"};
constexpr std::size_t longest_heading = 90;  // bytes: thirty characters
constexpr std::size_t longest_item = 72;     // behind the bracket: some twenty-four characters

bool says(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return text.find(word) != std::string_view::npos;
  });
}

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

// "（一）", "(1)": what stands behind the bracket; both brackets may be full or half width.
std::string_view within_brackets(std::string_view line) {
  for (const std::string_view bracket : {"（", "("}) {
    if (line.starts_with(bracket)) return line.substr(bracket.size());
  }
  return {};
}

bool closes(std::string_view rest) {
  return rest.starts_with("）") || rest.starts_with(")");
}

// "（1）…": below the numbered headings, and short.
bool is_item(std::string_view inner) {
  const std::size_t digits = inner.find_first_not_of("0123456789");
  return digits != 0 && digits != std::string_view::npos && inner.size() <= longest_item &&
         closes(inner.substr(digits));
}

// Of a line without its full stop.
int plain_rank(std::string_view line) {
  if (line.size() > longest_heading || line.ends_with("；")) return 0;
  if (line.starts_with("专栏")) return 6;
  if (line.starts_with("第")) {
    const std::string_view rest = behind_numeral(line.substr(3));
    return rest.starts_with("章") ? 1 : rest.starts_with("节") ? 2 : 0;
  }
  if (behind_numeral(line).starts_with("、")) return 3;
  if (const std::string_view inner = within_brackets(line); !inner.empty()) {
    if (closes(behind_numeral(inner))) return 4;
    return is_item(inner) ? 6 : 0;
  }
  const std::size_t digits = line.find_first_not_of("0123456789");
  if (digits == 0 || digits > 2 || digits == std::string_view::npos) return 0;
  std::string_view rest = line.substr(digits);
  const bool dotted = rest.starts_with(".") || rest.starts_with("．") || rest.starts_with("、");
  if (!dotted) return 0;
  rest.remove_prefix(rest.starts_with(".") ? 1 : 3);
  rest = trim(rest);
  return rest.empty() || (rest[0] >= '0' && rest[0] <= '9') ? 0 : 5;
}

// How deep a heading is, 1 the chapter; 0: it is no heading. Some plans end headings with a full
// stop: "（二）分批推进新型智慧城市建设。"
int rank_of(std::string_view line) {
  if (!line.ends_with("。")) return plain_rank(line);
  line.remove_suffix(std::string_view("。").size());
  if (says(line, {"。", "；", "，", "："})) return 0;
  const int rank = plain_rank(line);
  return rank == 4 || rank == 5 ? rank : 0;
}

// "图 10: …": what is printed under a drawing.
bool is_caption(std::string_view line) {
  if (!line.starts_with("图")) return false;
  const std::string_view rest = trim(line.substr(std::string_view("图").size()));
  const std::size_t digits = rest.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string_view::npos) return false;
  const std::string_view behind = trim(rest.substr(digits));
  return behind.starts_with(":") || behind.starts_with("：");
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

// Reviews, principles and measures ask for nothing to be built, nor does what stands before the
// first heading; a chapter about where things are to stand (布局) does.
bool only_talks(const Chapter& chapter) {
  if (chapter.title.empty()) return true;
  std::vector<std::string_view> titles(chapter.path.begin(), chapter.path.end());
  titles.push_back(chapter.title);
  for (auto title = titles.rbegin(); title != titles.rend(); ++title) {
    if (says(*title, {"布局"})) return false;
    if (says(*title,
             {"回顾", "形势", "、发展环境", "主攻方向", "背景", "机遇", "挑战", "指导思想", "原则",
              "保障措施", "发展基础", "总体要求", "总体目标", "发展目标", "序言", "前言"})) {
      return true;
    }
  }
  return false;
}

// Words that hold the name of a system and name none: "系统推进" is "systematically".
std::string without_turns_of_phrase(std::string_view text) {
  std::string out(text);
  for (const std::string_view phrase : {"系统推进", "系统提升", "系统谋划", "系统观念", "系统性",
                                        "系统级", "操作系统", "生态系统", "创新平台"}) {
    for (std::size_t at = 0; (at = out.find(phrase, at)) != std::string::npos;) {
      out.erase(at, phrase.size());
    }
  }
  return out;
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

// A group gives its kind and its reason to the passages that it lists.
class LeftOutReader {
 public:
  LeftOutReader(const std::string& path, const std::vector<Plan>& plans, Problems& problems)
      : path_(path), plans_(plans), problems_(problems) {}

  std::vector<LeftOut> read(const YamlNode& root) {
    for (const YamlNode& item : root.items) {
      YamlMap map(item, path_, problems_);
      LeftOut group;
      const auto kind = kind_of(map);
      group.reason = map.label("reason", true);
      const YamlNode* passages = map.required("passages");
      map.finish();
      if (!kind || passages == nullptr) continue;
      group.kind = *kind;
      for (const YamlNode& passage : passages->items) add(passage, group);
    }
    return std::move(out_);
  }

 private:
  std::optional<LeftOutKind> kind_of(YamlMap& map) {
    const YamlNode* node = map.required("kind");
    if (node == nullptr) return {};
    for (const LeftOutKind kind : left_out_kinds) {
      if (node->scalar == name_of(kind)) return kind;
    }
    problems_.error(map.place(*node),
                    format("kind '{}' is none of never, outside, later", node->scalar));
    return {};
  }

  void add(const YamlNode& node, LeftOut one) {
    YamlMap map(node, path_, problems_);
    one.plan = map.text("plan", true);
    one.line = map.integer("line").value_or(0);
    one.quote = map.text("quote", true);
    one.place = map.place();
    map.finish();
    const auto plan = std::find_if(plans_.begin(), plans_.end(),
                                   [&](const Plan& known) { return known.id == one.plan; });
    if (plan == plans_.end()) {
      problems_.error(one.place, format("no plan '{}' is loaded", one.plan), Code::not_found);
      return;
    }
    const auto& finder = texts_.try_emplace(plan->id, plan->lines).first->second;
    if (const std::string wrong = finder.mismatch(one.line, one.quote); !wrong.empty()) {
      problems_.error(one.place, format("{} line {}: {}", one.plan, one.line, wrong));
      return;
    }
    out_.push_back(std::move(one));
  }

  const std::string& path_;
  const std::vector<Plan>& plans_;
  Problems& problems_;
  std::unordered_map<std::string, QuoteFinder> texts_;
  std::vector<LeftOut> out_;
};

}  // namespace

std::string_view name_of(LeftOutKind kind) {
  switch (kind) {
    case LeftOutKind::never:
      return "never";
    case LeftOutKind::outside:
      return "outside";
    case LeftOutKind::later:
      return "later";
  }
  return "";
}

PassageState state_of(const Passage& passage) {
  if (!passage.packs.empty()) return PassageState::answered;
  const auto has = [&](LeftOutKind kind) {
    return std::any_of(passage.left_out.begin(), passage.left_out.end(),
                       [&](const LeftOut& one) { return one.kind == kind; });
  };
  if (has(LeftOutKind::later)) return PassageState::later;
  if (has(LeftOutKind::never)) return PassageState::never;
  return has(LeftOutKind::outside) ? PassageState::outside : PassageState::open;
}

CoverageCount& CoverageCount::operator+=(const CoverageCount& other) {
  passages += other.passages;
  answered += other.answered;
  partly += other.partly;
  never += other.never;
  outside += other.outside;
  later += other.later;
  open += other.open;
  return *this;
}

bool asks_for_system(std::string_view text) {
  const std::string plain = without_turns_of_phrase(text);
  return says(plain, {"系统", "平台", "监测", "预警", "感知", "传感", "监控", "物联网", "数字孪生",
                      "智慧", "智能化", "预报", "追溯", "在线", "管网", "应急通信"}) &&
         says(text, {"建设", "新建", "布设", "组建", "建立", "构建", "打造", "推进",
                     "推动", "加快", "加强", "完善", "开展", "实施", "部署", "提升",
                     "实现", "强化", "支撑", "推广", "搭建", "发展"});
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
    if (line.empty() || of_contents(line) || is_caption(line)) continue;
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
  if (!files.exists(path)) return {};
  const auto text = files.read(path);
  const auto root = text ? parse_yaml(*text, path) : Result<YamlNode>(fail(text.error()));
  if (!root) {
    problems.errors.push_back(root.error());
    return {};
  }
  return LeftOutReader(path, plans, problems).read(*root);
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
    switch (state_of(passage)) {
      case PassageState::answered:
        ++out.answered;
        out.partly += passage.left_out.empty() ? 0 : 1;
        break;
      case PassageState::never:
        ++out.never;
        break;
      case PassageState::outside:
        ++out.outside;
        break;
      case PassageState::later:
        ++out.later;
        break;
      case PassageState::open:
        ++out.open;
        break;
    }
  }
  return out;
}

CoverageCount count_of(const PlanCoverage& coverage) {
  CoverageCount out;
  for (const Chapter& chapter : coverage.chapters) out += count_of(chapter);
  return out;
}

}  // namespace cairn::model
