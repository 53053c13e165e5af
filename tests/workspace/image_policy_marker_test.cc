// Markers of image automation as people write them.
#include "analysis/model/image_policy_marker.h"

#include <doctest/doctest.h>

#include <string>

namespace fluxls {
namespace {

struct Read {
  explicit Read(std::string t) : text(std::move(t)), file(yaml::Parse(text)) {
    for (const yaml::Document& document : file.documents) {
      for (ImagePolicyMarker& marker : ReadImagePolicyMarkers(document))
        markers.push_back(std::move(marker));
    }
  }
  std::string At(ByteRange range) const { return std::string(Slice(text, range)); }

  std::string text;
  yaml::File file;
  std::vector<ImagePolicyMarker> markers;
};

// The only marker's fault and what it should read.
void CheckFault(const std::string& comment, MarkerFault fault, const std::string& repaired) {
  CAPTURE(comment);
  const Read read("image: app:1 " + comment + "\n");
  REQUIRE(read.markers.size() == 1);
  CHECK(read.markers[0].fault == fault);
  CHECK(read.markers[0].repaired == repaired);
}

}  // namespace

TEST_CASE("a marker names a policy and the value that it sets") {
  const Read read(
      "a: 1\r\n---\r\nimages:\r\n  - newTag: 1.0 # {\"$imagepolicy\": "
      "\"flux-system:app.x:tag\"}\r\n"
      "  - 'a: b' #{ \"x\": \"y\",\"$imagepolicy\" : \"ns:app\" }\r\n");
  REQUIRE(read.markers.size() == 2);
  const ImagePolicyMarker& tag = read.markers[0];
  CHECK(tag.fault == MarkerFault::kNone);
  CHECK(read.At(tag.comment) == "# {\"$imagepolicy\": \"flux-system:app.x:tag\"}");
  CHECK(read.At(tag.namespace_range) == "flux-system");
  CHECK(read.At(tag.name_range) == "app.x");
  CHECK(read.At(tag.suffix_range) == "tag");
  CHECK(tag.scalar.value() == "1.0");
  const ImagePolicyMarker& whole = read.markers[1];
  CHECK(whole.fault == MarkerFault::kNone);
  CHECK(whole.namespace_ == "ns");
  CHECK(whole.name == "app");
  CHECK(whole.suffix.empty());
  CHECK(whole.suffix_range.empty());
  CHECK(whole.scalar.value() == "a: b");
}

TEST_CASE("what is meant as a marker and is none") {
  const std::string good = "# {\"$imagepolicy\": \"ns:app:tag\"}";
  CheckFault("# {'$imagepolicy': 'ns:app:tag'}", MarkerFault::kSingleQuotes, good);
  CheckFault("# {\"$imagepolicy\": 'ns:app:tag'}", MarkerFault::kSingleQuotes, good);
  CheckFault("# {$imagepolicy: ns:app:tag}", MarkerFault::kNotJson, good);
  CheckFault("# $imagepolicy: ns:app:tag", MarkerFault::kNotJson, good);
  CheckFault("# {\"$imagepolicy\": \"ns:app:tag\"", MarkerFault::kNotJson, good);
  CheckFault("# {\"imagePolicy\": \"ns:app:tag\"}", MarkerFault::kKey, good);
  CheckFault("# {\"$imagePolicy\": \"ns:app:tag\"}", MarkerFault::kKey, good);
  CheckFault("# {\"$imagepolicy\": \"ns/app:tag\"}", MarkerFault::kSlash, good);
  CheckFault("# {\"$imagepolicy\": \"ns:app:Tag\"}", MarkerFault::kUnknownSuffix, good);
  CheckFault("# {\"$imagepolicy\": \"ns:app:tags\"}", MarkerFault::kUnknownSuffix, good);
  CheckFault("# {\"$imagepolicy\": \"ns:app:latest\"}", MarkerFault::kUnknownSuffix, "");
  CheckFault("# {\"$imagepolicy\": \"app\"}", MarkerFault::kNoNamespace, "");
  CheckFault("# {\"$imagepolicy\": \"ns: app\"}", MarkerFault::kName, "");
  CheckFault("# {\"$imagepolicy\": \"a:b:tag:c\"}", MarkerFault::kName, "");
  CheckFault(good + " # stable", MarkerFault::kText, good);
  CheckFault("# stable " + good.substr(2), MarkerFault::kText, good);
  CheckFault("# a " + good.substr(2) + " b", MarkerFault::kText, "");
}

TEST_CASE("comments that only speak of markers are none") {
  for (const char* comment :
       {"# see imagepolicy", "# the $imagepolicy marker goes here", "# {\"$imagepolicy\"}",
        "# {\"other\": \"ns:app\"}", "# use {'$imagepolicy': 'ns:app'} here", "# ImagePolicy {x}",
        "# {\"$imagepolicy\": \"a\\u003ab\"}", "# {\"$imagepolicy\":"}) {
    CAPTURE(comment);
    CHECK(Read(std::string("image: app:1 ") + comment + "\n").markers.empty());
  }
  CHECK(Read("# image: app:1 # {\"$imagepolicy\": \"a:b\"}\nx: 1\n").markers.empty());
  CHECK(Read("text: |\n  image: a # {\"$imagepolicy\": \"a:b\"}\n").markers.empty());
  CHECK(Read("a: [\nimage: a # {'$imagepolicy': 'a:b'}\n").markers.empty());
}

TEST_CASE("a marker beside a mapping sets nothing") {
  const Read beside("image: # {\"$imagepolicy\": \"a:b\"}\n  repository: x\n");
  REQUIRE(beside.markers.size() == 1);
  CHECK(beside.markers[0].fault == MarkerFault::kNoScalar);
  CHECK_FALSE(beside.markers[0].scalar);
  const Read above("images:\n  # {\"$imagepolicy\": \"a:b\"}\n  - app:1\n");
  REQUIRE(above.markers.size() == 1);
  CHECK(above.markers[0].fault == MarkerFault::kNone);
  CHECK(above.markers[0].scalar.value() == "app:1");
  CHECK(Read("# {\"$imagepolicy\": \"a:b\"}\n\nx: 1\n").markers.empty());
}

}  // namespace fluxls
