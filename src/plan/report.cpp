// SPDX-License-Identifier: Apache-2.0
#include "plan/report.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include "core/text.hpp"
#include "plan/quantity.hpp"

namespace cairn::plan {
namespace {

// Millimetres suit paper. A status is a shape and a word: red and the like are kept for alerts.
constexpr std::string_view style = R"(
@page{size:A4;margin:16mm 14mm}
*{box-sizing:border-box}
body{font:10.5pt/1.5 "Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei",sans-serif;
color:#1c2530;max-width:186mm;margin:8mm auto;padding:0 4mm}
html[lang=en] body{font-family:"Noto Sans","Segoe UI",Arial,"Noto Sans CJK SC",sans-serif}
h1{font-size:18pt;line-height:1.3;margin:0 0 2mm}
h2{font-size:13pt;margin:8mm 0 3mm;padding-bottom:1mm;border-bottom:.4mm solid #1c2530}
p.meta{margin:0;color:#5a6672}
table{border-collapse:collapse;width:100%;margin:2mm 0}
th,td{border-bottom:.2mm solid #c8d0d8;padding:1mm 1.5mm;text-align:left;vertical-align:top}
th{font-weight:600;border-bottom:.4mm solid #5a6672}
td.n,th.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
table.goals{font-size:8.5pt}
table.goals small{color:#5a6672}
svg{display:block}
.s{white-space:nowrap;font-weight:600}
.reached::before{content:"● "}.on_track::before{content:"✓ "}.behind::before{content:"▲ "}
.no_data::before{content:"– "}.no_data{color:#5a6672}
.finding{margin:0 0 4mm;padding:2mm 3mm;border-left:1.2mm solid #5a6672;break-inside:avoid}
.finding.error{border-color:#1c2530}.finding.note{border-left-style:dashed}
.finding h3{font-size:10.5pt;margin:0 0 1mm}
.finding p{margin:0 0 1mm}
blockquote{margin:1mm 0 1mm 3mm;padding-left:2mm;border-left:.3mm solid #c8d0d8;font-size:9pt}
code{font-family:inherit;font-variant-numeric:tabular-nums;background:#eef2f5;padding:0 1mm}
.note{font-size:9pt;color:#3c4854}
tr{break-inside:avoid}thead{display:table-header-group}
@media print{body{margin:0;padding:0;max-width:none}}
)";

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        // Control characters are not allowed in HTML.
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') out += c;
    }
  }
  return out;
}

class Report {
 public:
  explicit Report(const ReportInputs& in) : in_(in) {}

  std::string html() {
    head();
    summary();
    goals();
    findings();
    method();
    out_ += "</body>\n</html>\n";
    return std::move(out_);
  }

 private:
  const char* say(const char* zh, const char* en) const {
    return in_.language == Language::zh ? zh : en;
  }
  std::string text(const Label& label) const { return escaped(label.in(in_.language)); }
  std::string region_name(const std::string& code) const;
  std::string line(int number) const {
    return in_.language == Language::zh ? format("第 {} 行", number) : format("line {}", number);
  }
  std::string as_of() const { return to_string(date_of(in_.result.as_of - 1, in_.result.zone)); }
  void head();
  void summary();
  void count_row(const char* name, const StatusCounts& counts);
  void goals();
  void goal_row(const model::Claim& claim, const ClaimResult& result);
  std::string chart(const ClaimResult& result) const;
  std::string actual_cell(const model::Claim& claim, const ClaimResult& result) const;
  void findings();
  void one_finding(std::size_t number, const Finding& finding);
  void method();

  const ReportInputs& in_;
  std::string out_;
};

std::string Report::region_name(const std::string& code) const {
  const model::RegionIndex index = in_.regions.find(code);
  if (index == model::no_region || in_.regions[index].name.empty()) return escaped(code);
  return text(in_.regions[index].name);
}

void Report::head() {
  const std::string title = text(in_.plan.title) + say(" 中期评估报告", ": mid-term evaluation");
  out_ += format(
      "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<h1>{}</h1>\n",
      say("zh-CN", "en"), title, style, title);
  out_ += format("<p class=\"meta\">{}: {} · {}: {} · {}: {}–{} · {}: {}</p>\n",
                 say("编制单位", "Issued by"), text(in_.plan.issuer), say("区域", "Region"),
                 region_name(in_.plan.region), say("规划期", "Period"), in_.plan.first_year,
                 in_.plan.last_year, say("评估日期", "As of"), as_of());
  if (!in_.proposal.empty()) {
    out_ += format(
        "<p class=\"meta\">{}: {}</p>\n",
        say("叠加建设方案（数值为方案实施后）", "With the proposal (values as they would be)"),
        text(in_.proposal));
  }
}

void Report::count_row(const char* name, const StatusCounts& counts) {
  out_ += format(
      "<tr><th>{}</th><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>"
      "<td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
      name, counts.total(), counts.reached, counts.on_track, counts.behind, counts.no_data);
}

void Report::summary() {
  const PlanResult& r = in_.result;
  out_ += format("<h2>{}</h2>\n<table>\n<thead><tr><th></th><th class=\"n\">{}</th>",
                 say("一、总体进展", "1. Summary"), say("目标数", "goals"));
  for (const Status s : {Status::reached, Status::on_track, Status::behind, Status::no_data}) {
    out_ += format("<th class=\"n\"><span class=\"{}\">{}</span></th>", to_string(s),
                   text(label_of(s)));
  }
  out_ += "</tr></thead>\n<tbody>\n";
  count_row(say("全部目标", "all goals"), r.counts);
  count_row(say("约束性", "binding"), r.binding);
  count_row(say("预期性", "expected"), r.expected);
  const StatusCounts rest{r.counts.reached - r.binding.reached - r.expected.reached,
                          r.counts.on_track - r.binding.on_track - r.expected.on_track,
                          r.counts.behind - r.binding.behind - r.expected.behind,
                          r.counts.no_data - r.binding.no_data - r.expected.no_data};
  count_row(say("未注明性质", "of no stated class"), rest);
  std::array<std::size_t, 3> found{};
  for (const Finding& f : in_.findings) ++found[static_cast<std::size_t>(f.severity)];
  out_ += format("</tbody>\n</table>\n<p>{}</p>\n",
                 in_.language == Language::zh
                     ? format("规划共 {} 条数字；文本核对发现错误 {} 处、疑点 {} 处、提示 {} 处。",
                              in_.plan.claims.size(), found[0], found[1], found[2])
                     : format("The plan prints {} claims; reading them against each other found "
                              "{} errors, {} warnings and {} notes.",
                              in_.plan.claims.size(), found[0], found[1], found[2]));
}

// Required path as a line, its ends as dots, the actual value as a diamond at the as-of date.
std::string Report::chart(const ClaimResult& result) const {
  const auto& path = result.trajectory;
  if (path.size() < 2) return {};
  constexpr double width = 96, height = 30, margin = 4;
  const double first = path.front().year + 1;  // values hold at the ends of years
  const double last = path.back().year + 1;
  const Date date = date_of(in_.result.as_of, in_.result.zone);
  const double now = std::clamp(date.year + (date.month - 1) / 12.0, first, last);
  double low = std::min(path.front().value, path.back().value);
  double high = std::max(path.front().value, path.back().value);
  const bool shown = result.actual && std::isfinite(result.actual->value);
  if (shown) {
    low = std::min(low, result.actual->value);
    high = std::max(high, result.actual->value);
  }
  if (!(high > low)) high = low + 1;
  const auto x = [&](double year) {
    return margin + (width - 2 * margin) * (year - first) / (last - first);
  };
  const auto y = [&](double value) {
    return height - margin - (height - 2 * margin) * (value - low) / (high - low);
  };
  std::string points;
  for (const YearValue& v : path) points += format("{:.1f},{:.1f} ", x(v.year + 1), y(v.value));
  std::string svg = format(
      "<svg width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" role=\"img\" aria-label=\"{2}\">"
      "<polyline points=\"{3}\" fill=\"none\" stroke=\"#5a6672\" stroke-width=\"1.2\"/>"
      "<circle cx=\"{4:.1f}\" cy=\"{5:.1f}\" r=\"2\" fill=\"#5a6672\"/>"
      "<circle cx=\"{6:.1f}\" cy=\"{7:.1f}\" r=\"2\" fill=\"#fff\" stroke=\"#5a6672\"/>",
      width, height, say("应达到的进度与实际值", "required path and actual value"), points,
      x(first), y(path.front().value), x(last), y(path.back().value));
  if (shown) {
    svg += format("<path class=\"{}\" d=\"M{:.1f} {:.1f}l3 3l-3 3l-3 -3z\" fill=\"currentColor\"/>",
                  to_string(result.status), x(now), y(result.actual->value) - 3);
  }
  return svg + "</svg>";
}

std::string Report::actual_cell(const model::Claim& claim, const ClaimResult& result) const {
  if (!result.actual) return "—";
  const int decimals = std::max({claim.baseline ? claim.baseline->decimals : 0,
                                 claim.target ? claim.target->decimals : 0,
                                 std::fabs(result.actual->value) < 100 ? 2 : 0});
  std::string cell = computed(result.actual->value, decimals);
  if (result.actual->estimated) cell += format("<br><small>{}</small>", say("估计", "estimated"));
  if (result.actual->data_time) {
    cell += format("<br><small>{}</small>",
                   to_string(date_of(*result.actual->data_time - 1, in_.result.zone)));
  }
  return cell;
}

void Report::goal_row(const model::Claim& claim, const ClaimResult& result) {
  const auto cell = [](const std::optional<model::Figure>& figure) {
    if (!figure) return std::string("—");
    const std::string year = figure->year ? format("<br><small>{}</small>", *figure->year) : "";
    return escaped(figure_text(*figure)) + year;
  };
  std::string change = "—";
  if (claim.change) {
    change = escaped(figure_text(claim.change->figure));
    change = claim.change->kind == model::ChangeKind::cagr
                 ? format("{} %<br><small>{}</small>", change, say("年均", "a year"))
                 : format("[{}]", change);
  }
  const int decimals = claim.target ? std::max(2, claim.target->decimals) : 2;
  const char* kind = claim.binding == "binding"    ? say("约束性", "binding")
                     : claim.binding == "expected" ? say("预期性", "expected")
                                                   : "";
  const std::string where = claim.region == in_.plan.region
                                ? std::string()
                                : format("<br><small>{}</small>", region_name(claim.region));
  const std::string lines = claim.quotes.empty() ? std::string() : line(claim.quotes[0].line);
  out_ += format(
      "<tr><td>{}{}<br><small>{} {}</small></td><td>{}</td><td class=\"n\">{}</td>"
      "<td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>"
      "<td class=\"n\">{}</td><td><span class=\"s {}\">{}</span><br><small>{}</small></td>"
      "<td>{}</td></tr>\n",
      text(claim.label), where, kind, lines, escaped(claim.unit), cell(claim.baseline),
      cell(claim.target), change, result.required ? computed(*result.required, decimals) : "—",
      actual_cell(claim, result), result.gap ? computed(*result.gap, decimals) : "—",
      to_string(result.status), text(label_of(result.status)), text(result.reason), chart(result));
}

void Report::goals() {
  out_ += format(
      "<h2>{}</h2>\n<table class=\"goals\">\n<thead><tr><th>{}</th><th>{}</th><th class=\"n\">{}"
      "</th><th class=\"n\">{}</th><th class=\"n\">{}</th><th class=\"n\">{}</th><th class=\"n\">{}"
      "</th><th class=\"n\">{}</th><th>{}</th><th>{}</th></tr></thead>\n<tbody>\n",
      say("二、目标进展", "2. Goals"), say("指标", "indicator"), say("单位", "unit"),
      say("基期", "baseline"), say("目标", "target"), say("变化", "change"),
      say("应达到", "required"), say("实际", "actual"), say("差距", "gap"), say("状态", "status"),
      say("进度", "path"));
  for (std::size_t i = 0; i < in_.plan.claims.size(); ++i) {
    if (in_.result.claims[i].has_target) goal_row(in_.plan.claims[i], in_.result.claims[i]);
  }
  out_ += "</tbody>\n</table>\n";
}

void Report::one_finding(std::size_t number, const Finding& finding) {
  constexpr std::array<std::pair<const char*, const char*>, 3> severities{
      {{"错误", "error"}, {"疑点", "warning"}, {"提示", "note"}}};
  const auto& severity = severities[static_cast<std::size_t>(finding.severity)];
  out_ += format("<div class=\"finding {}\">\n<h3>{}. {} · {}</h3>\n<p>{}</p>\n",
                 to_string(finding.severity), number, text(finding.title),
                 say(severity.first, severity.second), text(finding.text));
  if (!finding.arithmetic.empty()) {
    out_ += format("<p><code>{}</code></p>\n", escaped(finding.arithmetic));
  }
  for (const model::Quote& quote : finding.quotes) {
    const std::string other = quote.plan == in_.plan.id ? "" : escaped(quote.plan) + " ";
    out_ +=
        format("<blockquote><span lang=\"zh-CN\">{}</span> <small>({}{})</small></blockquote>\n",
               escaped(quote.text), other, line(quote.line));
  }
  if (!finding.suggestion.empty()) {
    out_ += format("<p>{}{}</p>\n", say("建议：", "Suggestion: "), text(finding.suggestion));
  }
  out_ += "</div>\n";
}

void Report::findings() {
  out_ += format("<h2>{}</h2>\n", say("三、文本核对", "3. What does not add up"));
  if (in_.findings.empty()) {
    out_ += format("<p>{}</p>\n", say("没有发现矛盾。", "Nothing was found."));
  }
  for (std::size_t i = 0; i < in_.findings.size(); ++i) one_finding(i + 1, in_.findings[i]);
}

void Report::method() {
  out_ +=
      format("<h2>{}</h2>\n<div class=\"note\">\n", say("四、方法与来源", "4. Method and sources"));
  const auto paragraph = [&](const char* zh, const char* en) {
    out_ += format("<p>{}</p>\n", say(zh, en));
  };
  paragraph(
      "应达到的进度：由基期到目标逐年直线推算；规划写明年均增速的，按等比推算。"
      "基期与目标指当年年末。",
      "Required path: a straight line from baseline to target; a constant yearly growth where "
      "the plan states one. Baseline and target hold at the end of their year.");
  paragraph(
      "差距：与目标相比尚缺的量，零或负数表示已达到。状态按评估日期应达到的数值判定；"
      "基期之后没有新数据的，记为无数据，并列出最近一次数值及其日期。",
      "Gap: what is missing to the target; zero or less when it is met. The status compares "
      "the actual value with the path at the as-of date. Where nothing newer than the "
      "baseline is known, the status is ‘no data’ and the last value is shown with its date.");
  paragraph("实际值由登记的对象与统计按公式计算；标“估计”的，其输入含推算数据，不是统计结果。",
            "Actual values are computed by formulas from registered things and statistics. Those "
            "marked ‘estimated’ rest on derived inputs and are no official statistics.");
  paragraph("文本核对只依据规划印出的数字及其四舍五入范围；能由取整解释的不列。",
            "Findings rest only on printed numbers and the range that rounding leaves them; what "
            "rounding explains is not listed.");
  out_ +=
      format("<p>{}: {} ({}, {}–{}). {}</p>\n</div>\n", say("目标与引文来源", "Goals and quotes"),
             text(in_.plan.title), text(in_.plan.issuer), in_.plan.first_year, in_.plan.last_year,
             say("行号指规划文本的行。", "Line numbers are those of the plan’s text."));
}

}  // namespace

std::string report_html(const ReportInputs& inputs) {
  return Report(inputs).html();
}

}  // namespace cairn::plan
