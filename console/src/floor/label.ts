// The label of a batch, as people scan and type it: the rules of the service
// (src/pki/label.c), so that a slip is told while typing and not by a refusal.
// Plain functions; knows neither pages nor the network.

export interface Label {
	bid: string;
	code: string | null; // 26 symbols of the claim code
}

export type LabelFault = 'empty' | 'too-long' | 'address' | 'bid' | 'code';
export type Parsed =
	| {ok: true; label: Label}
	| {ok: false; fault: LabelFault; code?: CodeCheck};

const textMax = 512;
const bidPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const space = /[ \t-\r]/;
export const symbols = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const checkSymbols = `${symbols}*~$=U`;
export const codeChars = 26;
export const groupSize = 5;
export const groups = 6;

export const isBid = (s: string) => bidPattern.test(s);

const trim = (s: string) => s.replace(/^[ \t-\r]+|[ \t-\r]+$/g, '');

function fold(c: string): string {
	const up = c >= 'a' && c <= 'z' ? c.toUpperCase() : c;
	return up === 'O' ? '0' : up === 'I' || up === 'L' ? '1' : up;
}

const groupOf = (i: number) => Math.floor(i / groupSize) + 1;

export type CodeState = 'empty' | 'partial' | 'unchecked' | 'right' | 'wrong';

export interface CodeCheck {
	state: CodeState;
	text: string; // the symbols so far, folded
	// symbol: one that codes do not have; long: too many; last: the last one
	// cannot be; check: the check character does not fit.
	fault?: 'symbol' | 'long' | 'last' | 'check';
	symbol?: string; // as typed
	group?: number; // where to look, from 1
	certain?: boolean; // false: only likely
}

// The value modulo 37 of the 128 bits in 26 symbols (their last two bits are
// not of the code).
function checkOf(text: string): string {
	let v = 0;
	for (let i = 0; i < codeChars - 1; i++)
		v = (v * 32 + symbols.indexOf(text.charAt(i))) % 37;
	v = (v * 8 + (symbols.indexOf(text.charAt(codeChars - 1)) >> 2)) % 37;
	return checkSymbols.charAt(v);
}

const isWhole = (text: string) =>
	(symbols.indexOf(text.charAt(codeChars - 1)) & 3) === 0 &&
	fold(checkOf(text)) === text.charAt(codeChars);

// What is mistaken for what on a print or on a keyboard.
const alike = ['0DQ', '17', '2Z', '38', '4A', '5S', '6G', '8B', 'CG', 'EF', 'KX',
	'MN', 'PR', 'VY', 'VW', '9G', '9P'];

// Groups in which one slip that people make would explain a wrong check.
function suspects(text: string): Set<number> {
	const found = new Set<number>();
	const tryIt = (i: number, other: string) => {
		if (isWhole(other))
			found.add(groupOf(i));
	};
	for (let i = 0; i < codeChars; i++) {
		const c = text.charAt(i), next = text.charAt(i + 1);
		for (const set of alike.filter((s) => s.includes(c)))
			for (const other of set.replace(c, ''))
				tryIt(i, text.slice(0, i) + other + text.slice(i + 1));
		if (i < codeChars - 1 && c !== next)
			tryIt(i, text.slice(0, i) + next + c + text.slice(i + 2));
	}
	return found;
}

function judge(text: string): CodeCheck {
	if (text.length < codeChars)
		return {state: text ? 'partial' : 'empty', text};
	if (symbols.indexOf(text.charAt(codeChars - 1)) & 3)
		return {state: 'wrong', text, fault: 'last', group: groups, certain: true};
	if (text.length === codeChars)
		return {state: 'unchecked', text};
	if (isWhole(text))
		return {state: 'right', text};
	const [group, ...more] = suspects(text);
	return {state: 'wrong', text, fault: 'check',
		...group !== undefined && more.length === 0 ? {group, certain: false} : {}};
}

// A claim code as far as it is typed: upper or lower case, with or without
// dashes and spaces, O for 0, I and L for 1; 26 symbols and one to check them.
export function checkCode(typed: string): CodeCheck {
	let text = '';
	for (const c of typed) {
		if (c === '-' || space.test(c))
			continue;
		if (text.length > codeChars)
			return {state: 'wrong', text, fault: 'long'};
		const f = fold(c);
		const known = text.length < codeChars ? symbols : checkSymbols;
		if (f.length !== 1 || !known.includes(f))
			return {state: 'wrong', text, fault: 'symbol', symbol: c,
				group: groupOf(text.length), certain: true};
		text += f;
	}
	return judge(text);
}

// Whether the service would take it: the check character may be missing.
export const isCode = (c: CodeCheck) => c.state === 'right' || c.state === 'unchecked';

// In groups with dashes, as it is printed; what no code has is left as typed.
export function groupCode(typed: string): string {
	const plain = [...typed].filter((c) => c !== '-' && !space.test(c))
		.map((c) => c.toUpperCase()).join('');
	return plain.replace(/(.{5})(?=.)/gu, '$1-');
}

// As it is printed: in groups, with the check character.
export const printedCode = (text: string): string => groupCode(text + checkOf(text));

function withCode(bid: string, typed: string): Parsed {
	if (!isBid(bid))
		return {ok: false, fault: 'bid'};
	if (typed === '')
		return {ok: true, label: {bid, code: null}};
	const code = checkCode(typed);
	return isCode(code) ? {ok: true, label: {bid, code: code.text.slice(0, codeChars)}} :
		{ok: false, fault: 'code', code};
}

function cut(s: string, at: string): [string, string] {
	const i = s.indexOf(at);
	return i < 0 ? [s, ''] : [s.slice(0, i), s.slice(i + 1)];
}

// What follows "https://".
function parseAddress(address: string): Parsed {
	const [place, fragment] = cut(address, '#');
	const [rest, query] = cut(place, '?');
	const [host, path] = cut(rest, '/');
	if (host === '' || !rest.includes('/'))
		return {ok: false, fault: 'address'};
	if (/^b\//i.test(path) && query === '')
		return withCode(path.slice(2), fragment);
	const group = path === 'cloud-id' ?
		query.split('&').find((pair) => /^groupid=/i.test(pair)) : undefined;
	return group === undefined ? {ok: false, fault: 'address'} :
		withCode(group.slice('groupId='.length), '');
}

// A whole label: https://HOST/b/BID#CODE, https://HOST/cloud-id?groupId=BID,
// a bare Batch ID, or "BID CODE" as printed.
export function parseLabel(scanned: string): Parsed {
	if (scanned.length > textMax)
		return {ok: false, fault: 'too-long'};
	const text = trim(scanned);
	if (text === '')
		return {ok: false, fault: 'empty'};
	const address = /^https?:\/\//i.exec(text);
	if (address)
		return parseAddress(text.slice(address[0].length));
	const end = text.search(space);
	return end < 0 ? withCode(text, '') :
		withCode(text.slice(0, end), trim(text.slice(end)));
}
