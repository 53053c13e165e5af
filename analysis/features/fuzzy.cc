#include "analysis/features/fuzzy.h"

#include <algorithm>
#include <array>

namespace fluxls {
namespace {

// Names are shorter, and so is what people type; what is beyond does not count.
constexpr size_t kMaxWord = 64;
constexpr size_t kMaxText = 256;
constexpr size_t kMaxParts = 16;

constexpr int kMatch = 1;
constexpr int kInARow = 5;
constexpr int kWordStart = 8;
constexpr int kVeryStart = 4;
constexpr int kNameStart = 20;
constexpr int kWholePart = 20;
constexpr int kWholeName = 200;
// No way to get here.
constexpr int kNever = -1;

// ASCII only: Kubernetes has no other names.
bool IsUpper(char c) {
  return c >= 'A' && c <= 'Z';
}
char Lower(char c) {
  return IsUpper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}
bool IsLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || IsUpper(c) || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool IsWordStart(std::string_view text, size_t at) {
  if (!IsLetterOrDigit(text[at])) return false;
  return at == 0 || !IsLetterOrDigit(text[at - 1]) || (IsUpper(text[at]) && !IsUpper(text[at - 1]));
}

// A bit for each byte value, several values a bit: what lacks a bit lacks the letter.
uint64_t LettersOf(std::string_view lower) {
  uint64_t out = 0;
  for (char c : lower) out |= uint64_t{1} << (static_cast<unsigned char>(c) % 64);
  return out;
}

// `lower` and `starts` are as long as each other.
int ScoreLetters(std::string_view word, std::string_view lower, std::string_view starts) {
  if (word.empty()) return 0;
  // The letter `i` cannot stand before first[i] nor behind last[i].
  std::array<uint16_t, kMaxWord> first;
  std::array<uint16_t, kMaxWord> last;
  size_t at = 0;
  for (size_t i = 0; i < word.size(); ++i, ++at) {
    at = lower.find(word[i], at);
    if (at == std::string_view::npos) return kNever;
    first[i] = static_cast<uint16_t>(at);
  }
  at = lower.size();
  for (size_t i = word.size(); i-- > 0;) {
    at = lower.rfind(word[i], at - 1);
    last[i] = static_cast<uint16_t>(at);
  }
  // score[j]: the best with the letter of the last round at j, known between its first and last.
  std::array<int16_t, kMaxText> score;
  std::array<int16_t, kMaxText> next;
  for (size_t i = 0; i < word.size(); ++i) {
    int before = i == 0 ? 0 : kNever;  // the best of the last round before j
    size_t seen = i == 0 ? 0 : first[i - 1];
    for (size_t j = first[i]; j <= last[i]; ++j) {
      int in_a_row = kNever;
      if (i > 0) {
        for (; seen < j && seen <= last[i - 1]; ++seen) before = std::max<int>(before, score[seen]);
        if (j - 1 <= last[i - 1] && score[j - 1] != kNever) in_a_row = score[j - 1] + kInARow;
      }
      int best = kNever;
      if (lower[j] == word[i]) {
        best = std::max(before, in_a_row) + kMatch + (starts[j] ? kWordStart : 0) +
               (j == 0 ? kVeryStart : 0);
      }
      next[j] = static_cast<int16_t>(best);
    }
    std::copy(next.begin() + first[i], next.begin() + last[i] + 1, score.begin() + first[i]);
  }
  return *std::max_element(score.begin() + first[word.size() - 1],
                           score.begin() + last[word.size() - 1] + 1);
}

int ScoreParts(const std::vector<std::string>& wanted, std::string_view lower,
               std::string_view starts) {
  // best[j]: of all ways to fit the wanted parts so far, the last of them in one of the first j.
  std::array<int, kMaxParts + 1> best{};
  for (const std::string& part : wanted) {
    std::array<int, kMaxParts + 1> next;
    next.fill(kNever);
    size_t begin = 0;
    for (size_t j = 0; j < kMaxParts; ++j) {
      next[j + 1] = next[j];
      if (begin > lower.size()) continue;
      const std::string_view text = lower.substr(begin, lower.find('/', begin) - begin);
      if (best[j] != kNever) {
        int score = ScoreLetters(part, text, starts.substr(begin, text.size()));
        if (score != kNever && !part.empty() && part == text) score += kWholePart;
        if (score != kNever) next[j + 1] = std::max(next[j + 1], best[j] + score);
      }
      begin += text.size() + 1;
    }
    best = next;
  }
  return best[kMaxParts];
}

}  // namespace

void FuzzyTexts::Add(std::string_view text, size_t name_begin, size_t name_end) {
  text = text.substr(0, kMaxText);
  Entry entry;
  entry.begin = static_cast<uint32_t>(texts_.size());
  entry.size = static_cast<uint16_t>(text.size());
  entry.name_begin = static_cast<uint16_t>(std::min(name_begin, text.size()));
  entry.name_end =
      static_cast<uint16_t>(std::clamp<size_t>(name_end, entry.name_begin, text.size()));
  texts_ += text;
  for (size_t i = 0; i < text.size(); ++i) {
    lower_ += Lower(text[i]);
    starts_ += static_cast<char>(IsWordStart(text, i));
  }
  entry.letters = LettersOf(std::string_view(lower_).substr(entry.begin));
  entries_.push_back(entry);
}

std::string_view FuzzyTexts::operator[](size_t index) const {
  return std::string_view(texts_).substr(entries_[index].begin, entries_[index].size);
}

FuzzyQuery::FuzzyQuery(std::string_view typed) {
  typed = typed.substr(0, kMaxText);
  while (!typed.empty()) {
    const size_t end = std::min(typed.find_first_of(" \t\r\n"), typed.size());
    Word word;
    for (char c : typed.substr(0, std::min(end, kMaxWord))) word.text += Lower(c);
    typed.remove_prefix(std::min(end + 1, typed.size()));
    if (word.text.empty()) continue;
    std::string_view rest = word.text;
    for (size_t slash = rest.find('/'); slash != std::string_view::npos; slash = rest.find('/')) {
      word.parts.emplace_back(rest.substr(0, slash));
      rest.remove_prefix(slash + 1);
    }
    word.parts.emplace_back(rest);
    word.letters = LettersOf(word.text);
    words_.push_back(std::move(word));
  }
}

int FuzzyQuery::Score(const FuzzyTexts& texts, size_t index) const {
  const FuzzyTexts::Entry& entry = texts.entries_[index];
  const auto lower = std::string_view(texts.lower_).substr(entry.begin, entry.size);
  const auto starts = std::string_view(texts.starts_).substr(entry.begin, entry.size);
  int sum = 0;
  for (const Word& word : words_) {
    if ((word.letters & ~entry.letters) != 0) return kNever;
    int score = 0;
    if (word.parts.size() > 1) {
      score = ScoreParts(word.parts, lower, starts);
    } else {
      score = ScoreLetters(word.text, lower, starts);
      const auto name = lower.substr(entry.name_begin, entry.name_end - entry.name_begin);
      if (name == word.text) {
        score += kWholeName;
      } else if (name.starts_with(word.text)) {
        score += kNameStart;
      }
    }
    if (score < 0) return kNever;
    sum += score;
  }
  return sum;
}

}  // namespace fluxls
