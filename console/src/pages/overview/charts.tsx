// What was bound, provisioned and first seen by day: to look at and as a table.
import {useEffect, useMemo, useRef, useState} from 'preact/hooks';
import type {Schemas} from '../../api/client';
import {useI18n, type Text} from '../../i18n';
import {Card, Tabs} from '../../ui/bits';
import {Table} from '../../ui/table';
import type {Plot} from './plot';
import {texts as x} from './texts';

type Day = Schemas['OverviewDay'];
type Key = 'devices_bound' | 'devices_provisioned' | 'devices_first_seen';

const all: readonly {key: Key; title: Text; colour: string}[] = [
	{key: 'devices_bound', title: x.devicesBound, colour: '--action'},
	{key: 'devices_provisioned', title: x.devicesProvisioned, colour: '--good'},
	{key: 'devices_first_seen', title: x.devicesSeen, colour: '--mark'},
];

// Counts up whenever the colours change, by the system or by the switch.
function useThemeRound(): number {
	const [round, set] = useState(0);
	useEffect(() => {
		const next = () => set((n) => n + 1);
		const dark = matchMedia('(prefers-color-scheme: dark)');
		const watch = new MutationObserver(next);
		dark.addEventListener('change', next);
		watch.observe(document.documentElement, {attributeFilter: ['data-theme']});
		return () => {
			dark.removeEventListener('change', next);
			watch.disconnect();
		};
	}, []);
	return round;
}

function Chart({days, chart}: {days: readonly Day[]; chart: typeof all[number]}) {
	const {t, num, date, language} = useI18n();
	const ref = useRef<HTMLDivElement>(null);
	const round = useThemeRound();
	const values = useMemo(() => days.map((d) => d[chart.key]), [days]);
	const sum = values.reduce((a, b) => a + b, 0);
	const most = Math.max(...values);
	const what = t(chart.title);
	const label = sum === 0 ? t(x.chartNone, {what, n: days.length}) : t(x.chartSays, {what, sum,
		n: days.length, most, day: date(`${days[values.indexOf(most)]?.day ?? ''}T12:00:00Z`)});
	useEffect(() => {
		const el = ref.current;
		let drawn: Plot | undefined;
		let ended = false;
		const watch = new ResizeObserver(() => el && drawn?.resize(el.clientWidth));
		const tag = navigator.languages.find((l) => l.startsWith(language)) ?? language;
		const short = new Intl.DateTimeFormat(tag, {day: 'numeric', month: 'numeric', timeZone: 'UTC'});
		const compact = new Intl.NumberFormat(tag, {notation: 'compact'});
		void import('./plot').then(({plot}) => {
			if (ended || !el)
				return;
			drawn = plot(el, days.map((d) => Date.parse(d.day) / 1000), values, {colour: chart.colour,
				number: (n) => compact.format(n), day: (s) => short.format(s * 1000)});
			watch.observe(el);
		});
		return () => {
			ended = true;
			watch.disconnect();
			drawn?.destroy();
		};
	}, [values, round, language]);
	return <figure class="chart">
		<figcaption><h3>{what}</h3><span class="chart-sum num">{num(sum)}</span></figcaption>
		<div class="chart-plot" ref={ref} role="img" aria-label={label} />
	</figure>;
}

export const ranges = ['7', '30', '90'] as const;
export type Range = typeof ranges[number];

export function Charts({days, range, onRange}: {days: readonly Day[]; range: Range;
		onRange: (r: Range) => void}) {
	const {t, num, date} = useI18n();
	return <Card title={t(x.charts)} actions={<Tabs label={t(x.range)} value={range} onValue={onRange}
		tabs={ranges.map((r) => [r, t(x.days, {n: Number(r)})] as const)} />}>
		<div class="charts">{all.map((c) => <Chart key={c.key} days={days} chart={c} />)}</div>
		<details class="chart-table"><summary>{t(x.asTable)}</summary>
			<Table caption={t(x.charts)} rows={days.slice().reverse()} rowKey={(d) => d.day} columns={[
				{key: 'day', title: t(x.day), main: true, cell: (d) => date(`${d.day}T12:00:00Z`)},
				...all.map((c) => ({key: c.key, title: t(c.title), align: 'end' as const,
					cell: (d: Day) => num(d[c.key])})),
			]} />
		</details>
	</Card>;
}
