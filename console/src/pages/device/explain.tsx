// A birth certificate in plain words, and its details for who wants them.
import type {Schemas} from '../../api/client';
import {useI18n, type Text} from '../../i18n';
import {Badge, Card, Facts, Id} from '../../ui/bits';
import {Table} from '../../ui/table';
import {texts as x} from '../devices/texts';

type Device = Schemas['Device'];

// The words that the service uses in key usage and extended key usage.
const uses: readonly [RegExp, Text][] = [
	[/Digital Signature/i, x.useSign],
	[/Key Agreement/i, x.useAgree],
	[/Key Encipherment/i, x.useEncipher],
	[/Client Authentication/i, x.useClient],
	[/Server Authentication/i, x.useServer],
];

const extension = (d: Device, oid: string) =>
	d.details.extensions.find((e) => e.oid === oid)?.value ?? '';
const keyUsage = '2.5.29.15', extendedUsage = '2.5.29.37', constraints = '2.5.29.19', altName = '2.5.29.17';

// "CN=Issuing CA 1,O=Chips" -> "Issuing CA 1"
export function commonName(name: string): string {
	return /(?:^|[,/+]\s*)CN\s*=\s*("[^"]+"|[^,/+]+)/i.exec(name)?.[1]?.replace(/"/g, '').trim() ?? name;
}

// p256 -> P-256, rsa2048 -> RSA 2048
const keyName = (key: string) => key.replace(/^p-?(\d+)$/i, 'P-$1').replace(/^rsa-?(\d+)$/i, 'RSA $1');

function useSentences(d: Device): string[] {
	const {t, date, language} = useI18n();
	const usage = `${extension(d, keyUsage)}, ${extension(d, extendedUsage)}`;
	const may = uses.filter(([word]) => word.test(usage)).map(([, text]) => t(text));
	const list = new Intl.ListFormat(language, {type: 'conjunction'});
	const ec = /^p-?\d+$/i.test(d.key);
	const until = d.not_after;
	const out = [
		t(x.madeBy, {vendor: d.timeline.find((e) => e.event === 'issued')?.name ?? t(x.aMaker),
			chip: d.chip_id, issuer: commonName(d.details.issuer)}),
		t(ec ? x.keyEc : x.keyOther, {key: keyName(d.key)}),
	];
	if (ec)
		out.push(t(x.keyStrength));
	if (!until)
		out.push(t(x.validForever, {from: date(d.not_before)}));
	else if (Date.parse(until) < Date.now())
		out.push(t(x.expired, {to: date(until)}));
	else
		out.push(t(x.validUntil, {from: date(d.not_before), to: date(until)}));
	out.push(may.length > 0 ? t(x.mayBeUsed, {uses: list.format(may)}) : t(x.anyUse));
	if (/CA:FALSE/i.test(extension(d, constraints)))
		out.push(t(x.noCa));
	if (/hardware module/i.test(extension(d, altName)))
		out.push(t(x.hardware));
	return out;
}

export function Explained({device}: {device: Device}) {
	const {t} = useI18n();
	return <Card title={t(x.story)}><ul class="plain-words">
		{useSentences(device).map((s) => <li key={s}>{s}</li>)}</ul></Card>;
}

export function Details({device: d}: {device: Device}) {
	const {t, dateTime} = useI18n();
	return <Card title={t(x.details)}>
		<Facts rows={[
			[t(x.subject), d.subject || '–'],
			[t(x.issuer), d.details.issuer],
			[t(x.serial), <Id text={d.serial} copy />],
			[t(x.key), keyName(d.key)],
			[t(x.signature), d.details.signature_algorithm],
			[t(x.notBefore), dateTime(d.not_before)],
			[t(x.notAfter), d.not_after ? dateTime(d.not_after) : t(x.forever)]]} />
		<h3>{t(x.extensions)}</h3>
		<div class="extensions"><Table caption={t(x.extensions)} rows={d.details.extensions} rowKey={(e) => e.oid} columns={[
			{key: 'name', title: t(x.extension), main: true, cell: (e) => <span class="row">
				<span title={e.oid}>{e.name || <code>{e.oid}</code>}</span>
				{e.critical && <Badge>{t(x.critical)}</Badge>}</span>},
			{key: 'value', title: t(x.value), cell: (e) => <code class="extension-value">{e.value}</code>},
		]} /></div>
	</Card>;
}
