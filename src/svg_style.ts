/**
 * The colours and the type of a picture, on light and on dark screens.
 *
 * Plain rules without variables or nesting, which not every reader of SVG knows. All are below the picture's own class: in a
 * page of HTML, the page's elements are left alone.
 *
 * @module
 */

/** What is written and drawn, and in which colours. */
function colours(
  c: Record<"paper" | "edge" | "ink" | "soft" | "grid" | "silence" | "probe" | "death" | "limit", string>,
) {
  return `.keepalive .paper { fill: ${c.paper}; stroke: ${c.edge}; }
.keepalive .title, .keepalive .name { fill: ${c.ink}; }
.keepalive .lead, .keepalive .small { fill: ${c.soft}; }
.keepalive .grid, .keepalive .guide { stroke: ${c.grid}; }
.keepalive .axis { stroke: ${c.soft}; }
.keepalive .words { stroke: ${c.paper}; }
.keepalive .silence { fill: ${c.silence}; }
.keepalive .band { fill: ${c.probe}; stroke: ${c.probe}; }
.keepalive .mark, .keepalive .maybe { stroke: ${c.probe}; }
.keepalive .several { stroke: ${c.probe}; }
.keepalive .tail { stroke: ${c.soft}; }
.keepalive .fatal { fill: ${c.death}; stroke: ${c.death}; }
.keepalive .end, .keepalive .cross { stroke: ${c.death}; }
.keepalive .death { fill: ${c.death}; }
.keepalive .limit { stroke: ${c.limit}; }
.keepalive .path { fill: ${c.limit}; }`;
}

const SHAPES = `.keepalive text { font: 13px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
.keepalive .title { font-size: 17px; font-weight: 600; }
.keepalive .small { font-size: 12px; }
.keepalive .name { font-variant-numeric: tabular-nums; }
.keepalive .death, .keepalive .path { font-weight: 600; }
.keepalive .middle { text-anchor: middle; }
.keepalive .last { text-anchor: end; }
.keepalive .guide { stroke-dasharray: 1 5; }
.keepalive .band, .keepalive .fatal { fill-opacity: 0.3; stroke-width: 1; }
.keepalive .mark, .keepalive .end { stroke-width: 3; stroke-linecap: round; }
.keepalive .maybe { fill: none; stroke-width: 1.5; stroke-dasharray: 4 3; }
.keepalive .several { stroke-width: 14; stroke-dasharray: 1 6; }
.keepalive .words { paint-order: stroke; stroke-width: 5; stroke-linejoin: round; }
.keepalive .hollow { fill-opacity: 0; stroke-width: 2; }
.keepalive .tail { stroke-width: 2; stroke-linecap: round; stroke-dasharray: 0.1 5; }
.keepalive .cross { fill: none; stroke-width: 2; stroke-linecap: round; }
.keepalive .limit { stroke-width: 2; stroke-dasharray: 7 4; }`;

/** On light screens, and where nothing is known of the screen. */
export const LIGHT = `${SHAPES}\n${
  colours({
    paper: "#ffffff",
    edge: "#d1d9e0",
    ink: "#1f2328",
    soft: "#59636e",
    grid: "#dfe4e9",
    silence: "#c4ccd4",
    probe: "#0969da",
    death: "#cf222e",
    limit: "#8a5a00",
  })
}`;

/** What is other on dark screens. */
export const DARK: string = colours({
  paper: "#0d1117",
  edge: "#3d444d",
  ink: "#f0f6fc",
  soft: "#a0a8b1",
  grid: "#262c33",
  silence: "#4b535d",
  probe: "#58a6ff",
  death: "#ff7b72",
  limit: "#e3b341",
});
