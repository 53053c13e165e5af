// Who waits for whom and who reads from whom, hop by hop: the call hierarchy of editors, with Flux
// objects in place of functions.
//
// An object "calls" the Flux objects that its references lead to: dependsOn, sourceRef, chartRef
// and the like, each looked up in the cluster of the referrer. What makes the object that a
// reference names (FluxInstance, ArtifactGenerator) stands in for it. What only another cluster
// applies does not count. Objects that no build has (entries of a cluster that is bootstrapped from
// elsewhere) name each other, and what their cluster applies. Each question is one hop, so that
// circles end nothing but somebody's patience.
// Ranges are byte offsets in the files of the snapshot that `fleet` is made from.
// Thread contract: pure functions over immutable input; results own their texts.
#pragma once

#include <string>
#include <vector>

#include "analysis/features/navigation.h"

namespace fluxls {

// An object at the place where it is written. What one document becomes under different names or
// namespaces are different items.
struct FluxItem {
  std::string kind;
  std::string namespace_;
  std::string name;
  std::string path;
  // Directories of the clusters that have it so; ordered, each once. "" where nobody knows: in
  // directories that only kustomize builds, or nobody.
  std::vector<std::string> clusters;
  NamePlace place;     // its `path` is `path`
  std::string detail;  // for people: `web in clusters/production`
};

struct FluxCall {
  FluxItem item;  // the other end
  // Names in the file of the caller that refer to the called one, ordered; where a patch in another
  // file says so, the caller's own name. Never empty.
  std::vector<ByteRange> ranges;
};

// The objects that somebody means at a place: those that a name or a reference leads to, else the
// one whose document it is. Only objects of Flux; ordered by place.
std::vector<FluxItem> FluxItemsAt(const Snapshot& snapshot, const build::Fleet& fleet,
                                  const SourceFile& file, uint32_t offset);

// Of `item` only path, kind, names and clusters are read; when there is no such object any more
// nothing is called. Ordered by the place of the reference.
std::vector<FluxCall> CallsFrom(const Snapshot& snapshot, const build::Fleet& fleet,
                                const FluxItem& item);
// The same the other way round; ordered by the place of the caller.
std::vector<FluxCall> CallsTo(const Snapshot& snapshot, const build::Fleet& fleet,
                              const FluxItem& item);

}  // namespace fluxls
