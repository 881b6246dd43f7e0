// Draws what the table below says anyway: the board works without this file.
(() => {
  "use strict";
  if (!window.echarts) return;
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const text = { color: colour("--ink"), fontFamily: "Be Vietnam Pro, sans-serif" };
  const count = (value) => (value ?? "chưa có số liệu").toLocaleString("vi-VN");
  const percent = (value) => (value == null ? "chưa có số liệu" : `${value.toLocaleString("vi-VN", { minimumFractionDigits: 2 })} %`);
  const colours = [colour("--edge"), colour("--early"), colour("--late"), colour("--in-time")];

  const trend = (given) => ({
    color: colours,
    textStyle: text,
    animation: false,
    grid: { left: 8, right: 8, top: 48, bottom: 8, containLabel: true },
    legend: { top: 0, left: 0, textStyle: text },
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" } },
    xAxis: { type: "category", data: given.categories.map((one) => one.split(" – ")[1].slice(0, 5)), axisLabel: text },
    yAxis: [
      { type: "value", minInterval: 1, axisLabel: text, splitLine: { lineStyle: { color: colour("--line") } } },
      { type: "value", min: 0, max: 100, axisLabel: { ...text, formatter: "{value} %" }, splitLine: { show: false } },
    ],
    series: given.series.map((one) =>
      one.line
        ? { type: "line", name: one.name, data: one.data, yAxisIndex: 1, symbolSize: 7, connectNulls: false, tooltip: { valueFormatter: percent } }
        : { type: "bar", name: one.name, stack: one.stack, data: one.data, barMaxWidth: 22, tooltip: { valueFormatter: count } }
    ),
  });

  const charts = new Map();
  const draw = () => {
    document.querySelectorAll("[data-board-chart]").forEach((place) => {
      const said = document.getElementById(place.dataset.boardChart).textContent;
      if (charts.get(place)?.said === said) return;
      const given = JSON.parse(said);
      place.hidden = false;
      const chart = charts.get(place)?.chart ?? window.echarts.init(place, null, { renderer: "svg" });
      chart.off("click");
      // A bar opens what its number in the table opens.
      chart.on("click", (event) => {
        const address = given.links[event.seriesIndex]?.[event.dataIndex];
        if (address) window.location.assign(address);
      });
      chart.setOption(trend(given));
      charts.set(place, { chart, said });
    });
  };
  const resize = () => charts.forEach(({ chart }) => chart.resize());
  window.addEventListener("resize", resize);
  window.addEventListener("beforeprint", resize);
  document.addEventListener("htmx:after:swap", draw);
  draw();
})();
