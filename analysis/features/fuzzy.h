// How well a few typed letters fit a name.
//
// Thread contract: pure functions over immutable input.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fluxls {

// Texts made ready for being asked about often: one behind the other in a few long strings.
class FuzzyTexts {
 public:
  // Bytes `name_begin` to `name_end` are what people call the thing by.
  void Add(std::string_view text, size_t name_begin, size_t name_end);
  size_t size() const { return entries_.size(); }
  std::string_view operator[](size_t index) const;

 private:
  friend class FuzzyQuery;
  struct Entry {
    uint32_t begin = 0;
    uint16_t size = 0;
    uint16_t name_begin = 0;
    uint16_t name_end = 0;
    uint64_t letters = 0;  // which ones are in it, see LettersOf
  };
  std::string texts_;
  std::string lower_;
  std::string starts_;  // 1 where a word starts
  std::vector<Entry> entries_;
};

// What somebody types to find `HelmRelease/apps/podinfo`: words that must all fit. The letters of a
// word must be there in their order, whatever stands between them; case does not count. More is
// better: for letters in a row, at the start of a word (`HelmRelease` has two), for a whole name. A
// word with `/` is fitted part by part, and parts of the text may be left out:
// `helmrelease/podinfo`.
class FuzzyQuery {
 public:
  explicit FuzzyQuery(std::string_view typed);

  bool IsEmpty() const { return words_.empty(); }
  // -1 when it does not fit. An empty query fits with 0.
  int Score(const FuzzyTexts& texts, size_t index) const;

 private:
  struct Word {
    std::string text;
    std::vector<std::string> parts;
    uint64_t letters = 0;
  };
  std::vector<Word> words_;
};

}  // namespace fluxls
