# Writes OUTPUT, a source that holds the files of DIRECTORY and the list of kinds.
file(GLOB files ${DIRECTORY}/*.txt)
list(SORT files)
set(entries "")
foreach(file ${files})
  get_filename_component(name ${file} NAME_WLE)
  file(READ ${file} text)
  string(APPEND entries "    {\"${name}\", R\"~~~(${text})~~~\"},\n")
endforeach()
file(READ ${KINDS} kinds)
file(WRITE ${OUTPUT} "// Written by schemas/embed.cmake from schemas/data.
#include \"schemas/embedded.h\"
#include \"schemas/kinds.h\"

namespace fluxls::schema {

std::span<const DataFile> DataFiles() {
  static constexpr DataFile kFiles[] = {
      {\"\", \"\"},
${entries}  };
  return std::span<const DataFile>(kFiles).subspan(1);
}

std::string_view KindsText() {
  return R\"~~~(${kinds})~~~\";
}

}  // namespace fluxls::schema
")
