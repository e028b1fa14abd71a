// SPDX-License-Identifier: Apache-2.0
// The style test: what can be checked about the code by reading it as text.
//   cairn_style <source root>
// Prints file:line: message for each finding and exits 1 when there is one.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

constexpr std::size_t max_columns = 100;
constexpr std::size_t max_file_lines = 800;
constexpr std::size_t max_function_lines = 70;

struct SourceFile {
  std::string path;  // relative to the root
  std::vector<std::string> lines;
};

class Report {
 public:
  void add(const std::string& path, std::size_t line, const std::string& message) {
    std::printf("%s:%zu: %s\n", path.c_str(), line, message.c_str());
    ++count_;
  }
  std::size_t count() const { return count_; }

 private:
  std::size_t count_ = 0;
};

std::vector<std::string> read_lines(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

bool ends_with(const std::string& text, const std::string& tail) {
  return text.size() >= tail.size() &&
         text.compare(text.size() - tail.size(), tail.size(), tail) == 0;
}

// Sources of the tree; build folders, installed packages and generated files are not ours to read.
std::vector<SourceFile> sources(const fs::path& root) {
  std::vector<SourceFile> out;
  for (auto it = fs::recursive_directory_iterator(root); it != fs::recursive_directory_iterator();
       ++it) {
    const std::string name = it->path().filename().string();
    if (it->is_directory() &&
        (name.rfind("build", 0) == 0 || name[0] == '.' || name == "node_modules" ||
         name == "dist" || name == "generated" || name == "data" || name == "testdata" ||
         name == "corpus" || name == "api")) {
      it.disable_recursion_pending();
      continue;
    }
    static const std::set<std::string> kinds = {".cpp", ".hpp", ".ts", ".vue", ".md", ".mjs"};
    if (!it->is_regular_file() || !kinds.count(it->path().extension().string())) continue;
    out.push_back({fs::relative(it->path(), root).string(), read_lines(it->path())});
  }
  std::sort(out.begin(), out.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return out;
}

std::size_t columns(const std::string& line) {
  return static_cast<std::size_t>(
      std::count_if(line.begin(), line.end(), [](unsigned char c) { return (c & 0xC0) != 0x80; }));
}

std::string module_of(const std::string& path) {
  if (path.rfind("src/", 0) != 0) return {};
  return path.substr(4, path.find('/', 4) - 4);
}

// `cairn_module(name DEPS a b LINK c)` lines, with continuation lines.
std::map<std::string, std::set<std::string>> modules(const fs::path& root) {
  std::string text;
  for (const std::string& line : read_lines(root / "CMakeLists.txt")) text += line + "\n";
  std::map<std::string, std::set<std::string>> out;
  const std::regex call(R"(\ncairn_module\(([^)]*)\))");
  for (auto it = std::sregex_iterator(text.begin(), text.end(), call); it != std::sregex_iterator();
       ++it) {
    std::istringstream words((*it)[1]);
    std::string name;
    words >> name;
    auto& deps = out[name];
    bool in_deps = false;
    for (std::string word; words >> word;) {
      if (word == "DEPS") {
        in_deps = true;
      } else if (word == "LINK") {
        in_deps = false;
      } else if (in_deps) {
        deps.insert(word);
      }
    }
  }
  return out;
}

void check_modules(const std::map<std::string, std::set<std::string>>& graph, Report& report) {
  // Kahn's algorithm: what cannot be ordered lies on a cycle.
  std::set<std::string> done;
  bool moved = true;
  while (moved) {
    moved = false;
    for (const auto& [name, deps] : graph) {
      if (done.count(name)) continue;
      if (std::all_of(deps.begin(), deps.end(), [&](const auto& d) { return done.count(d); })) {
        done.insert(name);
        moved = true;
      }
    }
  }
  for (const auto& [name, deps] : graph) {
    if (!done.count(name)) {
      report.add("CMakeLists.txt", 1, "module " + name + " lies on a cycle or names no module");
    }
  }
}

void check_includes(const SourceFile& file,
                    const std::map<std::string, std::set<std::string>>& graph, Report& report) {
  const std::string module = module_of(file.path);
  if (module.empty() || !graph.count(module)) return;
  static const std::regex include(R"re(^\s*#\s*include\s+"([a-z]+)/([^"]+)")re");
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    std::smatch match;
    if (!std::regex_search(file.lines[i], match, include)) continue;
    const std::string other = match[1];
    if (other == module) continue;
    if (!graph.count(other)) continue;
    if (!graph.at(module).count(other)) {
      report.add(file.path, i + 1,
                 "module " + module + " may not include " + other + "; the line cairn_module(" +
                     module + " …) does not name it");
    }
    if (match[2].str().rfind("detail/", 0) == 0) {
      report.add(file.path, i + 1, "detail/ of another module is private");
    }
  }
}

void check_shape(const SourceFile& file, Report& report) {
  const bool code = ends_with(file.path, ".cpp") || ends_with(file.path, ".hpp");
  const bool web =
      ends_with(file.path, ".ts") || ends_with(file.path, ".vue") || ends_with(file.path, ".mjs");
  if (!code && !web) return;
  if (file.lines.size() > max_file_lines) {
    report.add(file.path, max_file_lines + 1, "more than 800 lines; split the file by purpose");
  }
  if (!code) return;
  if (file.lines.empty() || file.lines[0] != "// SPDX-License-Identifier: Apache-2.0") {
    report.add(file.path, 1, "the first line must be the SPDX line");
  }
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    if (columns(file.lines[i]) > max_columns && file.lines[i].find("R\"") == std::string::npos &&
        file.lines[i].find("http") == std::string::npos) {
      report.add(file.path, i + 1, "longer than 100 columns");
    }
  }
}

// A function begins on a line that ends with "{", holds a ")" and does not open a type, a
// namespace or a table; clang-format puts its closing brace at the same indentation.
void check_functions(const SourceFile& file, Report& report) {
  if (!ends_with(file.path, ".cpp") && !ends_with(file.path, ".hpp")) return;
  static const std::regex not_function(
      R"(^\s*(namespace|struct|class|enum|union|if|for|while|switch|do|else|return|case|extern)\b)");
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const std::string& line = file.lines[i];
    const std::size_t indent = line.find_first_not_of(' ');
    if (indent == std::string::npos || indent > 2 || line.back() != '{') continue;
    if (line.find("= {") != std::string::npos || line.find("){") != std::string::npos) continue;
    if (line.find(')') == std::string::npos || std::regex_search(line, not_function)) continue;
    const std::string closing = std::string(indent, ' ') + "}";
    for (std::size_t end = i + 1; end < file.lines.size(); ++end) {
      if (file.lines[end].compare(0, closing.size(), closing) != 0) continue;
      if (end - i - 1 > max_function_lines) {
        report.add(file.path, i + 1,
                   "a function of " + std::to_string(end - i - 1) +
                       " lines; 70 are allowed: give its parts names");
      }
      break;
    }
  }
}

struct Ban {
  const char* pattern;
  const char* instead;
  std::set<std::string> allowed;  // path prefixes
};

void check_bans(const SourceFile& file, Report& report) {
  if (!ends_with(file.path, ".cpp") && !ends_with(file.path, ".hpp")) return;
  if (file.path.rfind("tools/tidy", 0) == 0) return;
  static const std::vector<Ban> bans = {
      {R"(\bgetenv\s*\()", "options come by argument from src/app", {"src/app", "tools"}},
      {R"(system_clock::now|::time\(nullptr\)|gettimeofday)",
       "time comes from core/seams Clock",
       {"src/core/seams.cpp", "tools", "bench"}},
      {R"(random_device|\brand\(\))",
       "randomness comes in as a seed",
       {"tools", "bench", "src/server/token"}},
      {R"(using namespace std)", "name what you use", {}},
      {R"(\bFIXME\b|\bTODO\b|\bXXX\b)", "finish it, or write an issue", {}},
      {R"(-ffast-math|#pragma STDC FP_CONTRACT ON)", "arithmetic is deterministic", {}},
  };
  for (const Ban& ban : bans) {
    if (std::any_of(ban.allowed.begin(), ban.allowed.end(),
                    [&](const auto& prefix) { return file.path.rfind(prefix, 0) == 0; })) {
      continue;
    }
    const std::regex pattern(ban.pattern);
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      if (std::regex_search(file.lines[i], pattern)) {
        report.add(file.path, i + 1, std::string("not here: ") + ban.instead);
      }
    }
  }
}

// HTTP words stay in server and above: the domain does not wear its transport.
void check_domain_words(const SourceFile& file, Report& report) {
  const std::string module = module_of(file.path);
  static const std::set<std::string> above = {"", "server", "app"};
  if (above.count(module)) return;
  static const std::regex word(R"re(#include\s+<boost/(beast|asio)|\bhttp_status\b)re");
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    if (std::regex_search(file.lines[i], word)) {
      report.add(file.path, i + 1, "transport belongs to src/server");
    }
  }
}

// Documents: one title each, and relative links that lead somewhere.
void check_document(const SourceFile& file, const fs::path& root, Report& report) {
  if (!ends_with(file.path, ".md")) return;
  static const std::regex link(R"(\]\(([^)#:\s]+)(#[^)]*)?\))");
  std::size_t titles = 0;
  bool fenced = false;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const std::string& line = file.lines[i];
    if (line.rfind("```", 0) == 0) fenced = !fenced;
    if (fenced) continue;
    titles += line.rfind("# ", 0) == 0;
    for (auto it = std::sregex_iterator(line.begin(), line.end(), link);
         it != std::sregex_iterator(); ++it) {
      const fs::path target = (root / file.path).parent_path() / (*it)[1].str();
      if (!fs::exists(target)) {
        report.add(file.path, i + 1, "dead link: " + (*it)[1].str());
      }
    }
  }
  if (titles != 1) report.add(file.path, 1, "a document has exactly one title");
}

// x.cpp has x_test.cpp beside it, or tools/tidy/untested.txt says where it is tested.
void check_tests(const std::vector<SourceFile>& files, const fs::path& root, Report& report) {
  std::set<std::string> paths;
  for (const SourceFile& file : files) paths.insert(file.path);
  std::map<std::string, bool> listed;
  for (const std::string& line : read_lines(root / "tools/tidy/untested.txt")) {
    if (!line.empty() && line[0] != '#') listed[line.substr(0, line.find(' '))] = false;
  }
  static const std::regex exempt(R"((_test|_fuzz|_bench|/main)\.cpp$)");
  for (const SourceFile& file : files) {
    if (file.path.rfind("src/", 0) != 0 || !ends_with(file.path, ".cpp")) continue;
    if (std::regex_search(file.path, exempt)) continue;
    const std::string test = file.path.substr(0, file.path.size() - 4) + "_test.cpp";
    const auto reason = listed.find(file.path);
    if (reason != listed.end()) {
      reason->second = true;
      continue;
    }
    if (!paths.count(test)) {
      report.add(file.path, 1, "no " + test + " beside it and no line in tools/tidy/untested.txt");
    }
  }
  for (const auto& [path, used] : listed) {
    if (!used) report.add("tools/tidy/untested.txt", 1, path + " is listed but does not exist");
  }
}

}  // namespace

int main(int argc, char** argv) {
  const fs::path root = argc > 1 ? argv[1] : ".";
  const std::vector<SourceFile> files = sources(root);
  const auto graph = modules(root);
  Report report;
  if (graph.empty()) report.add("CMakeLists.txt", 1, "no cairn_module lines found");
  check_modules(graph, report);
  for (const SourceFile& file : files) {
    check_shape(file, report);
    check_includes(file, graph, report);
    check_functions(file, report);
    check_bans(file, report);
    check_domain_words(file, report);
    check_document(file, root, report);
  }
  check_tests(files, root, report);
  std::printf("%zu files, %zu findings\n", files.size(), report.count());
  return report.count() == 0 ? 0 : 1;
}
