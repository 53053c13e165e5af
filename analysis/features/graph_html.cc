// A page for a browser or an editor's web view: the drawing, which can be moved and enlarged, and a
// list of the nodes to search in. Everything is in the page; it loads nothing.
#include <fmt/format.h>

#include "analysis/features/graph_colors.h"
#include "analysis/features/graph_formats.h"

namespace fluxls {
namespace {

constexpr std::string_view kStyle = R"css(
:root{color-scheme:light dark}
*{box-sizing:border-box}
body{margin:0;height:100vh;display:flex;font:13px system-ui,sans-serif;background:#fff;color:#1f2328}
#side{width:300px;display:flex;flex-direction:column;border-right:1px solid #8c959f66}
#side input{margin:8px;padding:6px;font:inherit}
#list{overflow:auto;flex:1;margin:0;padding:0;list-style:none}
#list li{padding:3px 8px;cursor:pointer;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
#list li:hover{background:#8c959f33}
#list .head{font-weight:bold;cursor:default;margin-top:6px}
#list small{color:#59636e}
#list .failed,#list .missing{color:#cf222e}
#list .never,#list .incomplete{color:#9a6700}
#view{flex:1;overflow:hidden;cursor:grab;position:relative}
#view svg{position:absolute;left:0;top:0;transform-origin:0 0;max-width:none}
.dim{opacity:.15}
.found rect,.found path,.found polygon{stroke-width:3}
@media(prefers-color-scheme:dark){
body{background:#0d1117;color:#e6edf3}
#list small{color:#9198a1}
#list .failed,#list .missing{color:#ff7b72}
#list .never,#list .incomplete{color:#d29922}
.graphviz{background:#fff}
}
)css";

constexpr std::string_view kScript = R"js(
(function () {
  'use strict';
  var view = document.getElementById('view');
  var svg = view.querySelector('svg');
  var list = document.getElementById('list');
  var search = document.getElementById('search');
  if (!svg) return;
  var x = 0, y = 0, zoom = 1, drag = null, chosen = null;
  function show() { svg.style.transform = 'translate(' + x + 'px,' + y + 'px) scale(' + zoom + ')'; }
  function fit() {
    var box = svg.getBoundingClientRect();
    var w = box.width / zoom, h = box.height / zoom;
    zoom = Math.max(0.1, Math.min(1, view.clientWidth / w, view.clientHeight / h));
    x = Math.max(0, (view.clientWidth - w * zoom) / 2);
    y = Math.max(0, (view.clientHeight - h * zoom) / 2);
    show();
  }
  function choose(id) {
    chosen = id === chosen ? null : id;
    var near = {};
    svg.querySelectorAll('.edge').forEach(function (edge) {
      var ends = edge.id.split('-');
      var from = 'n' + ends[0].slice(1), to = 'n' + ends[1];
      var on = chosen === null || from === chosen || to === chosen;
      if (on) { near[from] = true; near[to] = true; }
      edge.classList.toggle('dim', !on);
    });
    svg.querySelectorAll('.node').forEach(function (node) {
      node.classList.toggle('dim', chosen !== null && node.id !== chosen && !near[node.id]);
      node.classList.toggle('found', node.id === chosen);
    });
  }
  function go(id) {
    var node = document.getElementById(id);
    if (!node) return;
    chosen = null;
    choose(id);
    if (zoom < 0.7) { zoom = 1; show(); }
    var box = node.getBoundingClientRect(), frame = view.getBoundingClientRect();
    x += frame.left + frame.width / 2 - (box.left + box.width / 2);
    y += frame.top + frame.height / 2 - (box.top + box.height / 2);
    show();
  }
  view.addEventListener('wheel', function (event) {
    event.preventDefault();
    var frame = view.getBoundingClientRect();
    var px = event.clientX - frame.left, py = event.clientY - frame.top;
    var next = Math.max(0.05, Math.min(4, zoom * Math.exp(-event.deltaY / 500)));
    x = px - (px - x) * next / zoom;
    y = py - (py - y) * next / zoom;
    zoom = next;
    show();
  }, { passive: false });
  view.addEventListener('pointerdown', function (event) {
    drag = { x: event.clientX - x, y: event.clientY - y, moved: false };
  });
  window.addEventListener('pointermove', function (event) {
    if (!drag) return;
    var nx = event.clientX - drag.x, ny = event.clientY - drag.y;
    if (Math.abs(nx - x) + Math.abs(ny - y) > 3) drag.moved = true;
    x = nx;
    y = ny;
    show();
  });
  window.addEventListener('pointerup', function (event) {
    var moved = drag && drag.moved, inside = drag !== null;
    drag = null;
    if (moved || !inside) return;
    var node = event.target.closest ? event.target.closest('.node') : null;
    if (node) choose(node.id); else if (chosen !== null) choose(chosen);
  });
  view.addEventListener('dblclick', fit);
  list.addEventListener('click', function (event) {
    var item = event.target.closest('li[data-node]');
    if (item) go(item.dataset.node);
  });
  search.addEventListener('input', function () {
    var words = search.value.toLowerCase().split(/\s+/);
    list.querySelectorAll('li[data-node]').forEach(function (item) {
      var text = item.title.toLowerCase();
      item.hidden = !words.every(function (word) { return text.indexOf(word) >= 0; });
    });
  });
  fit();
})();
)js";

// Graphviz writes a prolog and a document type, which have no place inside of a page.
std::string_view WithoutProlog(std::string_view svg) {
  const size_t at = svg.find("<svg");
  return at == std::string_view::npos ? "" : svg.substr(at);
}

}  // namespace

std::string GraphHtml(const FluxGraph& graph, const ShowPlace& place, std::string_view svg) {
  // No request leaves the page, whoever wrote the names in it.
  std::string out = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
      "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'; script-src 'unsafe-inline'\">\n<title>Flux graph</title>\n<style>{}"
      "</style>\n</head>\n<body>\n<div id=\"side\">\n<input id=\"search\" type=\"search\" "
      "placeholder=\"Search\" aria-label=\"Search\">\n<ul id=\"list\">\n",
      kStyle);
  uint32_t cluster = UINT32_MAX;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const GraphNode& node = graph.nodes[i];
    if (node.cluster != cluster) {
      cluster = node.cluster;
      out += fmt::format("<li class=\"head\">cluster {}</li>\n",
                         XmlText(ClusterTitle(graph.clusters[cluster])));
    }
    out += fmt::format(
        "<li class=\"{}\" data-node=\"n{}\" title=\"{}\">{}/{} <small>{}</small></li>\n",
        NodeClass(node), i, XmlText(NodeTitle(node, place)), XmlText(node.namespace_),
        XmlText(node.name), XmlText(node.kind));
  }
  const bool graphviz = svg.find("generated by graphviz") != std::string_view::npos ||
                        svg.find("Generated by graphviz") != std::string_view::npos;
  out += fmt::format("</ul>\n</div>\n<div id=\"view\"{}>\n{}</div>\n<script>{}</script>\n",
                     graphviz ? " class=\"graphviz\"" : "", WithoutProlog(svg), kScript);
  return out + "</body>\n</html>\n";
}

}  // namespace fluxls
