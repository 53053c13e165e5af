#include "analysis/build/files.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/text/unicode.h"

namespace fluxls::build {
namespace {

void LoadDocuments(LoadedFile& out, const yaml::File& yaml, const LoadOptions& options) {
  for (const yaml::Document& document : yaml.documents) {
    if (!out.syntax && document.HasErrors()) {
      const yaml::SyntaxError error = document.errors().front();
      ByteRange range = error.range;
      if (options.to_file) range = options.to_file->Map(range).value_or(options.whole);
      out.syntax = LoadError{range, error.message};
    }
    LoadedDocument loaded;
    loaded.root = Load(*out.arena, document.root(), options, &loaded.refused);
    out.documents.push_back(std::move(loaded));
  }
}

LoadedFilePtr LoadSource(const SourceFilePtr& source) {
  auto out = std::make_shared<LoadedFile>();
  out->path = source->path;
  out->source = source;
  out->is_template = source->file_class != FileClass::kYaml;
  out->arena =
      std::make_shared<Arena>(std::clamp<size_t>(source->text->content().size() * 3, 256, 1 << 16));
  out->arena->Keep(source);
  out->file = out->arena->File(source->path, source->text);
  LoadOptions options;
  options.file = out->file;
  LoadDocuments(*out, source->yaml, options);
  return out;
}

// An inline YAML text (the `patch: |` of a kustomization). Never null.
LoadedFilePtr LoadInline(const Value& scalar) {
  auto out = std::make_shared<LoadedFile>();
  out->arena = std::make_shared<Arena>();
  auto yaml = std::make_shared<yaml::File>(yaml::Parse(scalar.str()));
  out->arena->Keep(yaml);
  LoadOptions options;
  OffsetMap to_file;
  if (scalar.origin) {
    const OriginFile& outer = *scalar.origin.file;
    out->file = out->arena->File(outer.path, outer.text);
    out->path = outer.path;
    options.file = out->file;
    options.whole = scalar.origin.range;
    if (scalar.style == yaml::ScalarStyle::kLiteral && outer.text) {
      to_file = OffsetMap::OfLiteral(scalar.origin.range, scalar.str(), outer.text->content());
    }
    options.to_file = &to_file;
  }
  LoadDocuments(*out, *yaml, options);
  return out;
}

}  // namespace

std::optional<LoadError> FirstError(const LoadedFile& file) {
  if (file.syntax) return file.syntax;
  for (const LoadedDocument& document : file.documents) {
    if (document.refused) return document.refused;
  }
  return std::nullopt;
}

void Files::SetSnapshot(const Snapshot& snapshot) {
  snapshot_ = snapshot;
  // Inline texts that nobody has asked for since the last time but one are forgotten.
  older_inline_ = std::move(inline_);
  inline_.clear();
}

LoadedFilePtr Files::Inline(const Value& scalar) {
  std::string key(scalar.str());
  if (scalar.origin) {
    key += fmt::format("\n{}:{}-{}", scalar.origin.file->path, scalar.origin.range.begin,
                       scalar.origin.range.end);
  }
  LoadedFilePtr& loaded = inline_[key];
  if (loaded) return loaded;
  if (auto older = older_inline_.find(key); older != older_inline_.end()) {
    loaded = older->second;
  } else {
    loaded = LoadInline(scalar);
  }
  return loaded;
}

Dependencies* Files::Record(Dependencies* dependencies) {
  return std::exchange(recorder_, dependencies);
}

void Files::Note(Dependency dependency) {
  if (recorder_) recorder_->push_back(std::move(dependency));
}

PathKind Files::StatNow(const std::string& path) const {
  const PathKind known = snapshot_->Stat(path);
  if (known != PathKind::kUnknown || !outside_ || !disk_) return known;
  std::optional<FileStat> stat = disk_->Stat(path);
  if (!stat) return PathKind::kMissing;
  return stat->type == EntryType::kDirectory ? PathKind::kDirectory : PathKind::kFile;
}

PathKind Files::Stat(const std::string& path) {
  const PathKind kind = StatNow(path);
  Note({path, Dependency::What::kKind, nullptr, nullptr, kind, {}, {}});
  return kind;
}

SourceFilePtr Files::SourceOf(const std::string& path) {
  if (SourceFilePtr file = snapshot_->Find(path)) return file;
  if (!disk_ || StatNow(path) != PathKind::kFile) return nullptr;
  // A file that the workspace does not parse (JSON), or one outside of it.
  std::optional<FileStat> stat = disk_->Stat(path);
  if (!stat) return nullptr;
  SourceFilePtr& cached = disk_sources_[path];
  if (!cached || cached->stat != *stat) {
    cached = ParseSource(ReadSource(*disk_, path, snapshot_->settings(), false), cached.get());
  }
  return cached;
}

bool Files::StillHolds(const Dependencies& dependencies) const {
  return std::all_of(dependencies.begin(), dependencies.end(), [this](const Dependency& answer) {
    switch (answer.what) {
      case Dependency::What::kContent: {
        SourceFilePtr now = snapshot_->Find(answer.path);
        if (now || !answer.content) return static_cast<const void*>(now.get()) == answer.content;
        auto cached = disk_sources_.find(answer.path);
        if (cached == disk_sources_.end() || cached->second.get() != answer.content) return false;
        std::optional<FileStat> stat = disk_ ? disk_->Stat(answer.path) : std::nullopt;
        return stat && *stat == cached->second->stat;
      }
      case Dependency::What::kKind:
        return StatNow(answer.path) == answer.kind;
      case Dependency::What::kBytes: {
        if (answer.content) {
          SourceFilePtr now = snapshot_->Find(answer.path);
          return static_cast<const void*>(now.get()) == answer.content;
        }
        std::optional<FileStat> stat = disk_ ? disk_->Stat(answer.path) : std::nullopt;
        return stat ? *stat == answer.stat : answer.kind == PathKind::kMissing;
      }
      case Dependency::What::kNames:
        return NamesNow(answer.path) == answer.names;
    }
    return false;
  });
}

LoadedFilePtr Files::Load(const std::string& path) {
  SourceFilePtr source = SourceOf(path);
  Note({path, Dependency::What::kContent, source.get(), source, PathKind::kFile, {}, {}});
  if (!source || source->file_class == FileClass::kUnreadable ||
      source->file_class == FileClass::kTooLarge) {
    return nullptr;
  }
  LoadedFilePtr& loaded = loaded_[path];
  if (!loaded || loaded->source != source) loaded = LoadSource(source);
  return loaded;
}

std::shared_ptr<const std::string> Files::Bytes(const std::string& path) {
  if (SourceFilePtr source = snapshot_->Find(path)) {
    Note({path, Dependency::What::kBytes, source.get(), source, PathKind::kFile, {}, {}});
    if (source->file_class == FileClass::kYaml || source->file_class == FileClass::kTemplated) {
      return {source, &source->text->content()};
    }
  }
  std::optional<FileStat> stat;
  if (disk_ && StatNow(path) == PathKind::kFile) stat = disk_->Stat(path);
  Note({path,
        Dependency::What::kBytes,
        nullptr,
        nullptr,
        stat ? PathKind::kFile : PathKind::kMissing,
        stat.value_or(FileStat()),
        {}});
  if (!stat || stat->size > snapshot_->settings().max_file_bytes) return nullptr;
  DiskBytes& cached = bytes_[path];
  if (!cached.bytes || cached.stat != *stat) {
    std::optional<std::string> bytes = disk_->Read(path);
    cached = {*stat, bytes ? std::make_shared<const std::string>(std::move(*bytes)) : nullptr};
  }
  return cached.bytes;
}

std::string Files::KustomizationIn(const std::string& directory, int* several) {
  std::string found;
  int count = 0;
  for (std::string_view name : kKustomizationFileNames) {
    std::string path = JoinPath(directory, name);
    if (Stat(path) != PathKind::kFile) continue;
    if (++count == 1) found = std::move(path);
  }
  if (several) *several = count;
  return found;
}

std::vector<std::string> Files::NamesNow(const std::string& directory) const {
  std::vector<std::string> names = snapshot_->Names(directory);
  if (names.empty() && outside_ && disk_) {
    if (auto entries = disk_->List(directory)) {
      for (const DirectoryEntry& entry : *entries) names.push_back(entry.name);
    }
  }
  return names;
}

std::vector<std::string> Files::Names(const std::string& directory) {
  std::vector<std::string> names = NamesNow(directory);
  Note({directory, Dependency::What::kNames, nullptr, nullptr, PathKind::kDirectory, {}, names});
  return names;
}

}  // namespace fluxls::build
