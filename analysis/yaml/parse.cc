// Parsing a file: split, take over unchanged pieces, parse the others with recovery.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "analysis/text/unicode.h"
#include "analysis/yaml/piece.h"

namespace fluxls::yaml {
namespace {

constexpr int kMaxRecoveryRounds = 8;
constexpr int kMaxRecoveryTurns = 4;
// Bytes that recovery may parse again in one piece, so that a broken big document does not stop the
// typing.
constexpr size_t kRecoveryBudget = 1u << 20;

// Bytes that YAML forbids, blanked: control characters and malformed UTF-8. The first one becomes
// an error.
std::string BlankForbidden(const std::string& text, std::vector<SyntaxError>& errors,
                           std::vector<ByteRange>& damaged) {
  std::string masked = text;
  for (uint32_t i = 0; i < text.size();) {
    uint8_t byte = static_cast<uint8_t>(text[i]);
    bool control = (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7F;
    uint32_t length = byte < 0x80 ? 1 : Utf8SequenceLength(std::string_view(text).substr(i, 4));
    // A lone \r is a line end to YAML and to LSP, but not to the parser.
    if (byte == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')) masked[i] = '\n';
    if (!control && length > 0) {
      i += length;
      continue;
    }
    if (errors.empty()) {
      errors.push_back(
          {SyntaxErrorKind::kBadCharacter,
           {i, i + 1},
           control ? "a control character, which YAML does not allow" : "bytes that are not UTF-8",
           "",
           {}});
    }
    if (!damaged.empty() && damaged.back().end == i) {
      damaged.back().end = i + 1;
    } else {
      damaged.push_back({i, i + 1});
    }
    masked[i++] = ' ';
  }
  return masked;
}

// What can be blanked to get past an error on a line: its value, or all of it.
void AddLineMasks(std::string_view text, uint32_t line, std::vector<ByteRange>& values,
                  std::vector<ByteRange>& lines) {
  uint32_t end = LineEnd(text, line);
  uint32_t begin = line;
  while (begin < end && IsBlank(text[begin])) ++begin;
  if (begin == end) return;
  uint32_t value = begin;
  while (value + 1 < end && text[value] == '-' && IsBlank(text[value + 1])) {
    ++value;
    while (value < end && IsBlank(text[value])) ++value;
  }
  if (std::optional<uint32_t> colon = FindKeyColon(text, value, end)) value = *colon + 1;
  if (value > begin && value < end) values.push_back({value, end});
  lines.push_back({line, end});
}

void Blank(std::string& text, ByteRange range) {
  std::fill(text.begin() + range.begin, text.begin() + range.end, ' ');
}

// Blanks out what the parser stumbles over until it gets through, or gets no further. `outcome` is
// that of `masked`. False when there was nothing to blank.
bool Recover(std::string& masked, ParseOutcome outcome, uint32_t culprit, Piece& piece) {
  const size_t damaged_before = piece.damaged.size();
  size_t spent = 0;
  for (int round = 0; round < kMaxRecoveryRounds && outcome.failed; ++round) {
    uint32_t error_line = LineBegin(masked, outcome.error_offset);
    // The culprit first; then, of the error's line and of the line above it, the values before the
    // whole lines.
    std::vector<ByteRange> masks;
    std::vector<ByteRange> lines;
    if (round == 0) {
      AddLineMasks(masked, LineBegin(masked, culprit), masks, lines);
      masks.insert(masks.end(), lines.begin(), lines.end());
      lines.clear();
    }
    AddLineMasks(masked, error_line, masks, lines);
    for (uint32_t line = error_line; line > piece.content_begin;) {
      line = LineAbove(masked, line);
      if (IsBlankLine(masked, line)) continue;
      AddLineMasks(masked, line, masks, lines);
      break;
    }
    masks.insert(masks.end(), lines.begin(), lines.end());

    uint32_t best_offset = outcome.error_offset;
    ParseOutcome best;
    const ByteRange* chosen = nullptr;
    for (const ByteRange& mask : masks) {
      if (mask.begin < piece.content_begin) continue;
      if (spent > kRecoveryBudget) break;
      std::string probe = masked;
      Blank(probe, mask);
      ParseOutcome result = ProbeParse(probe);
      spent += result.failed ? result.error_offset : probe.size();
      if (!result.failed || result.error_offset > best_offset) {
        best_offset = result.error_offset;
        best = result;
        chosen = &mask;
        if (!result.failed) break;
      }
    }
    if (!chosen) break;
    Blank(masked, *chosen);
    piece.damaged.push_back(*chosen);
    outcome = best;
  }
  return piece.damaged.size() > damaged_before;
}

void FindDuplicateKeys(Piece& piece) {
  std::unordered_set<std::string_view> seen;
  for (const NodeData& node : piece.nodes) {
    if (node.kind != NodeKind::kMapping) continue;
    seen.clear();
    for (NodeId key = node.child; key != kNoNode;) {
      const NodeData& key_node = piece.nodes[key];
      std::string_view name = piece.ValueOf(key_node);
      bool merge = name == "<<" && key_node.style == ScalarStyle::kPlain;
      if (key_node.kind == NodeKind::kScalar && !merge && !seen.insert(name).second) {
        piece.duplicate_keys.push_back(key);
      }
      NodeId value = key_node.next;
      key = value == kNoNode ? kNoNode : piece.nodes[value].next;
    }
  }
  std::sort(piece.duplicate_keys.begin(), piece.duplicate_keys.end(),
            [&](NodeId a, NodeId b) { return piece.nodes[a].begin < piece.nodes[b].begin; });
}

// Ranges of all scalars, in order.
std::vector<ByteRange> Scalars(const Piece& piece) {
  std::vector<ByteRange> scalars;
  for (const NodeData& node : piece.nodes) {
    if (node.kind == NodeKind::kScalar && node.begin < node.end)
      scalars.push_back({node.begin, node.end});
  }
  std::sort(scalars.begin(), scalars.end());
  return scalars;
}

template <typename T>
bool ByBegin(const T& a, const T& b) {
  return a.range.begin < b.range.begin;
}

std::shared_ptr<const Piece> MakePiece(std::string_view text, uint32_t content_begin) {
  auto piece = std::make_shared<Piece>();
  piece->text = text;
  piece->content_begin = content_begin;
  ParsePiece(*piece);
  piece->nodes.shrink_to_fit();
  piece->comments.shrink_to_fit();
  return piece;
}

}  // namespace

void ParsePiece(Piece& piece) {
  std::vector<SyntaxError> errors;
  std::string masked = BlankForbidden(piece.text, errors, piece.damaged);
  std::vector<HiddenProperties> hidden;
  ParseOutcome outcome = BuildTree(masked, hidden, piece);
  if (outcome.failed) {
    std::string without = masked;
    std::vector<HiddenProperties> found = HideFaults(without, {});
    ParseOutcome probe = without == masked ? outcome : ProbeParse(without);
    if (!probe.failed || probe.error_offset > outcome.error_offset) {
      outcome = BuildTree(without, found, piece);
      // Only now it is known where the scalars are, and they may hold what looks like a property.
      std::string refined = masked;
      std::vector<HiddenProperties> properties = HideFaults(refined, Scalars(piece));
      if (refined != without) {
        without = std::move(refined);
        found = std::move(properties);
        outcome = BuildTree(without, found, piece);
      }
      masked = std::move(without);
      hidden = std::move(found);
    }
  }
  const bool failed = outcome.failed;
  if (failed) {
    SyntaxError error = Diagnose(masked, piece, outcome);
    uint32_t culprit = error.range.begin;
    errors.push_back(std::move(error));
    // Some failures only show when the tree is built (a quote that is open at the end of the text),
    // so blanking and building take turns.
    for (int turn = 0; turn < kMaxRecoveryTurns && outcome.failed; ++turn) {
      bool blanked = Recover(masked, outcome, turn == 0 ? culprit : outcome.error_offset, piece);
      outcome = BuildTree(masked, hidden, piece);
      if (!blanked) break;
    }
    if (outcome.failed) {
      piece.damaged.push_back(
          {std::min(outcome.error_offset, culprit), static_cast<uint32_t>(piece.text.size())});
    }
  }
  for (SyntaxError& found : piece.errors) {
    // Keys without a colon and colons without a key, which the parser lets pass. Those that only a
    // mask has made are no news.
    piece.damaged.push_back(found.range);
    if (failed) continue;
    if (!found.message.empty()) {
      errors.push_back(std::move(found));
      continue;
    }
    ParseOutcome missing_colon;
    missing_colon.error = "missing colon";
    missing_colon.error_offset = found.range.begin;
    errors.push_back(Diagnose(masked, piece, missing_colon));
  }
  std::stable_sort(errors.begin(), errors.end(), ByBegin<SyntaxError>);
  piece.errors = std::move(errors);
  std::sort(piece.damaged.begin(), piece.damaged.end());
  std::sort(piece.comments.begin(), piece.comments.end());
  piece.comments.erase(std::unique(piece.comments.begin(), piece.comments.end()),
                       piece.comments.end());
  FindDuplicateKeys(piece);
  FindHabits(piece);
}

File Parse(std::string_view text, const File* previous, ParseStats* stats) {
  // The same bytes with the same marker are the same piece, wherever they stand.
  std::unordered_map<std::string_view, const std::shared_ptr<const Piece>*> known;
  if (previous) {
    for (const Document& document : previous->documents) {
      known.emplace(document.piece()->text, &document.piece());
    }
  }
  File file;
  for (const PieceSlice& slice : SplitPieces(text)) {
    std::string_view piece_text = Slice(text, slice.range);
    auto same = known.find(piece_text);
    if (same != known.end() && (*same->second)->content_begin == slice.content_begin) {
      file.documents.emplace_back(*same->second, slice.range.begin);
      if (stats) ++stats->pieces_reused;
    } else {
      file.documents.emplace_back(MakePiece(piece_text, slice.content_begin), slice.range.begin);
      if (stats) ++stats->pieces_parsed;
    }
  }
  return file;
}

}  // namespace fluxls::yaml
