// Charts: every <div data-chart="id of a JSON script"> becomes an ECharts picture. The JSON holds an ECharts option, plus `map` for maps:
// {"name": "...", "url": "..."}; values with "@unit" formatters are given as {"format": "unit"} since JSON carries no functions.
import { BarChart, LineChart, MapChart, PieChart, ScatterChart, EffectScatterChart, TreeChart, HeatmapChart, RadarChart, SankeyChart } from "echarts/charts";
import {
  AriaComponent, DataZoomComponent, GeoComponent, GridComponent, LegendComponent, MarkLineComponent, MarkPointComponent, MarkAreaComponent, TitleComponent,
  ToolboxComponent, TooltipComponent, VisualMapComponent, DatasetComponent, RadarComponent,
} from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { LabelLayout } from "echarts/features";

echarts.use([
  BarChart, LineChart, MapChart, PieChart, ScatterChart, EffectScatterChart, TreeChart, HeatmapChart, RadarChart, SankeyChart,
  AriaComponent, DataZoomComponent, GeoComponent, GridComponent, LegendComponent, MarkLineComponent, MarkPointComponent, MarkAreaComponent, TitleComponent,
  ToolboxComponent, TooltipComponent, VisualMapComponent, DatasetComponent, RadarComponent, CanvasRenderer, LabelLayout,
]);

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const number = new Intl.NumberFormat(document.documentElement.lang || "zh", { maximumFractionDigits: 2 });
const shown = new Map();

function theme() {
  return {
    color: [css("--my-accent"), css("--my-second"), css("--my-third"), css("--my-fourth"), css("--my-fifth"), css("--my-sixth")],
    textStyle: { fontFamily: css("--tblr-font-sans-serif") || "sans-serif", color: css("--my-ink") },
    grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
  };
}

// {"format": "unit"} -> a function that writes the number with separators and its unit.
function revive(value) {
  if (Array.isArray(value)) return value.map(revive);
  if (value && typeof value === "object") {
    if (Object.keys(value).length === 1 && "format" in value) {
      const unit = value.format;
      return (given) => {
        const raw = given && typeof given === "object" && "value" in given ? given.value : given;
        const one = Array.isArray(raw) ? raw[raw.length - 1] : raw;
        return one === null || one === undefined || one === "" ? "–" : `${number.format(one)}${unit}`;
      };
    }
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revive(inner)]));
  }
  return value;
}

async function draw(box) {
  if (shown.has(box)) return;
  const script = document.getElementById(box.dataset.chart);
  const option = revive(JSON.parse(script.textContent));
  const chart = echarts.init(box, null, { renderer: "canvas" });
  shown.set(box, chart);
  if (option.map) {
    const { name, url } = option.map;
    delete option.map;
    if (!echarts.getMap(name)) echarts.registerMap(name, await (await fetch(url)).json());
  }
  chart.setOption({ ...theme(), aria: { enabled: true }, animationDuration: 300, ...option });
  chart.on("click", (event) => {
    const url = event.data?.url;
    if (url) window.location.assign(url);
  });
  box.dataset.drawn = "yes";
}

const drawAll = (root) => root.querySelectorAll("[data-chart]").forEach(draw);
drawAll(document);
document.addEventListener("htmx:load", (event) => drawAll(event.detail.elt));
window.addEventListener("resize", () => shown.forEach((chart) => chart.resize()));
window.addEventListener("beforeprint", () => shown.forEach((chart) => chart.resize()));

// Export as a picture: the button names the chart's box.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-chart-picture]");
  if (!button) return;
  const box = document.getElementById(button.dataset.chartPicture);
  const link = document.createElement("a");
  link.href = shown.get(box).getDataURL({ type: "png", pixelRatio: 2, backgroundColor: "#fff" });
  link.download = `${button.dataset.name || "chart"}.png`;
  link.click();
});
