#include "analysis/features/ranges.h"

#include <algorithm>
#include <string_view>

namespace fluxls {
namespace {

using yaml::Node;

constexpr std::string_view kBlank = " \t\r\n";

// Without blanks and line ends at both ends.
ByteRange Trimmed(const Text& text, ByteRange range) {
  const std::string_view bytes = Slice(text.content(), range);
  const size_t first = bytes.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {range.begin, range.begin};
  const size_t last = bytes.find_last_not_of(kBlank);
  return {range.begin + static_cast<uint32_t>(first),
          range.begin + static_cast<uint32_t>(last) + 1};
}

class Folder {
 public:
  explicit Folder(const Text& text) : text_(text), taken_(text.lines().LineCount(), false) {}

  // The outermost part that begins on a line is the one that folds there: parents come first.
  void Add(Fold fold) {
    fold.range = Trimmed(text_, fold.range);
    const uint32_t line = text_.lines().LineOf(fold.range.begin);
    if (text_.lines().LineOf(fold.range.end) == line || taken_[line]) return;
    taken_[line] = true;
    folds_.push_back(fold);
  }

  void AddBelow(Node node, uint32_t depth) {
    for (Node child : node) {
      Add({child.pair_range(), false, depth});
      AddBelow(child, depth + 1);
    }
  }

  void AddComments(const std::vector<ByteRange>& comments) {
    ByteRange run;
    uint32_t next_line = UINT32_MAX;
    for (ByteRange comment : comments) {
      const uint32_t line = text_.lines().LineOf(comment.begin);
      const ByteRange before = {text_.lines().LineStart(line), comment.begin};
      if (!Trimmed(text_, before).empty()) continue;  // behind something
      if (line == next_line) {
        run.end = comment.end;
      } else {
        Add({run, true, 0});
        run = comment;
      }
      next_line = line + 1;
    }
    Add({run, true, 0});
  }

  std::vector<Fold> Finish() {
    std::ranges::sort(folds_, {}, &Fold::range);
    return std::move(folds_);
  }

 private:
  const Text& text_;
  std::vector<bool> taken_;  // by line
  std::vector<Fold> folds_;
};

// Collects ranges from the inside out.
class Chain {
 public:
  explicit Chain(uint32_t offset) : offset_(offset) {}

  void Add(ByteRange range) {
    if (range.empty() || !range.Touches(offset_)) return;
    if (!ranges_.empty()) {
      const ByteRange last = ranges_.back();
      if (range.begin > last.begin || range.end < last.end || range == last) return;
    }
    ranges_.push_back(range);
  }

  std::vector<ByteRange> Finish(ByteRange whole) {
    Add(whole);
    if (ranges_.empty()) ranges_.push_back(whole);
    return std::move(ranges_);
  }

 private:
  uint32_t offset_;
  std::vector<ByteRange> ranges_;
};

void AddNodes(const Text& text, const yaml::Document& document, uint32_t offset, Chain& chain) {
  Node node = document.NodeAt(offset);
  if (node.IsScalar() && node.IsQuoted() && node.range().size() >= 2)
    chain.Add({node.range().begin + 1, node.range().end - 1});
  if (node.IsScalar() && node.IsBlockScalar()) {
    const uint32_t line = text.lines().LineOf(offset);
    chain.Add(Trimmed(text, {text.lines().LineStart(line), text.lines().LineEnd(line)}));
  }
  // Between a key and its value, or at a dash.
  for (Node child : node) {
    if (child.pair_range().Touches(offset)) chain.Add(child.pair_range());
  }
  while (node) {
    chain.Add(node.range());
    chain.Add(node.full_range());
    if (node.IsKey()) {
      for (Node value : node.parent()) {
        if (value.key() == node) chain.Add(value.pair_range());
      }
    }
    chain.Add(node.pair_range());
    node = node.parent();
  }
}

}  // namespace

std::vector<Fold> FoldingRanges(const Text& text, const yaml::File& file) {
  Folder folder(text);
  for (const yaml::Document& document : file.documents) {
    folder.AddBelow(document.root(), 1);
    folder.AddComments(document.comments());
  }
  const auto documents = std::ranges::count_if(
      file.documents, [](const yaml::Document& document) { return bool(document.root()); });
  // Of a file's only document there is nothing to see when it is folded.
  for (const yaml::Document& document : file.documents) {
    if (documents > 1 && document.root()) folder.Add({document.range(), false, 0});
  }
  return folder.Finish();
}

std::vector<ByteRange> SelectionRanges(const Text& text, const yaml::File& file, uint32_t offset) {
  const auto size = static_cast<uint32_t>(text.content().size());
  offset = std::min(offset, size);
  Chain chain(offset);
  for (const yaml::Document& document : file.documents) {
    // At a border the later document counts: its marker stands there.
    const ByteRange range = document.range();
    if (!range.Contains(offset) && !(offset == size && range.end == size)) continue;
    for (ByteRange comment : document.comments()) {
      if (comment.Touches(offset)) chain.Add(comment);
    }
    AddNodes(text, document, offset, chain);
    chain.Add(Trimmed(text, {document.content_begin(), range.end}));
    chain.Add(Trimmed(text, range));
    chain.Add(range);
    break;
  }
  return chain.Finish({0, size});
}

}  // namespace fluxls
