// Draws what the table below says anyway: every page works without this file.
(() => {
  "use strict";
  if (!window.echarts) return;
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue("--ink").trim() || "#1c2430";
  const line = style.getPropertyValue("--line").trim() || "#d9d5cc";
  const colours = ["#2b5d8a", "#8a5a00", "#1f6f4a", "#9c1f1f"];
  const text = { color: ink, fontFamily: "Be Vietnam Pro, sans-serif" };
  const number = (value) => value.toLocaleString("vi-VN", { maximumFractionDigits: 1 });

  const bars = (given) => ({
    grid: { left: 8, right: 24, top: 36, bottom: 8, containLabel: true },
    legend: { top: 0, left: 0, textStyle: text },
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: (value) => `${number(value)} ${given.unit}` },
    xAxis: { type: "value", axisLabel: { ...text, formatter: `{value} ${given.unit}` }, splitLine: { lineStyle: { color: line } } },
    yAxis: { type: "category", inverse: true, data: given.categories, axisLabel: { ...text, width: 180, overflow: "break" } },
    series: given.series.map((one) => ({ type: "bar", name: one.name, data: one.data, barMaxWidth: 18 })),
  });

  const curve = (given) => ({
    grid: { left: 24, right: 24, top: 36, bottom: 28, containLabel: true },
    legend: { top: 0, left: 0, textStyle: text },
    tooltip: { trigger: "item", formatter: (point) => `${point.seriesName}: nói ${number(point.value[0])} %, thực tế ${number(point.value[1])} %` },
    xAxis: { type: "value", min: 0, max: 100, name: given.x, nameLocation: "middle", nameGap: 26, axisLabel: text },
    yAxis: { type: "value", min: 0, max: 100, name: given.y, nameLocation: "middle", nameGap: 34, axisLabel: text, splitLine: { lineStyle: { color: line } } },
    series: [
      ...given.series.map((one) => ({ type: "line", name: one.name, data: one.data, symbolSize: 7 })),
      { type: "line", name: given.diagonal, data: [[0, 0], [100, 100]], symbol: "none", lineStyle: { type: "dashed", color: "#5b5f66" }, itemStyle: { color: "#5b5f66" } },
    ],
  });

  document.querySelectorAll("[data-chart]").forEach((place) => {
    const given = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    place.hidden = false;
    const chart = window.echarts.init(place, null, { renderer: "svg" });
    chart.setOption({ color: colours, textStyle: text, animation: false, ...(given.kind === "curve" ? curve(given) : bars(given)) });
    window.addEventListener("resize", () => chart.resize());
    window.addEventListener("beforeprint", () => chart.resize());
  });
})();
