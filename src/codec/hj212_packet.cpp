// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "codec/hj212.hpp"
#include "core/text.hpp"

namespace cairn::codec::hj212 {
namespace {

constexpr std::string_view cp_begin = "CP=&&";
constexpr std::string_view cp_end = "&&";
constexpr std::size_t longest_mn = 24;
constexpr std::size_t shown = 60;  // characters of a part in a finding

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// What a message may quote: ASCII, not endless.
std::string quoted(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, shown)) out += c < 0x20 || c > 0x7E ? '?' : c;
  return out;
}

class Reader {
 public:
  explicit Reader(Parsed& out) : packet_(out.packet), findings_(out.findings) {}

  void read(std::string_view data) {
    const std::size_t begin = data.find(cp_begin);
    std::string_view head = data.substr(0, begin);
    if (begin == std::string_view::npos) {
      wrong("there is no CP=&&…&&: the message has no content field");
    } else {
      if (head.ends_with(';')) {
        head.remove_suffix(1);
      } else if (!head.empty()) {
        note("the ; before CP is missing");
      }
    }
    for (const std::string_view field : split(head, ';')) read_field(field);
    if (begin != std::string_view::npos) read_content(data.substr(begin + cp_begin.size()));
    check();
  }

 private:
  void wrong(std::string text) { findings_.push_back({Trouble::syntax, true, std::move(text)}); }
  void note(std::string text) { findings_.push_back({Trouble::syntax, false, std::move(text)}); }

  void read_field(std::string_view field) {
    const std::size_t is = field.find('=');
    if (is == std::string_view::npos) {
      if (!field.empty()) note(format("'{}' is no field: there is no =", quoted(field)));
      return;
    }
    const std::string_view name = field.substr(0, is);
    const std::string_view value = field.substr(is + 1);
    const std::array<std::pair<std::string_view, std::string*>, 5> texts{{{"QN", &packet_.qn},
                                                                          {"ST", &packet_.st},
                                                                          {"CN", &packet_.cn},
                                                                          {"PW", &packet_.pw},
                                                                          {"MN", &packet_.mn}}};
    for (const auto& [known, text] : texts) {
      if (name != known) continue;
      if (!text->empty()) note(format("{} is there twice; the first one counts", name));
      if (text->empty()) *text = value;
      return;
    }
    if (name == "Flag") return read_flag(value);
    if (name == "PNUM") return read_number(name, value, packet_.parts);
    if (name == "PNO") return read_number(name, value, packet_.part);
    note(format("the standard has no field '{}'", quoted(name)));
  }

  void read_flag(std::string_view value) {
    const auto flag = all_digits(value) ? parse_integer(value) : std::nullopt;
    if (!flag || *flag > 255) {
      note(format("Flag is '{}', but a whole number from 0 to 255", quoted(value)));
      return;
    }
    packet_.flag = static_cast<int>(*flag);
  }

  void read_number(std::string_view name, std::string_view value, int& out) {
    const auto number = all_digits(value) ? parse_integer(value) : std::nullopt;
    if (!number || *number < 1 || *number > 9999) {
      note(format("{} is '{}', but a whole number from 1 to 9999", name, quoted(value)));
      return;
    }
    out = static_cast<int>(*number);
  }

  void read_content(std::string_view content) {
    if (const std::size_t end = content.rfind(cp_end); end != std::string_view::npos) {
      if (end + cp_end.size() != content.size()) note("something stands behind the last &&");
      content = content.substr(0, end);
    } else {
      note("CP does not end with &&");
    }
    if (content.empty()) return;
    for (const std::string_view group : split(content, ';')) {
      if (group.empty()) {
        note("CP has an empty item: a ; too many");
        continue;
      }
      std::vector<Item> items;
      for (const std::string_view item : split(group, ',')) read_item(item, items);
      if (!items.empty()) packet_.items.push_back(std::move(items));
    }
  }

  void read_item(std::string_view text, std::vector<Item>& out) {
    if (text.empty()) return note("CP has an empty item: a , too many");
    const std::size_t is = text.find('=');
    if (is == std::string_view::npos) {
      note(format("'{}' in CP has no =", quoted(text)));
      out.push_back({std::string(text), std::nullopt});
      return;
    }
    const std::string_view name = text.substr(0, is);
    const std::string_view value = text.substr(is + 1);
    if (value.find('=') != std::string_view::npos) {
      if (const std::size_t at = second_item(name, value); at != std::string_view::npos) {
        note(format("the separator behind '{}' is missing", quoted(text.substr(0, is + 1 + at))));
        out.push_back({std::string(name), std::string(value.substr(0, at))});
        return read_item(value.substr(at), out);
      }
      note(format("'{}' has two =", quoted(text)));
    }
    if (name.empty()) note(format("'{}' has no name", quoted(text)));
    out.push_back({std::string(name), std::string(value)});
  }

  // Where in a value another item begins because its separator was forgotten: behind the digits of
  // a time, or where the same code comes again.
  static std::size_t second_item(std::string_view name, std::string_view value) {
    if (name == "DataTime" || name == "BeginTime" || name == "EndTime") {
      std::size_t digits = 0;
      while (digits < value.size() && value[digits] >= '0' && value[digits] <= '9') ++digits;
      // What follows begins with a letter; codes of 2005 are digits and cannot be told apart.
      return digits >= 14 ? digits : std::string_view::npos;
    }
    const std::size_t dash = name.find('-');
    if (dash == std::string_view::npos || dash == 0) return std::string_view::npos;
    const std::size_t at = value.find(name.substr(0, dash + 1));
    return at == 0 ? std::string_view::npos : at;
  }

  void check() {
    if (packet_.mn.empty()) wrong("MN is missing: nobody knows whose message it is");
    if (packet_.cn.empty()) {
      wrong("CN is missing: what the message is about");
    } else if (packet_.cn.size() != 4 || !all_digits(packet_.cn)) {
      wrong(format("CN is '{}', but has four digits", quoted(packet_.cn)));
    }
    if (packet_.st.empty()) {
      wrong("ST is missing: the system that the message belongs to");
    } else if (packet_.st.size() != 2 || !all_digits(packet_.st)) {
      note(format("ST is '{}', but has two digits", quoted(packet_.st)));
    }
    if (packet_.mn.size() > longest_mn) {
      wrong(format("MN has {} characters; the standard has 24", packet_.mn.size()));
    } else if (std::any_of(packet_.mn.begin(), packet_.mn.end(),
                           [](char c) { return c <= 0x20 || c > 0x7E; })) {
      wrong("MN has characters beyond printable ASCII");
    }
    if (packet_.pw.empty()) note("PW is missing");
    check_qn();
    check_parts();
  }

  void check_qn() {
    if (packet_.qn.empty()) {
      if (packet_.wants_answer()) {
        wrong("QN is missing, but the answer that Flag asks for needs it");
      } else {
        note("QN is missing");
      }
    } else if (!read_time(packet_.qn, {})) {
      findings_.push_back(
          {Trouble::clock, false,
           format("QN is '{}', but a time of 17 digits (to the millisecond)", quoted(packet_.qn))});
    } else if (packet_.qn.size() != 17) {
      note(format("QN has {} digits, but 17 (to the millisecond)", packet_.qn.size()));
    }
  }

  void check_parts() {
    const bool said = packet_.parts > 0 || packet_.part > 0;
    if (packet_.flag && (*packet_.flag & 2) != 0 && !said) {
      note("Flag says that the message is divided, but there are no PNUM and PNO");
    } else if (said && (!packet_.flag || (*packet_.flag & 2) == 0)) {
      note("there are PNUM and PNO, but Flag does not say that the message is divided");
    }
    if (!said) return;
    if (packet_.part == 0 || packet_.part > packet_.parts) {
      note(format("PNO is {} of PNUM {}", packet_.part, packet_.parts));
      packet_.parts = packet_.part = 0;
    }
  }

  Packet& packet_;
  std::vector<Finding>& findings_;
};

std::string answer(const Packet& to, std::string_view cn, std::string_view content) {
  return write_frame(
      format("QN={};ST=91;CN={};PW={};MN={};Flag=4;CP=&&{}&&", to.qn, cn, to.pw, to.mn, content));
}

}  // namespace

const std::string* Packet::find(std::string_view name) const {
  for (const auto& group : items) {
    for (const Item& item : group) {
      if (item.name == name && item.value) return &*item.value;
    }
  }
  return nullptr;
}

bool Parsed::right() const {
  return std::none_of(findings.begin(), findings.end(),
                      [](const Finding& finding) { return finding.refuses; });
}

Parsed parse(std::string_view data) {
  Parsed out;
  Reader(out).read(data);
  return out;
}

std::string write(const Packet& packet) {
  std::string out;
  const auto field = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) out += format("{}={};", name, value);
  };
  field("QN", packet.qn);
  field("ST", packet.st);
  field("CN", packet.cn);
  field("PW", packet.pw);
  field("MN", packet.mn);
  if (packet.flag) field("Flag", std::to_string(*packet.flag));
  if (packet.parts > 0) {
    field("PNUM", std::to_string(packet.parts));
    field("PNO", std::to_string(packet.part));
  }
  out += cp_begin;
  for (std::size_t i = 0; i < packet.items.size(); ++i) {
    if (i > 0) out += ';';
    for (std::size_t k = 0; k < packet.items[i].size(); ++k) {
      const Item& item = packet.items[i][k];
      if (k > 0) out += ',';
      out += item.name;
      if (item.value) out += '=' + *item.value;
    }
  }
  out += cp_end;
  return out;
}

Kind kind_of(std::string_view cn) {
  static constexpr std::array<std::pair<std::string_view, Kind>, 23> kinds{
      {{"2011", Kind::realtime}, {"2051", Kind::minute},    {"2061", Kind::hour},
       {"2031", Kind::day},      {"2021", Kind::device},    {"2041", Kind::device},
       {"2081", Kind::device},   {"3011", Kind::device},    {"3012", Kind::device},
       {"3013", Kind::device},   {"3014", Kind::device},    {"3015", Kind::device},
       {"3016", Kind::device},   {"3017", Kind::device},    {"3019", Kind::device},
       {"3020", Kind::device},   {"9015", Kind::heartbeat}, {"1013", Kind::clock},
       {"9011", Kind::received}, {"9012", Kind::done},      {"9013", Kind::noted},
       {"9014", Kind::noted}}};
  for (const auto& [code, kind] : kinds) {
    if (code == cn) return kind;
  }
  return Kind::other;
}

Parts::Place Parts::add(const Packet& packet) {
  Place out;
  if (!packet.is_split()) {
    if (seen_ > 0) {
      out.findings.push_back(
          {Trouble::syntax, false,
           format("the parts {} to {} of the message before never came", seen_ + 1, parts_)});
    }
    seen_ = 0;
    out.complete = true;
    return out;
  }
  const bool goes_on = seen_ > 0 && packet.mn == mn_ && packet.cn == cn_ && packet.parts == parts_;
  if (packet.part == 1 || !goes_on) {
    time_.reset();
    seen_ = 0;
  }
  if (goes_on) out.time = time_;
  mn_ = packet.mn;
  cn_ = packet.cn;
  parts_ = packet.parts;
  if (goes_on && packet.part == seen_) {
    out.findings.push_back({Trouble::syntax, false, format("part {} came again", packet.part)});
    return out;
  }
  const bool follows = packet.part == seen_ + 1;
  if (!follows) {
    out.findings.push_back(
        {Trouble::syntax, false,
         format("part {} of {} came, but part {} was to come", packet.part, parts_, seen_ + 1)});
  }
  out.complete = follows && packet.part == parts_;
  seen_ = packet.part == parts_ ? 0 : packet.part;
  return out;
}

std::string data_answer(const Packet& to) {
  return answer(to, "9014", "");
}
std::string notice_answer(const Packet& to) {
  return answer(to, "9013", "");
}
std::string request_answer(const Packet& to, int code) {
  return answer(to, "9011", format("QnRtn={}", code));
}

std::string answer_to(const Packet& packet) {
  if (!packet.wants_answer() || packet.qn.empty()) return {};
  switch (kind_of(packet.cn)) {
    case Kind::received:
    case Kind::done:
    case Kind::noted:
      return {};
    case Kind::heartbeat:
    case Kind::clock:
      return notice_answer(packet);
    case Kind::other:
      return request_answer(packet, 8);
    default:
      return data_answer(packet);
  }
}

const char* request_words(int code) {
  switch (code) {
    case 1:
      return "will carry it out";
    case 2:
      return "refuses the request";
    case 3:
      return "says the password is wrong";
    case 4:
      return "says the MN is wrong";
    case 5:
      return "says the ST is wrong";
    case 6:
      return "says the Flag is wrong";
    case 7:
      return "says the QN is wrong";
    case 8:
      return "does not know the command";
    case 9:
      return "says the CRC is wrong";
    default:
      return "refuses for an unknown reason";
  }
}

const char* execution_words(int code) {
  switch (code) {
    case 1:
      return "done";
    case 2:
      return "failed, for an unknown reason";
    case 3:
      return "failed: a condition of the command is wrong";
    case 4:
      return "failed: no communication with the instrument";
    case 5:
      return "failed: busy";
    case 6:
      return "failed: fault of the system";
    case 100:
      return "there are no data";
    default:
      return "failed, with an unknown code";
  }
}

}  // namespace cairn::codec::hj212
