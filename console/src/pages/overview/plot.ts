// Draws bars by day with uPlot; loaded only where there is something to draw.
import 'uplot/dist/uPlot.min.css';
import uPlot from 'uplot';

export interface Plot {
	resize(width: number): void;
	destroy(): void;
}

const height = 170;

// Custom properties hold light-dark(...): only a used colour is resolved.
function colour(el: HTMLElement, name: string): string {
	const probe = document.createElement('span');
	probe.style.color = `var(${name})`;
	el.append(probe);
	const value = getComputedStyle(probe).color;
	probe.remove();
	return value;
}

export interface Look {
	colour: string; // the name of a token
	number: (n: number) => string;
	day: (seconds: number) => string;
}

export function plot(el: HTMLElement, days: readonly number[], values: readonly number[], look: Look): Plot {
	const soft = colour(el, '--ink-soft');
	const line = colour(el, '--line');
	const fill = colour(el, look.colour);
	const font = `12px ${getComputedStyle(el).fontFamily}`;
	const axis = {stroke: soft, font, grid: {stroke: line, width: 1}, ticks: {show: false}};
	const bars = uPlot.paths.bars?.({size: [0.7, 24], align: 0, radius: 0.15});
	const chart = new uPlot({
		width: Math.max(200, el.clientWidth), height,
		legend: {show: false}, cursor: {show: false},
		padding: [10, 8, 0, 0],
		scales: {x: {time: true, range: (_, min, max) => [min - 43200, max + 43200]},
			y: {range: (_, __, max) => [0, Math.max(1, max * 1.1)]}},
		tzDate: (s) => uPlot.tzDate(new Date(s * 1000), 'Etc/UTC'),
		series: [{}, {fill, stroke: fill, width: 0, points: {show: false}, ...bars && {paths: bars}}],
		axes: [
			{...axis, size: 28, grid: {show: false}, space: 70, values: (_, at) => at.map(look.day), incrs: [1, 2, 7, 14, 28]
				.map((n) => n * 86400)},
			{...axis, size: 62, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5,
				5e5, 1e6, 2e6, 5e6, 1e7], values: (_, at) => at.map(look.number)},
		],
	}, [days.slice(), values.slice()], el);
	return {
		resize: (width) => chart.setSize({width: Math.max(200, width), height}),
		destroy: () => chart.destroy(),
	};
}
