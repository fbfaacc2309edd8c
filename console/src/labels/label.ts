// What a label says, from the texts that people have of it.
import {printedCode} from '../floor/label';

export interface Label {
	url: string;
	batch: string;
	code: string; // as printed, '' for an open batch
	vendor: string;
	reel: string;
	chips: string;
}

const pattern = /https:\/\/[^\s/]+\/b\/([A-Za-z0-9][A-Za-z0-9._-]{0,63})(?:#([0-9A-HJKMNP-TV-Z]{26}))?(?=\s|$)/g;

// Every label in a text: label.txt files of the fab, or addresses line by line.
export function readLabels(text: string): Label[] {
	const found: Label[] = [];
	let from = 0;
	for (const m of text.matchAll(pattern)) {
		const about = text.slice(from, m.index);
		const field = (name: string) =>
			new RegExp(`^${name} +(.+)$`, 'm').exec(about)?.[1]?.replace(/\p{Cc}/gu, '').trim() ?? '';
		from = m.index + m[0].length;
		found.push({url: m[0], batch: m[1] ?? '', code: m[2] ? printedCode(m[2]) : '',
			vendor: field('Vendor'), reel: field('Reel'), chips: field('Chips')});
	}
	return found;
}

export interface Line {
	name: string;
	value: string;
}

// The claim code is long: in two lines it stays readable on small labels.
export function linesOf(l: Label): Line[] {
	const reel = [l.reel, l.chips && `${l.chips} chips`].filter(Boolean).join(', ');
	const all: Line[] = [{name: 'Batch ID', value: l.batch},
		{name: 'Claim code', value: l.code.slice(0, 18)}, {name: '', value: l.code.slice(18)},
		{name: 'Vendor', value: l.vendor}, {name: 'Reel', value: reel}];
	return all.filter((x) => x.value !== '');
}
